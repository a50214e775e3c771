import type { Command, Config, NotifyConfig, VrrpInstance } from '../config/config.ts'
import type { ToCheck, VrrpState } from '../process/messages.ts'
import type { Change, VrrpChange } from './change.ts'
import { groupMail, instanceMail, type Mail } from './mail.ts'
import type { NotifyQueue } from './notify-queue.ts'

/** A state that scripts and mail are told of; DELETED by `notify_deleted` alone. */
type Told = Exclude<VrrpState, 'INIT'> | 'DELETED'

/** The script that is meant for a state. */
const SCRIPT_OF = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
} as const

/**
 * ms before the scripts of a host that has left its database's address: starting one takes longer than the successor needs, and
 * while it closes its sessions the processors are for those. Nobody waits for what is done where the address was.
 */
const LEFT_PAUSE_MS = 200

export interface Notifying {
  readonly config: Config
  readonly queue: NotifyQueue
  readonly mail: (mail: Mail) => void
  /** FIFOs and webhook. */
  readonly tell: (change: Change) => void
}

/**
 * Tells scripts, mail, FIFOs and webhook of state changes: of an instance at once, of a sync group when all its members have got there.
 * Order as keepalived: script of the state, `notify`, FIFOs, mail.
 */
export class Notifier {
  readonly #options: Notifying
  readonly #states = new Map<string, VrrpState>()
  readonly #groups = new Map<string, VrrpState>()

  constructor(options: Notifying) {
    this.#options = options
  }

  receive(message: ToCheck): void {
    if (message.t === 'state') {
      const { instance, state, priority } = message
      if (message.deleted === true) this.#onDeleted(instance, priority)
      else if (message.known === true) this.#onKnown(instance, state, priority)
      else this.onState(instance, state, priority)
    } else if (message.t === 'priority') {
      const { instance: name, state, priority } = message
      this.#fifo('INSTANCE', name, state === 'MASTER' ? 'MASTER_PRIORITY' : 'BACKUP_PRIORITY', priority)
    } else if (message.t === 'lower') {
      const instance = this.#instance(message.instance)
      if (instance === undefined) return
      this.#script('INSTANCE', instance.name, 'notify_master_rx_lower_pri', instance.notify.lower, [])
      this.#fifo('INSTANCE', instance.name, 'MASTER_RX_LOWER_PRI', message.priority)
    }
  }

  /** A repeated state (a new priority, say) is no change. */
  onState(name: string, state: VrrpState, priority: number): void {
    if (this.#states.get(name) === state) return
    this.#states.set(name, state)
    const instance = this.#instance(name)
    if (instance === undefined || state === 'INIT') return
    this.#tellInstance(instance, state, priority)
    for (const group of this.#options.config.syncGroups) {
      const together = group.instances.every((member) => this.#states.get(member) === state)
      if (!group.instances.includes(name) || !together || this.#groups.get(group.name) === state) continue
      this.#groups.set(group.name, state)
      this.#run('GROUP', group.name, group.notify, state, 0)
      this.#fifo('GROUP', group.name, state, 0)
      if (group.smtpAlert && this.#isMailed(state)) this.#options.mail(groupMail(group.name, state))
    }
  }

  /** What was told before this check worker began; FIFOs alone may want to hear it again. */
  #onKnown(name: string, state: VrrpState, priority: number): void {
    this.#states.set(name, state)
    if (!this.#options.config.global.notification.fifoStatesOnReload || state === 'INIT') return
    if (this.#instance(name) !== undefined) this.#fifo('INSTANCE', name, state, priority)
  }

  /** A reload has removed the instance: FAULT, as keepalived tells it, or DELETED where the file says so. */
  #onDeleted(name: string, priority: number): void {
    this.#states.delete(name)
    const instance = this.#instance(name)
    if (instance !== undefined) {
      this.#tellInstance(instance, instance.notify.deleted === null ? 'FAULT' : 'DELETED', priority)
    }
  }

  #tellInstance(instance: VrrpInstance, state: Told, priority: number): void {
    this.#run('INSTANCE', instance.name, instance.notify, state, priority)
    this.#fifo('INSTANCE', instance.name, state, priority)
    if (instance.smtpAlert && this.#isMailed(state)) this.#options.mail(instanceMail(instance.name, state))
  }

  #instance(name: string): VrrpInstance | undefined {
    return this.#options.config.instances.find((candidate) => candidate.name === name)
  }

  #isMailed(state: Told): boolean {
    return state !== 'FAULT' || !this.#options.config.global.notification.noEmailFaults
  }

  #fifo(type: 'INSTANCE' | 'GROUP', name: string, state: VrrpChange, priority: number): void {
    this.#options.tell({ type, name, state, priority })
  }

  #run(kind: 'INSTANCE' | 'GROUP', name: string, notify: NotifyConfig, state: Told, priority: number): void {
    const afterMs = state !== 'MASTER' && this.#hasDatabase(kind, name) ? LEFT_PAUSE_MS : 0
    if (state === 'DELETED') this.#script(kind, name, 'notify_deleted', notify.deleted?.command ?? null, [], afterMs)
    else this.#script(kind, name, `notify_${SCRIPT_OF[state]}`, notify[SCRIPT_OF[state]], [], afterMs)
    this.#script(kind, name, 'notify', notify.any, [kind, name, state, String(priority)], afterMs)
  }

  #hasDatabase(kind: 'INSTANCE' | 'GROUP', name: string): boolean {
    const group = this.#options.config.syncGroups.find((candidate) => candidate.name === name)
    const members = kind === 'GROUP' ? (group?.instances ?? []) : [name]
    return members.some((member) => (this.#instance(member)?.role ?? null) !== null)
  }

  #script(
    kind: string,
    name: string,
    what: string,
    command: Command | null,
    extra: readonly string[],
    afterMs = 0,
  ): void {
    if (command === null) return
    this.#options.queue.add(`${kind} ${name}`, { what: `${what} of ${name}`, command, extra, afterMs })
  }
}
