import type { Command, Config, NotifyConfig } from '../config/config.ts'
import type { VrrpState } from '../process/messages.ts'
import type { Mail } from './mail.ts'
import type { NotifyQueue } from './notify-queue.ts'

/** States that scripts and mail are told of, with the script that is meant. */
const SCRIPT_OF: Readonly<Record<Exclude<VrrpState, 'INIT'>, 'master' | 'backup' | 'fault' | 'stop'>> = {
  MASTER: 'master',
  BACKUP: 'backup',
  FAULT: 'fault',
  STOP: 'stop',
}

export interface Notifying {
  readonly config: Config
  readonly queue: NotifyQueue
  readonly mail: (mail: Mail) => void
}

/** Tells scripts and mail of state changes: of an instance at once, of a sync group when all its members have got there. */
export class Notifier {
  readonly #options: Notifying
  readonly #states = new Map<string, VrrpState>()
  readonly #groups = new Map<string, VrrpState>()

  constructor(options: Notifying) {
    this.#options = options
  }

  /** A repeated state (a new priority, say) is no change. */
  onState(name: string, state: VrrpState, priority: number): void {
    if (this.#states.get(name) === state) return
    this.#states.set(name, state)
    const { config } = this.#options
    const instance = config.instances.find((candidate) => candidate.name === name)
    if (instance === undefined || state === 'INIT') return
    this.#run('INSTANCE', name, instance.notify, state, priority)
    if (instance.smtpAlert && state !== 'STOP') this.#options.mail(instanceMail(name, state))
    for (const group of config.syncGroups) {
      const together = group.instances.every((member) => this.#states.get(member) === state)
      if (!group.instances.includes(name) || !together || this.#groups.get(group.name) === state) continue
      this.#groups.set(group.name, state)
      if (state === 'STOP') continue
      this.#run('GROUP', group.name, group.notify, state, 0)
      if (group.smtpAlert) this.#options.mail(groupMail(group.name, state))
    }
  }

  #run(
    kind: 'INSTANCE' | 'GROUP',
    name: string,
    notify: NotifyConfig,
    state: Exclude<VrrpState, 'INIT'>,
    priority: number,
  ): void {
    const add = (what: string, command: Command | null, extra: readonly string[]) => {
      if (command !== null) this.#options.queue.add(`${kind} ${name}`, { what: `${what} of ${name}`, command, extra })
    }
    add(`notify_${SCRIPT_OF[state]}`, notify[SCRIPT_OF[state]], [])
    add('notify', notify.any, [kind, name, state, String(priority)])
  }
}

/** keepalived's subjects and sentences, which people's mail filters know. */
function instanceMail(name: string, state: VrrpState): Mail {
  const body =
    state === 'MASTER'
      ? '=> VRRP Instance is now owning VRRP VIPs <='
      : '=> VRRP Instance is nolonger owning VRRP VIPs <='
  return { subject: `VRRP Instance ${name} - Entering ${state} state`, body }
}

function groupMail(name: string, state: VrrpState): Mail {
  return {
    subject: `VRRP Group ${name} - Entering ${state} state`,
    body: '=> All VRRP group instances are now in this state <=',
  }
}
