import { commandOf, flagOf, isSet, nodeOf, numberOf, textOf } from './access.ts'
import type { Command } from './config.ts'
import type { Place, Report } from './diagnostics.ts'
import type { Block } from './interpret.ts'
import type { FifoConfig, NotificationConfig, SmtpConfig, WebhookConfig } from './notification.ts'

/** What the builders of this file need of `Building`. */
interface Context {
  readonly global: Block
  readonly report: Report
  readonly scripts: { push(use: Place & { readonly role: string; readonly command: Command }): unknown }
}

/** Two words of one keyword; null: not set. */
function pairOf(block: Block, name: string): readonly [string, string] | null {
  const [first, second] = nodeOf(block, name)?.values ?? []
  return typeof first === 'string' && typeof second === 'string' ? [first, second] : null
}

function smtpOf({ global, report }: Context): SmtpConfig {
  const auth = pairOf(global, 'smtp_auth')
  const port = nodeOf(global, 'smtp_server')?.values[1]
  const usual = port === 465 ? 'tls' : auth === null ? 'no' : 'starttls'
  const asked = textOf(global, 'smtp_tls')
  const tls = asked === 'no' || asked === 'starttls' || asked === 'tls' ? asked : usual
  const login = nodeOf(global, 'smtp_auth')
  if (login !== null && tls === 'no') {
    report(
      'warning',
      'conflict',
      login,
      'smtp_auth without TLS: the password is in clear on the network',
      'smtp_tls starttls',
    )
  }
  const verify = flagOf(global, 'smtp_tls_verify')
  const unverified = nodeOf(global, 'smtp_tls_verify')
  if (!verify && unverified !== null && tls !== 'no') {
    const said = 'smtp_tls_verify no: whoever answers for the relay gets the mail, and the password'
    report('warning', 'conflict', unverified, said, 'smtp_tls_ca FILE')
  }
  return {
    tls,
    verify,
    caFile: textOf(global, 'smtp_tls_ca'),
    auth: auth === null ? null : { user: auth[0], passwordFile: auth[1] },
    retryFor: numberOf(global, 'smtp_retry_for'),
  }
}

/** RFC 9110 5.6.2: what a header's name may be. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
}

function webhookOf({ global, report }: Context): WebhookConfig | null {
  const node = nodeOf(global, 'webhook')
  const url = textOf(global, 'webhook')
  if (node === null || url === null) return null
  if (!isWebUrl(url)) {
    report(
      'error',
      'value-bad',
      node,
      'webhook needs an http or https URL; nothing is sent',
      'webhook "https://host/path"',
    )
    return null
  }
  const pair = pairOf(global, 'webhook_header')
  const at = nodeOf(global, 'webhook_header') ?? node
  const named = pair !== null && HEADER_NAME.test(pair[0]) ? pair : null
  if (pair !== null && named === null) report('error', 'value-bad', at, `${pair[0]} is no name of a header, left out`)
  if (named !== null && url.startsWith('http:')) {
    report('warning', 'conflict', at, `${named[0]} is in clear on the network with an http URL`, 'an https URL')
  }
  return {
    url,
    timeout: numberOf(global, 'webhook_timeout'),
    retryFor: numberOf(global, 'webhook_retry_for'),
    header: named === null ? null : { name: named[0], valueFile: named[1] },
    caFile: textOf(global, 'webhook_ca'),
  }
}

function fifoOf(keyword: string, { global, report, scripts }: Context): FifoConfig | null {
  const path = textOf(global, keyword)
  const script = commandOf(global, `${keyword}_script`)
  const node = nodeOf(global, `${keyword}_script`)
  if (node !== null && path === null) {
    report(
      'warning',
      'conflict',
      node,
      `${keyword}_script without ${keyword} is not started`,
      `${keyword} /run/keepalived.fifo`,
    )
  }
  if (path === null) return null
  if (node !== null && script !== null) {
    scripts.push({ role: `${keyword}_script`, command: script, file: node.file, line: node.line, column: node.column })
  }
  const at = nodeOf(global, keyword)
  if (!path.startsWith('/') && at !== null) {
    report('error', 'value-bad', at, `${keyword} needs an absolute path; nothing is written`, `${keyword} /run/${path}`)
    return null
  }
  const [, user, group] = at?.values ?? []
  const owner = typeof user === 'string' ? { user, group: typeof group === 'string' ? group : null } : null
  return { path, script, owner }
}

/** What global_defs says about mail, webhook and FIFOs. */
export function buildNotification(context: Context): NotificationConfig {
  const { global, report } = context
  const fifos = {
    all: fifoOf('notify_fifo', context),
    vrrp: fifoOf('vrrp_notify_fifo', context),
    lvs: fifoOf('lvs_notify_fifo', context),
  }
  for (const [kind, keyword] of [
    ['vrrp', 'vrrp_notify_fifo'],
    ['lvs', 'lvs_notify_fifo'],
  ] as const) {
    const at = nodeOf(global, keyword)
    if (at !== null && fifos.all !== null && fifos[kind]?.path === fifos.all.path) {
      report(
        'error',
        'conflict',
        at,
        `${keyword} and notify_fifo are one FIFO: every line would come twice`,
        'leave one out',
      )
      fifos[kind] = null
    }
  }
  return {
    smtp: smtpOf(context),
    webhook: webhookOf(context),
    fifos,
    fifoStatesOnReload: flagOf(global, 'fifo_write_vrrp_states_on_reload'),
    noEmailFaults: isSet(global, 'no_email_faults') && flagOf(global, 'no_email_faults'),
  }
}
