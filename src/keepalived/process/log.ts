import { sendUnixDatagram } from '../linux/socket.ts'

export type Level = 'info' | 'warn' | 'error'
export type Log = (level: Level, text: string) => void

const SEVERITY: Readonly<Record<Level, number>> = { info: 6, warn: 4, error: 3 }
const LOG_DAEMON = 3 << 3
const LOG_USER = 1 << 3
const LOG_LOCAL0 = 16 << 3

/** `-S` of keepalived: 0 to 7 and local0 to local7, user, daemon. @returns null for anything else */
export function logFacility(text: string): number | null {
  if (text === 'daemon') return LOG_DAEMON
  if (text === 'user') return LOG_USER
  const local = /^(?:local)?([0-7])$/.exec(text)?.[1]
  return local === undefined ? null : LOG_LOCAL0 + (Number(local) << 3)
}

/**
 * One line per message on stderr; under systemd with the severity in front (sd-daemon(3)).
 * @param who the part after `Keepalived`, as keepalived names its processes: '', '_vrrp', '_healthcheckers'
 */
export function stderrLog(who: string, environment: NodeJS.ProcessEnv = process.env): Log {
  const journal = environment.JOURNAL_STREAM !== undefined
  // A log that can't be written (a full disk, a reader that is gone) is no reason to end.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => undefined)
  return (level, text) => {
    const prefix = journal ? `<${SEVERITY[level]}>` : `${new Date().toISOString()} `
    for (const line of text.split('\n')) process.stderr.write(`${prefix}Keepalived${who}[${process.pid}]: ${line}\n`)
  }
}

/** The system log, for a daemon without a terminal or journal behind stderr. */
export function systemLog(who: string, facility: string | null = null): Log {
  const number = logFacility(facility ?? 'daemon') ?? LOG_DAEMON
  return (level, text) => {
    const head = `<${number | SEVERITY[level]}>Keepalived${who}[${process.pid}]: `
    for (const line of text.split('\n')) sendUnixDatagram('/dev/log', Buffer.from(head + line))
  }
}
