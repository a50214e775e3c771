import { EXIT, MmhaError } from '../events/error.ts'
import { checksums, differingTables } from '../mysql/table-checksums.ts'
import { compareHosts, type HostData } from './analysis/ledger-check.ts'
import type { DrilledPair } from './drilled-pair.ts'
import { readDrillData } from './pair/drill-data.ts'
import { type Pair, sameTransactions } from './pair/whole.ts'
import type { Equality } from './result.ts'
import { until } from './until.ts'

const PATIENCE = 60_000
const TRIES = 5
const NOT_AT_REST = 'DRILL_NOT_AT_REST'

export interface Compared {
  readonly equality: Equality
  /** The drill's rows of the phase on each host, in the order of the masters. */
  readonly data: readonly [HostData, HostData]
}

/**
 * Compares both hosts once no more is written: rows of the drill one by one, every user table by its checksum, all at the
 * same executed transactions (looked at before and after). Checksums, because equal GTIDs prove nothing: a silent swap
 * leaves them identical. A database that does not answer is a result, too: nothing is equal then.
 * @throws MmhaError DRILL_NOT_AT_REST (exit 5), DRILL_NO_DATABASE (exit 6)
 */
export async function compareData(pair: DrilledPair, phase: string, signal: AbortSignal): Promise<Compared> {
  try {
    return await compareAtRest(pair, phase, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof MmhaError && error.code === NOT_AT_REST) throw error
    return withoutComparison(pair, phase, error)
  }
}

/** What can still be said when a database does not answer: of the other one's rows, whether anything was lost. */
async function withoutComparison(pair: DrilledPair, phase: string, cause: unknown): Promise<Compared> {
  const reads = await Promise.allSettled(pair.masters.map((host) => readDrillData(pair.sampler(host), phase)))
  const [one, two] = reads.map((read) => (read.status === 'fulfilled' ? read.value : null))
  const there = one ?? two
  const why = cause instanceof Error ? cause.message : String(cause)
  if (there === null || there === undefined) {
    throw new MmhaError(`neither database can be read after the fault: ${why}`, {
      code: 'DRILL_NO_DATABASE',
      source: 'user',
      exit: EXIT.drillFailed,
      hint: 'look at the servers and at `journalctl -u mmha-keepalived` on the hosts',
      cause,
    })
  }
  const equality = { equal: false, tables: 0, gtids: '', differences: [`the hosts could not be compared: ${why}`] }
  return { equality, data: [one ?? there, two ?? there] }
}

async function compareAtRest(pair: DrilledPair, phase: string, signal: AbortSignal): Promise<Compared> {
  const [a, b] = pair.masters
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const before = await atRest(pair, signal)
    const one = pair.sampler(a)
    const two = pair.sampler(b)
    const [dataA, dataB] = await Promise.all([readDrillData(one, phase), readDrillData(two, phase)])
    const [sumsA, sumsB] = await Promise.all([checksums(one), checksums(two)])
    const after = await pair.look()
    if (before !== null && transactionsOf(before) !== transactionsOf(after)) continue
    const differences = [
      ...(before === null ? ['the hosts did not come to the same transactions'] : []),
      ...compareHosts(dataA, dataB, a.name, b.name),
      ...differingTables(sumsA, sumsB).map((table) => `table ${table}`),
    ]
    const equality = {
      equal: differences.length === 0,
      tables: sumsA.size,
      gtids: after[0].gtids,
      differences,
    }
    return { equality, data: [dataA, dataB] }
  }
  throw new MmhaError('the data of both hosts could not be compared: someone else keeps writing', {
    code: NOT_AT_REST,
    source: 'user',
    exit: EXIT.refused,
    hint: 'stop the applications that write to the pair, then run the drill again',
  })
}

/** The pair once both have executed the same; null when they don't get there. */
async function atRest(pair: DrilledPair, signal: AbortSignal): Promise<Pair | null> {
  const same = await until(PATIENCE, 100, signal, async () => {
    const now = await pair.look()
    return sameTransactions(now) ? now : undefined
  })
  return same ?? null
}

function transactionsOf(pair: Pair): string {
  return pair.map(({ gtids, binlog }) => (gtids === '' ? `${binlog.file}:${binlog.position}` : gtids)).join(' | ')
}
