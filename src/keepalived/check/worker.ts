import type { Config } from '../config/config.ts'
import { isServedBy } from '../config/served.ts'
import { Announcer } from '../notify/announcer.ts'
import { Mailer } from '../notify/mailer.ts'
import { Notifier } from '../notify/notifier.ts'
import { NotifyQueue } from '../notify/notify-queue.ts'
import { type Log, Scripts } from '../notify/scripts.ts'
import type { Unsent } from '../notify/unsent.ts'
import type { ToCheck, ToVrrp } from '../process/messages.ts'
import type { DatabaseStatus } from '../process/status.ts'
import { type Role, startRole } from '../role/role.ts'
import { startTrackers } from '../track/start.ts'
import { virtualServerTracker } from '../track/tracker-name.ts'
import { isLocalAddress } from './local-address.ts'
import type { KnownPool } from './pool.ts'
import { ScriptTracker } from './script-tracker.ts'
import { ServerNotices } from './server-notices.ts'
import { VirtualServerMonitor } from './virtual-server-monitor.ts'

export interface CheckWorkerOptions {
  readonly config: Config
  readonly send: (message: ToVrrp) => void
  readonly log: Log
  /** Scripts without a path are looked for beside it. Default: keepalived's own. */
  readonly configFile?: string
  /** What the check worker before this one knew of virtual servers, by the trackers' names of these. */
  readonly known?: Readonly<Record<string, KnownPool>>
  readonly onKnown?: (virtualServer: string, known: KnownPool) => void
  /** What the check worker before this one has not told yet. */
  readonly unsent?: Unsent
  /** What is known of an instance's database has changed. */
  readonly onDatabase?: (status: DatabaseStatus) => void
}

export interface CheckWorker {
  readonly receive: (message: ToCheck) => void
  /**
   * @param isEnd the daemon ends, and does not only go on with another configuration.
   * @returns what could not be told yet; nothing at the end, when it is only said
   */
  readonly stop: (isEnd?: boolean) => Promise<Unsent>
}

/** ms that notify scripts and mail get when the daemon stops, as keepalived gives its stop scripts. */
const STOP_PATIENCE_MS = 1000

/** Everything that a script's or server's change means, for the parts below. */
interface Wiring extends CheckWorkerOptions {
  readonly queue: NotifyQueue
  readonly mailer: Mailer
  readonly announcer: Announcer
  readonly scripts: Scripts
}

function startScripts({ config, send, log, scripts }: Wiring): ScriptTracker[] {
  return config.scripts.flatMap((script) => {
    const trackers = config.instances.flatMap((instance) =>
      instance.trackScripts.filter(({ name }) => name === script.name).map((tracked) => ({ instance, tracked })),
    )
    // As keepalived: what no instance tracks is never run.
    if (trackers.length === 0) return []
    const onChange = (up: boolean, reason: string, counted: boolean) => {
      for (const { instance, tracked } of trackers) {
        const weight = counted && tracked.weight !== 0 ? tracked.weight : null
        const reverse = counted && tracked.reverse ? { reverse: true } : {}
        send({ t: 'track', instance: instance.name, tracker: script.name, up, weight, ...reverse, reason })
      }
    }
    return [new ScriptTracker({ script, scripts, onChange, log })]
  })
}

/** A real server's end takes the address from the instance that has the virtual server's address. */
function startServers(wiring: Wiring): VirtualServerMonitor[] {
  const { config, send, log, queue, mailer, announcer, scripts, known = {}, onKnown } = wiring
  return config.virtualServers.map((virtual) => {
    const notices = new ServerNotices({ virtual, queue, mailer, announcer, log })
    const holders = config.instances.filter((instance) => isServedBy(virtual, instance))
    const name = virtualServerTracker(virtual)
    return new VirtualServerMonitor({
      virtual,
      scripts,
      known: known[name] ?? null,
      onKnown: (pool) => onKnown?.(name, pool),
      isHere: isLocalAddress,
      onNews: (news, cause) => notices.tell(news, cause),
      onTracker: ({ name: tracker, up }, reason) => {
        for (const { name: instance } of holders) send({ t: 'track', instance, tracker, up, weight: null, reason })
      },
      log,
    })
  })
}

function startRoles({ config, send, log, scripts, onDatabase }: Wiring): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>()
  for (const instance of config.instances) {
    const server = config.mysqlServers.find(({ name }) => name === instance.role?.mysql)
    if (instance.role !== null && server !== undefined) {
      roles.set(instance.name, startRole({ instance, server, scripts, send, log, ...(onDatabase && { onDatabase }) }))
    }
  }
  return roles
}

/** The answer for an instance without a database: nothing to wait for. */
function plainAnswer(message: ToCheck): ToVrrp | null {
  const { t, instance } = message
  if (t === 'promote') return { t: 'promoted', instance, id: message.id, ok: true, reason: 'no database' }
  if (t === 'demote') return { t: 'demoted', instance, id: message.id, ok: true, reason: 'no database' }
  if (t === 'leave') return { t, instance, id: message.id, holdDownMs: message.holdDownMs, reason: message.reason }
  return null
}

/**
 * The check worker: scripts, real servers and databases are watched, their changes go to the VRRP worker, and notify scripts and mail
 * tell of what comes back. Starts at once. `stop` ends everything it started: scripts get 1 s, then SIGTERM, then SIGKILL.
 */
export function startCheckWorker(options: CheckWorkerOptions): CheckWorker {
  const { config, send, log, configFile = '/etc/keepalived/keepalived.conf', unsent } = options
  const scripts = new Scripts(config.global, configFile)
  const queue = new NotifyQueue(scripts, log)
  queue.resume(unsent?.scripts ?? [])
  const mailer = new Mailer(config.global, log, unsent?.mails)
  const announcer = new Announcer(config, scripts, log, unsent?.changes)
  const tell = announcer.tell.bind(announcer)
  const notifier = new Notifier({ config, queue, mail: (mail) => mailer.send(mail), tell })
  const wiring = { ...options, queue, mailer, announcer, scripts }
  const roles = startRoles(wiring)
  const servers = startServers(wiring)
  const watching = [...startScripts(wiring), ...startTrackers(wiring)]
  return {
    receive(message) {
      notifier.receive(message)
      const role = roles.get(message.instance)
      if (role !== undefined) return role.receive(message)
      const answer = plainAnswer(message)
      if (answer !== null) send(answer)
    },
    async stop(isEnd = false) {
      await Promise.all(servers.map((server) => server.stop(isEnd)))
      const ends = [...watching, ...roles.values()].map((part) => part.stop())
      const [scripts, mails, changes] = await Promise.all([
        queue.stop(STOP_PATIENCE_MS, !isEnd),
        mailer.stop(STOP_PATIENCE_MS, !isEnd),
        announcer.stop(STOP_PATIENCE_MS, !isEnd),
        ...ends,
      ])
      return { scripts, mails, changes }
    },
  }
}
