import { blocksOf, isSet, nodeOf, numberOf, textOf } from './access.ts'
import { type Around, sourceOf } from './check-timing.ts'
import type { Block } from './interpret.ts'
import type { CheckTiming, Connection } from './servers.ts'

/** SMTP_CHECK: mail servers that must greet and take a HELO. */
export interface SmtpCheck extends CheckTiming, Connection {
  readonly type: 'SMTP_CHECK'
  /** null: this host's name. */
  readonly heloName: string | null
  /** At least one; each must be well. */
  readonly hosts: readonly Connection[]
}

/** What a `host` block does not say is as in SMTP_CHECK. */
function hostOf(host: Block, { connectIp, connectPort, source, connectTimeout }: Connection): Connection {
  return {
    connectIp: textOf(host, 'connect_ip') ?? connectIp,
    connectPort: nodeOf(host, 'connect_port') === null ? connectPort : numberOf(host, 'connect_port'),
    source: sourceOf(host, source),
    connectTimeout: isSet(host, 'connect_timeout') ? numberOf(host, 'connect_timeout') : connectTimeout,
  }
}

export function smtpCheck([block]: Around, timing: CheckTiming & Connection): SmtpCheck {
  const hosts = blocksOf(block, 'host').map((opened) => hostOf(opened.block, timing))
  return {
    ...timing,
    type: 'SMTP_CHECK',
    heloName: textOf(block, 'helo_name'),
    hosts: hosts.length === 0 ? [timing] : hosts,
  }
}
