import type { Message } from '../events/message.ts'
import { status as say } from '../events/messages/status.ts'
import { spoken } from '../events/spoken.ts'
import type { DatabaseStatus } from '../keepalived/process/status.ts'

/** What a forced promotion of a host may lose, line by line, from what its daemon says. Pure. @param nowS Unix time, s */
export function promotionRisk(host: string, peer: string, database: DatabaseStatus, nowS: number): readonly Message[] {
  const { mayLack, quarantine, epoch, enforced } = database
  const lines: Message[] = []
  if (quarantine !== null) {
    const { standing, why } = quarantine
    lines.push(say('risk.quarantined', { host, standing: spoken(standing), why: spoken(why) }))
  }
  if (mayLack === null) lines.push(say('risk.silent', { host }))
  else {
    const { unapplied, peerSaid, waited } = mayLack
    lines.push(unapplied === 0 ? say('risk.applied') : say('risk.unapplied', { transactions: counted(unapplied) }))
    lines.push(known(host, peer, mayLack, nowS))
    if (waited === true && peerSaid !== null) lines.push(say('risk.waited', { peer, host }))
    else if (waited === false) lines.push(say('risk.waited-not', { peer, host }))
  }
  if (!enforced && (mayLack?.waited ?? null) === null) lines.push(say('risk.waiting-unknown'))
  if (epoch !== null) lines.push(say('risk.epoch', { epoch, peer }))
  return lines
}

type MayLack = NonNullable<DatabaseStatus['mayLack']>

/** What the peer has that the host lacks, as far as it has said so. */
function known(host: string, peer: string, { known: more, peerSaid }: MayLack, nowS: number): Message {
  if (more === null) return say('risk.unknown', { peer })
  const transactions = counted(more)
  if (peerSaid === null)
    return more === 0 ? say('risk.now-nothing', { peer }) : say('risk.now-more', { peer, transactions, host })
  const before = ago(nowS - peerSaid)
  return more === 0
    ? say('risk.then-nothing', { peer, ago: before })
    : say('risk.then-more', { peer, ago: before, transactions, host })
}

function counted(transactions: number): Message {
  return say('risk.transactions', { count: transactions })
}

/** @param seconds whole */
function ago(seconds: number): Message {
  if (seconds < 120) return say('risk.seconds', { count: Math.max(seconds, 0) })
  if (seconds < 7200) return say('risk.minutes', { count: Math.round(seconds / 60) })
  return say('risk.hours', { count: Math.round(seconds / 3600) })
}
