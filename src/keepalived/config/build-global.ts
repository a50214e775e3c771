import { commandOf, flagOf, isSet, nodeOf, nodesOf, numberOf, textItems, textOf } from './access.ts'
import { buildNotification } from './build-notification.ts'
import type { GlobalConfig, NotifyConfig, ScriptUse, VrrpScript } from './config.ts'
import { buildDaemon } from './daemon-settings.ts'
import type { Report } from './diagnostics.ts'
import type { Files } from './include.ts'
import type { Block } from './interpret.ts'
import { buildObservation } from './observation.ts'

/** What every builder needs beside its block. */
export interface Building {
  readonly report: Report
  /** Scripts found so far, for checks against the host. */
  readonly scripts: ScriptUse[]
  /** global_defs; an empty block when the file has none. */
  readonly global: Block
  readonly hostname: string
  /** Where keys in files come from. */
  readonly files: Files
}

/** Several `global_defs` read as one. */
export function mergedGlobal(top: Block): Block {
  const blocks = nodesOf(top, 'global_defs').flatMap((node) => (node.block === null ? [] : [node.block]))
  return { ...top, name: 'global_defs', nodes: blocks.flatMap((block) => block.nodes), items: [] }
}

export function buildGlobal(building: Building): Omit<GlobalConfig, 'pace'> {
  const { global, hostname, report, scripts } = building
  const smtp = nodeOf(global, 'smtp_server')
  const port = smtp?.values[1]
  const [host] = smtp?.values ?? []
  const user = nodeOf(global, 'script_user')?.values ?? []
  const emails = textItems(global, 'notification_email').map((item) => item.text)
  if (smtp !== null && emails.length === 0) {
    report('note', 'conflict', smtp, 'smtp_server without notification_email: nobody gets mail')
  }
  const recipients = nodeOf(global, 'notification_email')
  if (recipients !== null && emails.length > 0 && smtp === null) {
    const said = 'notification_email without smtp_server: nobody gets mail'
    report('warning', 'conflict', recipients, said, 'add smtp_server 127.0.0.1, or the address of your relay')
  }
  return {
    routerId: textOf(global, 'router_id') ?? hostname,
    notificationEmail: emails,
    notificationEmailFrom: textOf(global, 'notification_email_from'),
    smtpServer: typeof host === 'string' ? { host, port: typeof port === 'number' ? port : 25 } : null,
    smtpConnectTimeout: numberOf(global, 'smtp_connect_timeout'),
    smtpHeloName: textOf(global, 'smtp_helo_name'),
    scriptUser:
      typeof user[0] === 'string' ? { user: user[0], group: typeof user[1] === 'string' ? user[1] : null } : null,
    enableScriptSecurity: flagOf(global, 'enable_script_security'),
    notification: buildNotification({ global, report, scripts }),
    observation: buildObservation(building),
    daemon: buildDaemon(building),
    vrrpStartupDelay: numberOf(global, 'vrrp_startup_delay'),
    vrrpDelayAfterBoot: numberOf(global, 'vrrp_delay_after_boot'),
  }
}

/** Mail on changes: said in the block itself, or globally for its kind, or globally for all, or not at all. */
export function alertOf(block: Block, kind: 'smtp_alert_vrrp' | 'smtp_alert_checker', global: Block): boolean {
  if (isSet(block, 'smtp_alert')) return flagOf(block, 'smtp_alert')
  if (isSet(global, kind)) return flagOf(global, kind)
  return isSet(global, 'smtp_alert') ? flagOf(global, 'smtp_alert') : kind === 'smtp_alert_checker'
}

/** The notify scripts of an instance or a group. */
export function buildNotify(block: Block, owner: string, { scripts }: Building): NotifyConfig {
  const script = (name: string) => {
    const command = commandOf(block, name)
    const node = nodeOf(block, name)
    if (command !== null && node !== null) {
      scripts.push({ role: `${name} of ${owner}`, command, file: node.file, line: node.line, column: node.column })
    }
    return command
  }
  return {
    master: script('notify_master'),
    backup: script('notify_backup'),
    fault: script('notify_fault'),
    stop: script('notify_stop'),
    any: script('notify'),
    deleted: isSet(block, 'notify_deleted') ? { command: script('notify_deleted') } : null,
    lower: script('notify_master_rx_lower_pri'),
  }
}

/** null when the script names no command, which is said. */
export function buildScript(name: string, block: Block, { report, scripts }: Building): VrrpScript | null {
  const command = commandOf(block, 'script')
  if (command === null) {
    report('error', 'value-missing', block, `vrrp_script ${name} has no script, ignored`, 'add script "/path/to/it"')
    return null
  }
  const [user, group] = nodeOf(block, 'user')?.values ?? []
  const script =
    typeof user === 'string' ? { ...command, user, group: typeof group === 'string' ? group : null } : command
  const node = nodeOf(block, 'script') ?? block
  scripts.push({ role: `vrrp_script ${name}`, command: script, file: node.file, line: node.line, column: node.column })
  const interval = numberOf(block, 'interval')
  return {
    name,
    script,
    interval,
    timeout: isSet(block, 'timeout') ? numberOf(block, 'timeout') : interval,
    rise: numberOf(block, 'rise'),
    fall: numberOf(block, 'fall'),
    weight: numberOf(block, 'weight'),
    reverse: nodeOf(block, 'weight')?.values[1] === 'reverse',
    initFail: flagOf(block, 'init_fail'),
  }
}
