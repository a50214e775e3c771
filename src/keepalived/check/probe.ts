import { hostname } from 'node:os'
import type { Check, Connection, RealServer } from '../config/servers.ts'
import type { Log, Scripts } from '../notify/scripts.ts'
import { probeDns } from './dns-probe.ts'
import { fileProbe } from './file-probe.ts'
import { probeHttp } from './http-probe.ts'
import { miscProbe } from './misc-probe.ts'
import { probePing } from './ping-probe.ts'
import { probeMailHosts } from './smtp-probe.ts'
import { probeTcp, type TcpTarget } from './tcp-probe.ts'
import { probeUdp } from './udp-probe.ts'

/** What one attempt has found. */
export interface Finding {
  /** null: all is well; otherwise what is wrong, in a few words. */
  readonly fault: string | null
  /** What the server may carry from now on. */
  readonly weight?: number
}

/** How one check asks. */
export interface Probe {
  /** For the log: `TCP 192.0.2.1:3306`. */
  readonly what: string
  /** keepalived's word for it in mail. */
  readonly called: string
  /** The next attempt is timed from the start of this one, not from its end. */
  readonly fromStart: boolean
  /** One attempt. Never rejects; `signal` cuts it off. */
  readonly attempt: (signal: AbortSignal) => Promise<Finding>
  /** Settles when nothing of the last attempt is left. */
  readonly ended?: () => Promise<void>
}

function targetOf(check: Connection, server: RealServer): TcpTarget {
  return {
    host: check.connectIp ?? server.address,
    port: check.connectPort ?? server.port,
    source: check.source,
    timeoutMs: check.connectTimeout * 1000,
  }
}

/** @returns a sentence instead when the check can't or must not run. */
export async function probeOf(check: Check, server: RealServer, scripts: Scripts, log: Log): Promise<Probe | string> {
  switch (check.type) {
    case 'TCP_CHECK': {
      const target = targetOf(check, server)
      const attempt = async (signal: AbortSignal) => ({ fault: await probeTcp(target, signal) })
      return { what: `TCP ${target.host}:${target.port}`, called: 'TCP CHECK', fromStart: false, attempt }
    }
    case 'DNS_CHECK': {
      const target = targetOf(check, server)
      const attempt = async (signal: AbortSignal) => ({ fault: await probeDns(target, check, signal) })
      return { what: `DNS_CHECK ${target.host}:${target.port}`, called: 'DNS_CHECK', fromStart: false, attempt }
    }
    case 'SMTP_CHECK': {
      const targets = check.hosts.map((one) => targetOf(one, server))
      const heloName = check.heloName ?? hostname()
      const attempt = async (signal: AbortSignal) => ({ fault: await probeMailHosts(targets, heloName, signal) })
      const where = targets.map(({ host, port }) => `${host}:${port}`).join(' ')
      return { what: `SMTP_CHECK ${where}`, called: 'CHECK', fromStart: false, attempt }
    }
    case 'UDP_CHECK': {
      const target = targetOf(check, server)
      const attempt = async (signal: AbortSignal) => ({ fault: await probeUdp(target, check, signal) })
      return { what: `UDP_CHECK ${target.host}:${target.port}`, called: 'UDP CHECK', fromStart: false, attempt }
    }
    case 'PING_CHECK': {
      const target = targetOf(check, server)
      const attempt = async (signal: AbortSignal) => ({ fault: await probePing(target, signal) })
      return { what: `PING_CHECK ${target.host}`, called: 'ICMP CHECK', fromStart: false, attempt }
    }
    case 'HTTP_GET':
    case 'SSL_GET': {
      const target = targetOf(check, server)
      const attempt = async (signal: AbortSignal) => ({ fault: await probeHttp(target, check, signal) })
      return { what: `${check.type} ${target.host}:${target.port}`, called: 'CHECK', fromStart: false, attempt }
    }
    case 'FILE_CHECK':
      return fileProbe(check, server, log)
    case 'MISC_CHECK':
      return miscProbe(check, scripts)
  }
}
