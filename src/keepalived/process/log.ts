import { sendUnixDatagram } from '../linux/socket.ts'

export type Level = 'info' | 'warn' | 'error'
export type Log = (level: Level, text: string) => void

const SEVERITY: Readonly<Record<Level, number>> = { info: 6, warn: 4, error: 3 }
const LOG_DAEMON = 3 << 3

/**
 * One line per message on stderr; under systemd with the severity in front (sd-daemon(3)).
 * @param who the part after `Keepalived`, as keepalived names its processes: '', '_vrrp', '_healthcheckers'
 */
export function stderrLog(who: string, environment: NodeJS.ProcessEnv = process.env): Log {
  const journal = environment.JOURNAL_STREAM !== undefined
  return (level, text) => {
    const prefix = journal ? `<${SEVERITY[level]}>` : `${new Date().toISOString()} `
    for (const line of text.split('\n')) process.stderr.write(`${prefix}Keepalived${who}[${process.pid}]: ${line}\n`)
  }
}

/** The system log, for a daemon without a terminal or journal behind stderr. */
export function systemLog(who: string): Log {
  return (level, text) => {
    const head = `<${LOG_DAEMON | SEVERITY[level]}>Keepalived${who}[${process.pid}]: `
    for (const line of text.split('\n')) sendUnixDatagram('/dev/log', Buffer.from(head + line))
  }
}
