import { flagAlong, flagOf, isSet, nodeOf, numberAlong, numberOf, textOf } from './access.ts'
import type { Block } from './interpret.ts'
import type { Check, CheckTiming, Connection } from './servers.ts'
import { ANY_SOURCE, type Source } from './source.ts'

/** A check's block and those around it, innermost first: the nearest that sets a keyword counts. */
export type Around = readonly [check: Block, real: Block, virtual: Block]

export function timingOf(around: Around, global: Block): CheckTiming {
  const log = 'log_all_failures'
  return {
    retry: numberAlong(around, 'retry'),
    delayBeforeRetry: numberAlong(around, 'delay_before_retry'),
    delayLoop: numberAlong(around, 'delay_loop'),
    warmup: numberAlong(around, 'warmup'),
    alpha: flagAlong(around, 'alpha'),
    logAllFailures: isSet(around[0], log) ? flagOf(around[0], log) : flagOf(global, 'checker_log_all_failures'),
  }
}

export function connectionOf(around: Around): Connection {
  const [check] = around
  return {
    connectIp: textOf(check, 'connect_ip'),
    connectPort: nodeOf(check, 'connect_port') === null ? null : numberOf(check, 'connect_port'),
    source: sourceOf(check, ANY_SOURCE),
    connectTimeout: numberAlong(around, 'connect_timeout'),
  }
}

/** What the block does not say is as in `otherwise`. */
export function sourceOf(block: Block, otherwise: Source): Source {
  const number = (name: string) => (nodeOf(block, name) === null ? null : numberOf(block, name))
  return {
    address: textOf(block, 'bindto') ?? otherwise.address,
    port: number('bind_port') ?? otherwise.port,
    device: textOf(block, 'bind_if') ?? otherwise.device,
    mark: number('fwmark') ?? otherwise.mark,
  }
}

/** s that one attempt may last. */
function longestAttempt(check: Check): number {
  switch (check.type) {
    case 'TCP_CHECK':
    case 'DNS_CHECK':
    case 'PING_CHECK':
    case 'UDP_CHECK':
      return check.connectTimeout
    case 'MISC_CHECK':
      return check.timeout
    case 'FILE_CHECK':
      return 0
    case 'SMTP_CHECK':
      // As a page: for the connection, and again for the talk.
      return check.hosts.reduce((sum, { connectTimeout }) => sum + 2 * connectTimeout, 0)
    default:
      // A page may take its time for the connection, and again for the answer.
      return 2 * check.urls.length * check.connectTimeout
  }
}

/**
 * How long a server that no longer answers may count as up, s: for refusals at once, and for silence; infinite where a check takes
 * silence for good.
 */
export function detectionTime(check: Check): { readonly refused: number; readonly silent: number } {
  const refused = check.delayLoop + check.retry * check.delayBeforeRetry
  if (check.type === 'UDP_CHECK' && check.reply === null) {
    // Each good attempt listens to the end, for a refusal.
    return { refused: refused + check.connectTimeout, silent: Number.POSITIVE_INFINITY }
  }
  // A ping is never refused.
  if (check.type === 'PING_CHECK') {
    const silent = refused + (check.retry + 1) * check.connectTimeout
    return { refused: silent, silent }
  }
  return { refused, silent: refused + (check.retry + 1) * longestAttempt(check) }
}
