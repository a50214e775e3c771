import { connect } from 'node:net'
import type { ApplyOutcome } from '../../mysql/promotion.ts'
import type { RoleConfig } from '../config/config.ts'
import { wasSynchronous } from './judgement.ts'
import type { Heard, PeerView } from './peer.ts'

/**
 * A holder whose daemon has died for good: its lease has taken the address away, and its database is still open, because
 * nobody closed it. Without this rule the standby would refuse for ever to open beside it, and nobody would have the address.
 */

/** So long nobody has listened on the daemon's port; its lease has run out and it has not been started again. */
export const GONE_AFTER_MS = 5_000
/** A host with the address answers in less, a loaded one too. */
const ANSWER_MS = 1_000

/** What is known of a peer that answers and is open. */
export interface Evidence {
  readonly policy: RoleConfig['policy']
  readonly view: PeerView
  /** What it said before. */
  readonly heard: Heard | null
  /** ms for which its host has refused connections to its daemon; null: it did not, or nobody asks. */
  readonly daemonGoneMs: number | null
  /** The last that its daemon said of itself. */
  readonly peerAlone: boolean
  readonly received: ApplyOutcome
}

/**
 * Pure: may an open peer count as gone? Only where nobody can be told OK there any more, and nobody was for what is missing
 * here: its commits wait for this server, and for no other, without end, and they did before.
 * @returns why not, or null
 */
export function objectionToAbandon({
  policy,
  view,
  heard,
  daemonGoneMs,
  peerAlone,
  received,
}: Evidence): string | null {
  if (view.state !== 'up' || view.snapshot.closed) return 'it is not open'
  if (daemonGoneMs === null) return 'its daemon may live'
  if (daemonGoneMs < GONE_AFTER_MS) return `its daemon is gone for ${(daemonGoneMs / 1000).toFixed(1)} s only`
  if (received.state !== 'applied') return received.detail
  if (policy === 'consistency') return 'policy consistency'
  const { snapshot } = view
  const waits = wasSynchronous({ snapshot, agoMs: 0 }) && wasSynchronous(heard) && !peerAlone
  if (!waits) return 'its commits do not wait for this server'
  return (snapshot.semiSync?.clients ?? 0) > 1 ? 'another replica can acknowledge its commits' : null
}

/**
 * What a promotion takes the peer for: an open one that was abandoned, and whose address nobody answers on, is gone.
 * @returns with advice for whoever reads why it was refused, or ''
 */
export async function unlessAbandoned(
  evidence: Evidence,
  addresses: readonly string[],
  port: number,
): Promise<{ readonly view: PeerView; readonly advice: string }> {
  const { view, daemonGoneMs } = evidence
  if (view.state !== 'up' || view.snapshot.closed || daemonGoneMs === null) return { view, advice: '' }
  const objection =
    objectionToAbandon(evidence) ?? ((await addressAnswers(addresses, port)) ? 'the address answers' : null)
  if (objection !== null) {
    const advice = `; no daemon runs there (${objection}): on that host, systemctl start mmha-keepalived`
    return { view, advice }
  }
  const why = `its daemon has been gone for ${Math.round(daemonGoneMs / 1000)} s, nobody answers on the address, its open database gets no commit done without this one`
  return { view: { state: 'silent', why }, advice: '' }
}

/** Does any host answer on one of these addresses, if only by refusing? Resolves within `ms`. */
export async function addressAnswers(addresses: readonly string[], port: number, ms = ANSWER_MS): Promise<boolean> {
  const answers = addresses.map(
    (host) =>
      new Promise<boolean>((resolve) => {
        const socket = connect({ host, port })
        const done = (answer: boolean) => {
          clearTimeout(timer)
          socket.destroy()
          resolve(answer)
        }
        const timer = setTimeout(() => done(false), ms)
        socket.on('connect', () => done(true))
        socket.on('error', (error: NodeJS.ErrnoException) => done(!SILENCE.has(error.code ?? '')))
      }),
  )
  return (await Promise.all(answers)).includes(true)
}

/** Nobody there. Any other error is somebody's answer, or one of ours, which proves nothing. */
const SILENCE = new Set(['EHOSTUNREACH', 'ETIMEDOUT', 'EHOSTDOWN'])
