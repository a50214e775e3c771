import type { Command } from './config.ts'
import type { DnsCheck } from './dns-check.ts'
import type { FileCheck } from './file-check.ts'
import type { HttpCheck } from './http-check.ts'
import type { Served } from './served.ts'
import type { SmtpCheck } from './smtp-check.ts'
import type { Source } from './source.ts'
import type { UdpCheck } from './udp-check.ts'

/** A `virtual_server` with its real servers: what is watched, and what its changes mean. Times in s as in the file. */
export interface VirtualServer extends Served {
  readonly realServers: readonly RealServer[]
  /** Live weight that it takes to be up. */
  readonly quorum: number
  /** Written in the file: then the servers of this host drive the address together, by their weights. */
  readonly quorumIsSet: boolean
  /** Weight that the quorum is left, or reached, later by. */
  readonly hysteresis: number
  readonly quorumUp: Command | null
  readonly quorumDown: Command | null
  readonly smtpAlert: boolean
  /** The start is told as the start of its servers. */
  readonly initNotifies: boolean
  /** The end of the daemon is told as the end of its servers. */
  readonly omega: boolean
  /** Something stands in for the servers, so that a start without quorum is news. */
  readonly sorryServer: boolean
}

export interface RealServer {
  readonly address: string
  readonly port: number
  readonly weight: number
  readonly notifyUp: Command | null
  readonly notifyDown: Command | null
  readonly smtpAlert: boolean
  /** A failed one keeps its place with weight 0: said in the log, since nothing is balanced here. */
  readonly inhibitOnFailure: boolean
  readonly checks: readonly Check[]
}

export type Check = TcpCheck | HttpCheck | DnsCheck | SmtpCheck | UdpCheck | PingCheck | FileCheck | MiscCheck

/** Does a check say what its server may carry, so that one of weight 0 counts, too? */
export function isWeighing(check: Check): boolean {
  return (check.type === 'MISC_CHECK' && check.dynamic) || (check.type === 'FILE_CHECK' && check.weight !== 0)
}

/** When a check runs, and what its failures are worth. */
export interface CheckTiming {
  /** Further attempts before the server counts as down. */
  readonly retry: number
  /** s */
  readonly delayBeforeRetry: number
  /** s between two checks. */
  readonly delayLoop: number
  /** s; the first check starts at some moment before it has passed. */
  readonly warmup: number
  /** Down until the first success. */
  readonly alpha: boolean
  /** Also those that change nothing. */
  readonly logAllFailures: boolean
}

/** How checks that connect do it. */
export interface Connection {
  readonly connectIp: string | null
  readonly connectPort: number | null
  readonly source: Source
  /** s */
  readonly connectTimeout: number
}

export interface TcpCheck extends CheckTiming, Connection {
  readonly type: 'TCP_CHECK'
}

/** An echo request of ICMP or ICMPv6; the port means nothing. */
export interface PingCheck extends CheckTiming, Connection {
  readonly type: 'PING_CHECK'
}

/** A command whose exit code says how the server is. */
export interface MiscCheck extends CheckTiming {
  readonly type: 'MISC_CHECK'
  readonly command: Command
  /** s */
  readonly timeout: number
  /** The exit code 2..255 is the weight, plus two. */
  readonly dynamic: boolean
}
