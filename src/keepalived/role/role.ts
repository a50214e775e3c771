import { startMysqlCheck } from '../check/mysql.ts'
import type { MysqlServer, VrrpInstance } from '../config/config.ts'
import type { ToCheck, ToVrrp } from '../process/messages.ts'
import { hangUp } from './fence.ts'
import { RoleKeeper } from './role-keeper.ts'
import { StateFile } from './state-file.ts'

export interface RoleOptions {
  readonly instance: VrrpInstance
  readonly server: MysqlServer
  send(message: ToVrrp): void
  log(level: 'info' | 'warn' | 'error', message: string): void
  /** Where what must survive is kept; default /var/lib/mmha. */
  readonly stateDir?: string
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
  const { instance, server, send } = options
  const log: RoleOptions['log'] = (level, message) => options.log(level, `(${instance.name}) ${message}`)
  if (instance.role === null) throw new TypeError(`(${instance.name}) has no role block`)
  const keeper = new RoleKeeper({
    instance: instance.name,
    addresses: instance.virtualAddresses.map(({ address }) => address),
    role: instance.role,
    server,
    send,
    log,
    state: new StateFile(options.stateDir),
    stateDir: options.stateDir,
  })
  const check = startMysqlCheck({
    server,
    log,
    onExiting() {
      void hangUp(server.port).then((complaint) => {
        if (complaint !== '') log('warn', `clients of the dying server could not be reset: ${complaint}`)
      })
    },
    onHealth(up, reason) {
      log(up ? 'info' : 'warn', `mysql ${server.name} is ${up ? 'up' : 'down'}: ${reason}`)
      send({ t: 'track', instance: instance.name, tracker: `mysql ${server.name}`, up, weight: null, reason })
      keeper.health(up, reason)
    },
  })
  return {
    receive(message) {
      if (message.instance === instance.name) keeper.receive(message)
    },
    async stop() {
      await check.stop()
      await keeper.stop()
    },
  }
}
