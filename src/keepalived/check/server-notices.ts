import type { RealServer, VirtualServer } from '../config/servers.ts'
import type { Announcer } from '../notify/announcer.ts'
import { serverName } from '../notify/change.ts'
import type { Mailer } from '../notify/mailer.ts'
import type { NotifyQueue } from '../notify/notify-queue.ts'
import type { Log } from '../notify/scripts.ts'
import type { News } from './pool.ts'
import type { Cause } from './virtual-server-monitor.ts'

export interface NoticeOptions {
  readonly virtual: VirtualServer
  readonly queue: NotifyQueue
  readonly mailer: Pick<Mailer, 'send'>
  readonly announcer: Pick<Announcer, 'tell'>
  readonly log: Log
}

/** Tells scripts, FIFOs, mail and the log of real servers and quorums, in keepalived's order and words. */
export class ServerNotices {
  readonly #options: NoticeOptions
  readonly #name: string

  constructor(options: NoticeOptions) {
    this.#options = options
    this.#name = options.virtual.name
  }

  tell(news: News, cause: Cause): void {
    if (news.about === 'quorum') {
      this.#quorum(news, cause)
      return
    }
    const server = this.#options.virtual.realServers[news.server]
    if (server === undefined) return
    if (news.about === 'weight') this.#weight(server, news)
    else this.#server(server, news, cause)
  }

  #weight({ address, port }: RealServer, { from, to }: Extract<News, { about: 'weight' }>): void {
    const name = serverName(address, port, this.#options.virtual.protocol)
    this.#options.log('info', `Changing weight from ${from} to ${to} for service ${name} of VS ${this.#name}`)
  }

  #server(server: RealServer, { up, isChange }: Extract<News, { about: 'server' }>, { reason, called }: Cause): void {
    const { virtual, queue, mailer, announcer, log } = this.#options
    const name = serverName(server.address, server.port, virtual.protocol)
    const plain = `${server.address}:${server.port}`
    log('info', `real server ${plain} of ${virtual.label} is ${up ? 'up' : 'down'}: ${reason}`)
    if (!isChange) return
    log('info', `${doing(up, server)} service ${name} ${place(up, server)} VS ${this.#name}`)
    const command = up ? server.notifyUp : server.notifyDown
    const what = `${up ? 'notify_up' : 'notify_down'} of ${plain}`
    if (command !== null) queue.add(`real_server ${plain}`, { what, command, extra: [] })
    announcer.tell({ type: 'RS', name, virtualServer: this.#name, state: up ? 'UP' : 'DOWN' })
    if (!server.smtpAlert) return
    const subject = `Realserver ${name} of virtual server ${this.#name} - ${up ? 'UP' : 'DOWN'}`
    mailer.send({ subject, body: `=> ${called} ${up ? 'succeed' : 'failed'} on service <=` })
  }

  #quorum({ up, starting, threshold, weight }: Extract<News, { about: 'quorum' }>, { reason }: Cause): void {
    const { virtual, queue, mailer, announcer, log } = this.#options
    const { quorum, hysteresis } = virtual
    const verb = starting ? `Starting with quorum ${up ? 'up' : 'down'}` : up ? 'Gained quorum' : 'Lost quorum'
    const sum = `${quorum}${up ? '+' : '-'}${hysteresis}=${threshold} ${up ? '<=' : '>'} ${weight}`
    log('info', `${verb} ${sum} for VS ${this.#name}${starting ? '' : `: ${reason}`}`)
    const command = up ? virtual.quorumUp : virtual.quorumDown
    const what = `${up ? 'quorum_up' : 'quorum_down'} of ${virtual.label}`
    if (command !== null) queue.add(`virtual_server ${this.#name}`, { what, command, extra: [] })
    announcer.tell({ type: 'VS', name: this.#name, state: up ? 'UP' : 'DOWN' })
    if (!virtual.smtpAlert) return
    const subject = `Virtualserver ${this.#name} - ${up ? 'UP' : 'DOWN'}`
    mailer.send({ subject, body: `=> ${verb} ${sum} <=` })
  }
}

/** keepalived's words: a server that is inhibited keeps its place. */
function doing(up: boolean, { inhibitOnFailure }: RealServer): string {
  if (inhibitOnFailure) return up ? 'Enabling' : 'Disabling'
  return up ? 'Adding' : 'Removing'
}

function place(up: boolean, { inhibitOnFailure }: RealServer): string {
  if (inhibitOnFailure) return 'of'
  return up ? 'to' : 'from'
}
