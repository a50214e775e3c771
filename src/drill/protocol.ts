import type { Instant } from './clock.ts'

/**
 * What the drill's programs on other hosts and their controller say to each other: one JSON object per line.
 * The programs end when their stdin ends, so a lost controller leaves nothing running.
 */

/** Both programs answer pings: the controller estimates each host's clock from them. */
export interface Ping {
  readonly t: 'ping'
  readonly id: number
}

export type ToWriter =
  | Ping
  /** First line. Answered by `hello` once a TCP connection through the address shows the client's own address. */
  | ({ readonly t: 'config' } & WriterConfig)
  /** The only way the password travels. */
  | { readonly t: 'credentials'; readonly user: string; readonly password: string; readonly database: string }
  /** Start (or go on) writing under this name, into `<directory>/ledger-<phase>.ndjson`. */
  | { readonly t: 'phase'; readonly phase: string }
  /** Finish the operations under way and write no more; answered by `idle` when the ledger file is on disk. */
  | { readonly t: 'pause' }

export interface WriterConfig {
  readonly address: string
  readonly port: number
  readonly writers: number
  /** Operations per second and writer. */
  readonly rate: number
  readonly registers: number
  /** Directory for the ledger files; made when missing, mode 0700. */
  readonly directory: string
  /** ms until a TCP connect attempt is given up. */
  readonly connectTimeout: number
  /** ms after which another connect attempt starts beside one that has not answered. */
  readonly hedgeAfter: number
  /** ms until an operation without an answer is given up as indeterminate. */
  readonly operationTimeout: number
}

export type FromWriter =
  | Pong
  | ({ readonly t: 'hello'; readonly pid: number; readonly node: string; readonly localAddress: string } & Instant)
  | { readonly t: 'progress'; readonly phase: string; readonly writers: readonly WriterProgress[] }
  /** A writer lost its connection, or found one again (after `attempts` tries). */
  | { readonly t: 'lost'; readonly writer: number; readonly error: string; readonly mono: number }
  | {
      readonly t: 'connected'
      readonly writer: number
      readonly attempts: AttemptCounts
      readonly serverId: number
      readonly mono: number
    }
  | { readonly t: 'idle'; readonly phase: string; readonly file: string; readonly records: number }
  | { readonly t: 'fatal'; readonly message: string }

export interface WriterProgress {
  readonly acks: number
  /** Monotonic ms of the last acknowledgement; 0: none in this phase. */
  readonly lastAck: number
}

export interface AttemptCounts {
  readonly started: number
  readonly refused: number
  readonly timedOut: number
  /** Turned away by the server: too many connections, access denied, … */
  readonly denied: number
}

export interface Pong extends Instant {
  readonly t: 'pong'
  readonly id: number
}

export type ToSampler =
  | Ping
  | ({ readonly t: 'config' } & SamplerConfig)
  /** Run as the database's root over the local socket. Statements may hold a password: they are never echoed. */
  | { readonly t: 'query'; readonly id: number; readonly sql: string }
  /** Send SIGKILL to exactly this process, if it is still the one that is meant. */
  | { readonly t: 'kill'; readonly id: number; readonly pid: number; readonly names: readonly string[] }
  /** Run a command; no shell. */
  | { readonly t: 'exec'; readonly id: number; readonly argv: readonly string[] }

export interface SamplerConfig {
  readonly vip: string
  /** Places where the database's local socket may be; none: don't watch a database. */
  readonly sockets: readonly string[]
  /** ms between looks at the addresses. */
  readonly vipEvery: number
  /** ms between looks at the database. */
  readonly writableEvery: number
}

export type Row = Readonly<Record<string, string | null>>

export type FromSampler =
  | Pong
  | ({ readonly t: 'hello'; readonly pid: number; readonly node: string; readonly kernel: string } & Instant)
  /**
   * The VIP came or went. It changed after `since` (the look before) and not later than `mono` (this look).
   * The first message after config says how it is, with since = mono.
   */
  | { readonly t: 'vip'; readonly held: boolean; readonly since: number; readonly mono: number }
  /** null: the database does not answer. */
  | {
      readonly t: 'writable'
      readonly writable: boolean | null
      /** Open, and commits do not wait for another server: what is acknowledged then is on this one only. */
      readonly alone: boolean
      readonly since: number
      readonly mono: number
    }
  /** Still looking; `worst` is the longest time between two looks at the addresses since the last one, ms. */
  | { readonly t: 'alive'; readonly worst: number; readonly mono: number }
  | { readonly t: 'rows'; readonly id: number; readonly rows: readonly Row[]; readonly more: boolean }
  | { readonly t: 'failed'; readonly id: number; readonly message: string }
  | {
      readonly t: 'done'
      readonly id: number
      readonly code: number | null
      readonly stdout: string
      readonly stderr: string
      readonly begin: number
      readonly end: number
    }
  | { readonly t: 'fatal'; readonly message: string }
