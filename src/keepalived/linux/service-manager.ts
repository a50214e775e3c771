import { sendUnixDatagram } from './socket.ts'

/** Tells systemd how we are (`READY=1`, `WATCHDOG=1`, `STOPPING=1`, `STATUS=…`); nothing without NOTIFY_SOCKET. */
export function notifyServiceManager(state: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  const path = environment.NOTIFY_SOCKET
  if (path === undefined || path === '') return false
  return sendUnixDatagram(path, Buffer.from(state))
}

/** ms between two WATCHDOG=1, half of what systemd allows; null without a watchdog for this process. */
export function watchdogIntervalMs(environment: NodeJS.ProcessEnv = process.env): number | null {
  const micros = Number(environment.WATCHDOG_USEC ?? '')
  if (!Number.isFinite(micros) || micros <= 0) return null
  const forProcess = environment.WATCHDOG_PID
  if (forProcess !== undefined && Number(forProcess) !== process.pid) return null
  return micros / 2000
}
