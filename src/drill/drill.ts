import { randomBytes } from 'node:crypto'
import { summarizeFaults, verdictOf } from './analysis/verdict.ts'
import { DrilledPair } from './drilled-pair.ts'
import { FAULTS } from './faults/catalog.ts'
import { type DrillOptions, REGISTERS } from './options.ts'
import type { Pair } from './pair/whole.ts'
import { checkPreconditions } from './preconditions.ts'
import type { DrillResult, Environment, RunResult } from './result.ts'
import { runScenario } from './scenario.ts'
import type { PlannedFault } from './scenario-list.ts'
import { cleanupStatements, DRILL_SCHEMA, DRILL_USER, setupStatements } from './schema.ts'
import { startWriters, type WriterHost } from './writer-host.ts'

/** What this drill does not try; said in every report. */
const NOT_TESTED = [
  'hung database (SIGSTOP), full disk, read-only file system',
  'cut cable and network partitions',
  'both hosts down at once, cold start',
  'clients that hold long queries or transactions open',
]

/**
 * Breaks the pair on purpose, one fault after the other, while clients write through the VIP, and measures what they
 * notice and whether anything acknowledged was lost. Leaves nothing behind: no schema, account, program or stopped host,
 * also when it fails or is interrupted.
 * @returns the verdict with all numbers; a failed drill is a result, not an error
 * @throws MmhaError when it can't or must not start (exit 3, 5, 75), the signal's reason when interrupted
 */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const startedAt = new Date()
  const pair = new DrilledPair(options.inventory, options.assets)
  const runs: RunResult[] = []
  const failures: string[] = []
  let environment: Environment | null = null
  let host: WriterHost | null = null
  const { faults, skipped } = selectFaults(options)
  try {
    await pair.start()
    const state = await checkPreconditions(pair, options.inventory, options)
    host = await startWriters(options)
    environment = environmentOf(options, state, pair, host.name)
    await prepare(pair, host, options)
    skipped.push(...(await runAll(faults, pair, host, options, runs)))
  } finally {
    failures.push(...(await cleanUp(pair, host)))
    pair.close()
    for (const message of failures) options.sink({ code: 'drill.left-behind', level: 'error', message })
  }
  return {
    verdict: verdictOf(runs, failures),
    pair: options.inventory.name,
    vip: options.inventory.vip.address,
    startedAt: startedAt.toISOString(),
    seconds: (Date.now() - startedAt.getTime()) / 1000,
    faults: summarizeFaults(runs),
    runs,
    skipped,
    notTested: NOT_TESTED,
    environment,
    failures,
  }
}

type Skipped = DrillResult['skipped'][number]

function selectFaults({ faults, power }: DrillOptions): { faults: readonly PlannedFault[]; skipped: Skipped[] } {
  if (power !== null || !faults.some(({ fault }) => fault === 'power')) return { faults, skipped: [] }
  const reason = 'these are not lab hosts; with --i-know the holder is rebooted at once, without sync'
  return { faults: faults.filter(({ fault }) => fault !== 'power'), skipped: [{ fault: 'power', reason }] }
}

async function prepare(pair: DrilledPair, { name, writer }: WriterHost, { sink }: DrillOptions): Promise<void> {
  const holder = pair.holder()
  if (holder === null) throw new Error('no holder on a pair that is whole')
  const password = randomBytes(24).toString('hex')
  for (const statement of setupStatements(writer.localAddress, password)) await pair.sampler(holder).query(statement)
  writer.send({ t: 'credentials', user: DRILL_USER, password, database: DRILL_SCHEMA })
  sink({ code: 'drill.ready', level: 'info', message: `writers on ${name}, ${holder.name} holds the VIP` })
}

/** Runs every fault as often as wanted; stops at the first run after which the pair is not whole. Gives what was left out. */
async function runAll(
  faults: readonly PlannedFault[],
  pair: DrilledPair,
  { writer }: WriterHost,
  options: DrillOptions,
  results: RunResult[],
): Promise<Skipped[]> {
  const { writers, power, sink, signal } = options
  const context = { pair, writer, writers, registers: REGISTERS, power, sink, signal }
  for (const [position, { fault: name, runs }] of faults.entries()) {
    for (let run = 1; run <= runs; run++) {
      const result = await runScenario(FAULTS[name], run, context)
      results.push(result)
      report(result, runs, options)
      if (result.whole !== null) continue
      const left = faults.slice(position + 1)
      return left.map(({ fault }) => ({ fault, reason: `the pair was not whole after ${name} (run ${run})` }))
    }
  }
  return []
}

function report(result: RunResult, runs: number, { sink }: DrillOptions): void {
  const { fault, run, downtime, ledger, splitVip, failures } = result
  const gap = downtime === null ? 'no writes again' : `${downtime.toFixed(0)} ms without an acknowledged write`
  const numbers = `${ledger.lost.length} lost, ${ledger.reverted.length} reverted, ${splitVip.certain.toFixed(0)} ms double VIP`
  const count = runs > 1 ? ` ${run}/${runs}` : ''
  const { timeline: _, ...data } = result
  sink({
    code: 'drill.run',
    level: failures.length === 0 ? 'info' : 'error',
    message: `${fault}${count}: ${gap}; ${numbers}${failures.length === 0 ? '' : ` — ${failures.join('; ')}`}`,
    host: result.holder,
    data,
  })
}

/** Ends the writers and removes schema and account; gives what could not be removed. */
async function cleanUp(pair: DrilledPair, host: WriterHost | null): Promise<string[]> {
  if (host === null) return []
  const failures: string[] = []
  const said = (error: unknown): string => (error instanceof Error ? error.message : String(error))
  await host.close().catch((error: unknown) => failures.push(`the writers did not end in order: ${said(error)}`))
  const statements = cleanupStatements(host.writer.localAddress)
  try {
    const holder = pair.holder()
    if (holder === null) throw new Error('no host, or both, hold the VIP')
    for (const statement of statements) await pair.sampler(holder).query(statement)
  } catch (error) {
    failures.push(
      `schema and account of the drill are still there (${said(error)}); on the holder: ${statements.join('; ')}`,
    )
  }
  return failures
}

function environmentOf(options: DrillOptions, state: Pair, pair: DrilledPair, client: string): Environment {
  return {
    mmha: options.version,
    node: process.version,
    client,
    hosts: pair.masters.map((host, i) => ({
      name: host.name,
      server: `${state[i]?.flavour ?? ''} ${state[i]?.version ?? ''}`,
      kernel: pair.sampler(host).kernel,
    })),
    writers: options.writers,
    rate: options.rate,
    power: options.power?.describe ?? 'none',
  }
}
