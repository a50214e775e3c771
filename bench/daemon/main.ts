import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { builtDaemon, runtimeOf, whyNot } from '../../test/wire/environment.ts'
import { calm } from './calm.ts'
import { failover } from './failover/main.ts'
import {
  abandon,
  handover,
  type Idle,
  idle,
  idleRuntime,
  idleWithDatabase,
  intervalOf,
  jitter,
  type Plan,
} from './measure.ts'
import type { Quantiles } from './quantiles.ts'
import { SIDES, type Side } from './sides.ts'

/** --calm: minutes under load in which nothing is wrong. */
const CALM_MINUTES = 10

/**
 * Our daemon beside Debian's keepalived, on the same machine in the same run, one after the other, in network namespaces.
 * --failover: with databases and clients, in a lab (failover/main.ts). --idle: what it takes at rest, and the jitter of its
 * adverts, in less than 5 minutes. --calm: takeovers without a reason, under load, for 10 minutes. --quick: is everything there? Its numbers say nothing.
 */

interface Row {
  readonly what: string
  readonly unit: string
  /** In the order of SIDES. */
  readonly values: readonly number[]
}

const quick = process.argv.includes('--quick')
const idleOnly = process.argv.includes('--idle')
/** s, s, and handovers of each kind. */
const QUICK = { idleS: 3, jitterS: 3, runs: 2 }
const BRIEF = { idleS: 15, jitterS: 5, runs: 0 }
const LONG = { idleS: 60, jitterS: 60, runs: 20 }
const ENDS = [
  ['stop', 'SIGTERM'],
  ['kill -9 of all processes', 'SIGKILL'],
] as const
const results = new URL('../results/', import.meta.url).pathname

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** What a row is called, its unit, and the figure. */
type Figure = readonly [string, string, number]

/**
 * The same measurement on each side, as rows.
 * @param order together: under one load, for what takes next to nothing; else one after the other
 */
async function each<Value>(
  what: string,
  order: 'together' | 'in turn',
  measure: (side: Side) => Promise<Value>,
  rowsOf: (value: Value) => readonly Figure[],
): Promise<Row[]> {
  // A side that can't (keepalived, real-time, with 100 instances on a machine with a load of 20) is no end of the others.
  const attempt = async (side: Side): Promise<readonly Figure[] | null> => {
    try {
      return rowsOf(await measure(side))
    } catch (error) {
      say(`${what}: ${side}: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
  }
  const sides: (readonly Figure[] | null)[] = []
  if (order === 'together') sides.push(...(await Promise.all(SIDES.map(attempt))))
  else for (const side of SIDES) sides.push(await attempt(side))
  return (sides.find((rows) => rows !== null) ?? []).map(([name, unit], index) => {
    const values = sides.map((rows) => rows?.[index]?.[2] ?? Number.NaN)
    return said({ what: `${what}, ${name}`, unit, values })
  })
}

/** What only our side has. */
async function ours(what: string, measure: () => Promise<Idle>): Promise<Row[]> {
  return idleFigures(await measure()).map(([name, unit, value]) =>
    said({ what: `${what}, ${name}`, unit, values: [value] }),
  )
}

function said(row: Row): Row {
  say(line(row))
  return row
}

function idleFigures({ cpuPercent, pssMib, processes }: Idle): readonly Figure[] {
  return [
    ['CPU of one core', '%', cpuPercent],
    [`PSS of ${processes} process(es)`, 'MiB', pssMib],
  ]
}

function spread({ n, p50, p95, p99, max }: Quantiles): readonly Figure[] {
  return [
    [`p50 of ${n}`, 'ms', p50],
    [`p95 of ${n}`, 'ms', p95],
    [`p99 of ${n}`, 'ms', p99],
    [`max of ${n}`, 'ms', max],
  ]
}

/** The others' figures, and how many times theirs ours is. */
function line({ what, unit, values }: Row): string {
  const [ours = Number.NaN, ...theirs] = values
  const others = SIDES.slice(1).map((_, index) => {
    const value = theirs[index]
    return value === undefined ? '' : `${value.toFixed(2)} ${unit} (× ${(ours / value).toFixed(2)})`
  })
  return `| ${what} | ${ours.toFixed(2)} ${unit} | ${others.join(' | ')} |`
}

/** What `work` needs of files, removed however it ends. */
async function withDaemon(work: (dir: string, bundle: string, runtime: string) => Promise<void>): Promise<void> {
  const reason = whyNot()
  if (reason !== null) throw new Error(reason)
  const { dir, bundle } = await builtDaemon()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      rmSync(dir, { recursive: true, force: true })
      void abandon().then(() => process.exit(130))
    })
  }
  const runtime = join(dir, 'node')
  copyFileSync(runtimeOf('b'), runtime)
  try {
    await work(dir, bundle, runtime)
  } finally {
    await abandon()
    rmSync(dir, { recursive: true, force: true })
  }
}

function machine(): string {
  const keepalived = execFileSync('sh', ['-c', 'keepalived --version 2>&1 | head -1'], { encoding: 'utf8' }).trim()
  return `${cpus().length} × ${cpus()[0]?.model ?? '?'}, Linux ${release()}, ${keepalived}`
}

async function underLoad(dir: string, bundle: string, runtime: string): Promise<void> {
  const minutes = quick ? 0.2 : CALM_MINUTES
  const pairs = await calm({ dir, bundle, runtime, ...LONG }, minutes)
  const head = '| pair | takeovers | longest time between two adverts |\n|---|---|---|'
  const rows = pairs.map(
    ({ side, takeovers, longestGapMs }) => `| ${side} | ${takeovers} | ${longestGapMs.toFixed(0)} ms |`,
  )
  const what = `${minutes} minutes, a busy process for each core and one that writes to the disk without an end`
  const text = `# Nothing wrong but the load, ${new Date().toISOString()}\n\n${machine()}; ${what}\n\n${head}\n${rows.join('\n')}\n`
  mkdirSync(results, { recursive: true })
  writeFileSync(`${results}calm.md`, text)
  say(text)
}

async function sideBySide(_dir: string, bundle: string, runtime: string): Promise<void> {
  const plan: Plan = { bundle, runtime, ...(quick ? QUICK : idleOnly ? BRIEF : LONG) }
  const head = `| | ${SIDES.join(' | ')} |\n|---|${SIDES.map(() => '---').join('|')}|`
  say(head)
  const rows: Row[] = []
  for (const count of [1, 100]) {
    const what = `idle, ${count} instance(s)`
    rows.push(...(await each(what, 'together', (side) => idle(plan, side, count), idleFigures)))
  }
  rows.push(...(await ours('idle, 1 instance with a database', () => idleWithDatabase(plan))))
  rows.push(...(await ours('idle, Node.js with an empty program', () => idleRuntime(plan))))
  for (const loaded of [false, true]) {
    for (const count of [1, 100]) {
      const where = loaded ? 'all cores loaded' : 'idle'
      const what = `advert off its ${intervalOf({ count })} ms, ${count} instance(s), ${where}`
      rows.push(
        ...(await each(what, loaded ? 'in turn' : 'together', (side) => jitter(plan, side, { count, loaded }), spread)),
      )
    }
  }
  for (const [what, signal] of idleOnly ? [] : ENDS) {
    const figures = (side: Side) => handover(plan, side, signal)
    rows.push(...(await each(`${what} → address on the other host`, 'in turn', figures, spread)))
  }
  mkdirSync(results, { recursive: true })
  const note = quick ? '\n\n**--quick: these numbers say nothing.**' : ''
  writeFileSync(
    `${results}daemon.md`,
    `# Daemon, ${new Date().toISOString()}\n\n${machine()}${note}\n\n${head}\n${rows.map(line).join('\n')}\n`,
  )
  writeFileSync(
    `${results}daemon.json`,
    `${JSON.stringify({ at: new Date().toISOString(), machine: machine(), quick, rows }, null, 1)}\n`,
  )
  say(`written: ${results}daemon.md`)
}

if (process.argv.includes('--failover')) await failover(process.argv.slice(2))
else await withDaemon(process.argv.includes('--calm') ? underLoad : sideBySide)
