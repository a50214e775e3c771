import type { RealServer, VirtualServer } from '../config/servers.ts'

/** What is known of a virtual server's real servers, and whether they are enough: keepalived's rules. Pure. */
export interface Pool {
  readonly servers: readonly ServerState[]
  readonly quorumUp: boolean
}

export interface ServerState {
  readonly checks: readonly CheckState[]
  /** Each of its checks is. */
  readonly up: boolean
  /** What scripts and mail know; null: nothing yet. */
  readonly told: boolean | null
  /** Every check has spoken, or one has failed. */
  readonly decided: boolean
}

interface CheckState {
  readonly up: boolean
  readonly hasRun: boolean
  /** What a dynamic check adds to the configured weight. */
  readonly extraWeight: number
}

export type News =
  /** A verdict on one server; `isChange`: scripts and mail are told. */
  | { readonly about: 'server'; readonly server: number; readonly up: boolean; readonly isChange: boolean }
  | { readonly about: 'weight'; readonly server: number; readonly from: number; readonly to: number }
  | {
      readonly about: 'quorum'
      readonly up: boolean
      readonly starting: boolean
      /** The weight that it takes, by `hysteresis` more or less than the quorum. */
      readonly threshold: number
      readonly weight: number
    }

export interface Turned {
  readonly pool: Pool
  readonly news: readonly News[]
}

/** A real server's weight as its checks have set it; never negative. */
export function effectiveWeight({ weight }: RealServer, { checks }: ServerState): number {
  return Math.max(
    0,
    checks.reduce((sum, check) => sum + check.extraWeight, weight),
  )
}

export function weightOf(pool: Pool, virtual: VirtualServer, server: number): number {
  const real = virtual.realServers[server]
  const state = pool.servers[server]
  return real === undefined || state === undefined ? 0 : effectiveWeight(real, state)
}

/** The weight of all the servers that are up. */
export function liveWeight(pool: Pool, virtual: VirtualServer): number {
  return pool.servers.reduce((sum, { up }, server) => sum + (up ? weightOf(pool, virtual, server) : 0), 0)
}

/** After a change of a server: is the quorum gained or lost? */
function reviewed(pool: Pool, virtual: VirtualServer, starting = false): Turned {
  const { quorum, hysteresis } = virtual
  const weight = liveWeight(pool, virtual)
  const threshold = quorum + (pool.quorumUp ? -hysteresis : hysteresis)
  const gained = !pool.quorumUp && weight >= threshold
  const lost = pool.quorumUp && (weight === 0 || weight < threshold)
  const isNews = gained || lost || (starting && virtual.sorryServer)
  return {
    pool: { ...pool, quorumUp: gained || (pool.quorumUp && !lost) },
    news: isNews ? [{ about: 'quorum', up: gained, starting, threshold, weight }] : [],
  }
}

/** What another check worker knew, before a reload or its end: servers by `address:port`. */
export interface KnownPool {
  readonly quorumUp: boolean
  readonly servers: Readonly<Record<string, ServerState>>
}

export const serverKey = ({ address, port }: RealServer): string => `${address}:${port}`

export function remembered(pool: Pool, virtual: VirtualServer): KnownPool {
  const servers = pool.servers.flatMap((state, index) => {
    const server = virtual.realServers[index]
    return server === undefined ? [] : [[serverKey(server), state] as const]
  })
  return { quorumUp: pool.quorumUp, servers: Object.fromEntries(servers) }
}

function startServer({ checks }: RealServer, known: ServerState | undefined): ServerState {
  const fresh = checks.map(({ alpha }) => ({ up: known?.up ?? !alpha, hasRun: false, extraWeight: 0 }))
  // The same number of checks is taken for the same checks.
  if (known?.checks.length === checks.length) return known
  const up = fresh.every((check) => check.up)
  return known === undefined
    ? { checks: fresh, up, told: up ? true : null, decided: checks.length === 0 }
    : { ...known, checks: fresh, up, decided: true }
}

/**
 * At the start servers count as up, unless a check of theirs is `alpha`; one that is known already is as it was, so that a reload
 * moves nothing. A quorum that is there already is news.
 */
export function startPool(virtual: VirtualServer, known: KnownPool | null = null): Turned {
  const servers = virtual.realServers.map((server) => startServer(server, known?.servers[serverKey(server)]))
  const start = reviewed({ servers, quorumUp: known?.quorumUp ?? false }, virtual, known === null)
  if (known !== null || !virtual.initNotifies) return start
  const told = servers.flatMap(({ up }, server): News[] =>
    up ? [{ about: 'server', server, up, isChange: true }] : [],
  )
  return { ...start, news: [...told, ...start.news] }
}

function withServer(pool: Pool, server: number, state: ServerState): Pool {
  return { ...pool, servers: pool.servers.map((one, index) => (index === server ? state : one)) }
}

/** A check has come to a verdict: at first, and when it is another one. */
export function decided(pool: Pool, virtual: VirtualServer, server: number, check: number, up: boolean): Turned {
  const before = pool.servers[server]
  if (before === undefined) return { pool, news: [] }
  const checks = before.checks.map((one, index) => (index === check ? { ...one, up, hasRun: true } : one))
  const now = checks.every((one) => one.up)
  // The first word is for all checks together, unless one has failed.
  const isDecided = before.decided || checks.every((one) => one.hasRun) || checks.some((one) => one.hasRun && !one.up)
  const said = isDecided && (!before.decided || now !== before.up)
  const isChange = isDecided && now !== before.told
  const state = { checks, up: now, decided: isDecided, told: isDecided ? now : before.told }
  const review = reviewed(withServer(pool, server, state), virtual)
  const own: News[] = said || isChange ? [{ about: 'server', server, up: now, isChange }] : []
  return { pool: review.pool, news: [...own, ...review.news] }
}

/** A dynamic check has said how much the server may carry. */
export function reweighed(pool: Pool, virtual: VirtualServer, server: number, check: number, weight: number): Turned {
  const before = pool.servers[server]
  const real = virtual.realServers[server]
  if (before === undefined || real === undefined) return { pool, news: [] }
  const extraWeight = weight - real.weight
  if (before.checks[check]?.extraWeight === extraWeight) return { pool, news: [] }
  const checks = before.checks.map((one, index) => (index === check ? { ...one, extraWeight } : one))
  const next = withServer(pool, server, { ...before, checks })
  const from = weightOf(pool, virtual, server)
  const to = weightOf(next, virtual, server)
  if (from === to) return { pool: next, news: [] }
  const review = reviewed(next, virtual)
  return { pool: review.pool, news: [{ about: 'weight', server, from, to }, ...review.news] }
}

/** The daemon ends: with `omega` that is news of all the servers that are up, and of the quorum. */
export function ended(pool: Pool, virtual: VirtualServer): readonly News[] {
  if (!virtual.omega) return []
  const down = pool.servers.flatMap(({ up }, server): News[] =>
    up ? [{ about: 'server', server, up: false, isChange: true }] : [],
  )
  const threshold = virtual.quorum - virtual.hysteresis
  return [...down, { about: 'quorum', up: false, starting: false, threshold, weight: 0 }]
}
