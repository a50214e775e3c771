import type { KnownPool } from '../check/pool.ts'
import type { Config } from '../config/config.ts'
import type { Unsent } from '../notify/unsent.ts'
import type { EventBody } from '../observe/daemon-event.ts'
import type { DatabaseStatus, InstanceStatus } from './status.ts'

/** What the supervisor and its workers say to each other over Node's IPC channel. */
export type ToWorker =
  /** First of all: every worker runs on the bytes that the supervisor read. */
  | {
      readonly t: 'config'
      readonly config: Config
      /** Scripts without a path are looked for beside it. */
      readonly configFile: string
      readonly realTime: boolean
      readonly maintenance?: boolean
      /** What the last check worker knew of virtual servers. */
      readonly servers?: Readonly<Record<string, KnownPool>>
      /** What it has not told yet. */
      readonly unsent?: Unsent
    }
  | { readonly t: 'maintenance'; readonly on: boolean }
  /** To the check worker: see ToCheck. */
  | { readonly t: 'force'; readonly instance: string; readonly ms: number }
  /** Counters from zero. */
  | { readonly t: 'clear' }
  /** Comes with a socket: the line to the other worker. */
  | { readonly t: 'link' }
  | { readonly t: 'ping' }
  | { readonly t: 'stop'; readonly reason: string }
  | { readonly t: 'status'; readonly id: number }
  /** Run on this from now on; one `reloaded` answers, when what had to go has gone. */
  | { readonly t: 'reload'; readonly id: number; readonly config: Config }
  /** Planned handover; instance null: all of them. One `left` per instance answers. */
  | {
      readonly t: 'leave'
      readonly id: number
      readonly instance: string | null
      readonly holdDownMs: number
      readonly reason: string
    }

export type FromWorker =
  | { readonly t: 'ready' }
  | { readonly t: 'pong' }
  | { readonly t: 'status'; readonly id: number; readonly instances: readonly InstanceStatus[] }
  | { readonly t: 'reloaded'; readonly id: number }
  | { readonly t: 'event'; readonly body: EventBody }
  /** Of the check worker: what the next one should know of a virtual server. */
  | { readonly t: 'servers'; readonly name: string; readonly known: KnownPool }
  /** Of the check worker, when a reload ends it. */
  | { readonly t: 'unsent'; readonly unsent: Unsent }
  | { readonly t: 'database'; readonly status: DatabaseStatus }
  | {
      readonly t: 'left'
      readonly id: number
      readonly instance: string
      readonly ok: boolean
      readonly reason: string
    }

/** Exit codes of workers: after `fatal` a respawn would end the same way. */
export const WORKER_EXIT = { done: 0, failed: 1, fatal: 2 } as const
