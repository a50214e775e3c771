import { type MysqlCheck, startMysqlCheck } from '../check/mysql/check.ts'
import { serves } from '../check/mysql/tally.ts'
import type { MysqlServer, VrrpInstance } from '../config/config.ts'
import { ownAddresses } from '../config/own-addresses.ts'
import { PairLine } from '../heartbeat/pair-line.ts'
import type { Scripts } from '../notify/scripts.ts'
import type { ToCheck, ToVrrp } from '../process/messages.ts'
import type { DatabaseStatus } from '../process/status.ts'
import { hangUp } from './fence.ts'
import { Hang } from './hang.ts'
import { RoleKeeper } from './role-keeper.ts'
import { RoleReport } from './role-report.ts'
import { StateFile } from './state-file.ts'
import { askVeto } from './veto.ts'

export interface RoleOptions {
  readonly instance: VrrpInstance
  readonly server: MysqlServer
  /** Starts `pre_promote`. */
  readonly scripts: Scripts
  send(message: ToVrrp): void
  log(level: 'info' | 'warn' | 'error', message: string): void
  /** Where what must survive is kept; default /var/lib/mmha. */
  readonly stateDir?: string
  /** For `ctl status` and the metrics. */
  readonly onDatabase?: (status: DatabaseStatus) => void
}

export interface Role {
  receive(message: ToCheck): void
  stop(): Promise<void>
}

/**
 * The database's side of an instance: its health is tracked, the gate is opened and shut, role changes are carried out,
 * and replication is started and stopped as the histories allow. Nothing here throws; what fails is answered or logged.
 */
export function startRole(options: RoleOptions): Role {
  const { instance, server, send, scripts } = options
  const { role } = instance
  const log: RoleOptions['log'] = (level, message) => options.log(level, `(${instance.name}) ${message}`)
  if (role === null) throw new TypeError(`(${instance.name}) has no role block`)
  const kill = (): string => check.kill()
  const keeper = new RoleKeeper({
    instance: instance.name,
    addresses: ownAddresses(instance).map(({ address }) => address),
    role,
    server,
    send,
    log,
    state: new StateFile(options.stateDir),
    stateDir: options.stateDir,
    report: new RoleReport(instance.name, (status) => options.onDatabase?.(status)),
    kill,
    answered: () => check.answered(),
    connection: () => line.connection,
    line: {
      together: () => line.together(),
      tellAlone: () => line.tellAlone(),
      tellFarewell: (farewell) => line.tellFarewell(farewell),
      tellEvents: (states) => line.tellEvents(states),
      get peerEvents() {
        return line.peerEvents
      },
      get peerLives() {
        return line.peerLives
      },
      get peerAlone() {
        return line.peerAlone
      },
      get daemonGoneMs() {
        return line.daemonGoneMs
      },
      get peerFarewell() {
        return line.peerFarewell
      },
    },
    askVeto: () => askVeto({ instance: instance.name, role, scripts, log }),
  })
  const turn = (up: boolean, reason: string): void => {
    send({ t: 'track', instance: instance.name, tracker: `mysql ${server.name}`, up, weight: null, reason })
    keeper.health(up, reason)
  }
  const line: PairLine = new PairLine({
    instance,
    send,
    log,
    ready: () => keeper.ready,
    databaseHeardAt: () => keeper.peerHeardAt,
  })
  const hang = new Hang({
    server,
    log,
    kill,
    holder: () => keeper.holder,
    peerObjection: () => objectionOf(line.peerReady, keeper.peerReached),
    hangUp: () => hangUp(server.port),
    giveUp: (reason) => turn(false, reason),
  })
  const check: MysqlCheck = startMysqlCheck({
    server,
    log,
    holder: () => keeper.holder,
    onExiting() {
      void hangUp(server.port).then((complaint) => {
        if (complaint !== '') log('warn', `clients of the dying server could not be reset: ${complaint}`)
      })
    },
    onHealth(health, reason) {
      log(serves(health) ? 'info' : 'warn', `mysql ${server.name} is ${health}: ${reason}`)
      if (health === 'hung') {
        hang.begin(reason)
        return
      }
      hang.end()
      turn(serves(health), reason)
    },
  })
  return {
    receive(message) {
      if (message.instance !== instance.name) return
      line.receive(message)
      keeper.receive(message)
    },
    async stop() {
      hang.end()
      line.stop()
      await check.stop()
      await keeper.stop()
    },
  }
}

/** @param ready what the peer's daemon says of itself; null: it is not heard */
function objectionOf(ready: boolean | null, databaseReached: boolean): string | null {
  if (ready === false) return 'the peer must not hold the address now'
  if (ready === true || databaseReached) return null
  return 'the peer can not be reached, so nobody could take over'
}
