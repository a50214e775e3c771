import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { builtDaemon, whyNot } from '../../test/wire/environment.ts'
import { failover } from './failover/main.ts'
import { abandon, handover, idle, jitter, type Plan } from './measure.ts'
import type { Quantiles } from './quantiles.ts'
import { SIDES, type Side } from './sides.ts'

/**
 * Our daemon beside Debian's keepalived, on the same machine in the same run, one after the other, in network namespaces.
 * --failover: with databases and clients, in a lab (failover/main.ts). --quick: is everything there? Its numbers say nothing.
 */

interface Row {
  readonly what: string
  readonly unit: string
  /** In the order of SIDES. */
  readonly values: readonly number[]
}

const quick = process.argv.includes('--quick')
const results = new URL('../results/', import.meta.url).pathname

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** The same measurement on each side, one after the other, as rows. */
async function each<Value>(
  what: string,
  measure: (side: Side) => Promise<Value>,
  rowsOf: (value: Value) => readonly (readonly [string, string, number])[],
): Promise<Row[]> {
  const sides: (readonly (readonly [string, string, number])[])[] = []
  for (const side of SIDES) sides.push(rowsOf(await measure(side)))
  return (sides[0] ?? []).map(([name, unit], index) => {
    const values = sides.map((rows) => rows[index]?.[2] ?? Number.NaN)
    const row: Row = { what: `${what}, ${name}`, unit, values }
    say(line(row))
    return row
  })
}

function spread({ n, p50, p95, p99, max }: Quantiles): readonly (readonly [string, string, number])[] {
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
  const others = theirs.map((value) => `${value.toFixed(2)} ${unit} (× ${(ours / value).toFixed(2)})`)
  return `| ${what} | ${ours.toFixed(2)} ${unit} | ${others.join(' | ')} |`
}

async function main(): Promise<void> {
  const reason = whyNot()
  if (reason !== null) throw new Error(reason)
  const { dir, bundle } = await builtDaemon()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      rmSync(dir, { recursive: true, force: true })
      void abandon().then(() => process.exit(130))
    })
  }
  const plan: Plan = quick ? { bundle, idleS: 3, jitterS: 3, runs: 2 } : { bundle, idleS: 60, jitterS: 60, runs: 20 }
  const head = `| | ${SIDES.join(' | ')} |\n|---|${SIDES.map(() => '---').join('|')}|`
  say(head)
  const rows: Row[] = []
  try {
    for (const count of [1, 100]) {
      const one = await each(
        `idle, ${count} instance(s)`,
        (side) => idle(plan, side, count),
        ({ cpuPercent, pssMib }) => [
          ['CPU of one core', '%', cpuPercent],
          ['PSS of all processes', 'MiB', pssMib],
        ],
      )
      rows.push(...one)
    }
    for (const loaded of [false, true]) {
      const what = `advert off its 100 ms, ${loaded ? 'all cores loaded' : 'idle'}`
      rows.push(...(await each(what, (side) => jitter(plan, side, loaded), spread)))
    }
    for (const [what, signal] of [
      ['stop', 'SIGTERM'],
      ['kill -9 of all processes', 'SIGKILL'],
    ] as const) {
      rows.push(...(await each(`${what} → address on the other host`, (side) => handover(plan, side, signal), spread)))
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  const keepalived = execFileSync('sh', ['-c', 'keepalived --version 2>&1 | head -1'], { encoding: 'utf8' }).trim()
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? '?'}, Linux ${release()}, ${keepalived}`
  mkdirSync(results, { recursive: true })
  const note = quick ? '\n\n**--quick: these numbers say nothing.**' : ''
  writeFileSync(
    `${results}daemon.md`,
    `# Daemon, ${new Date().toISOString()}\n\n${machine}${note}\n\n${head}\n${rows.map(line).join('\n')}\n`,
  )
  writeFileSync(
    `${results}daemon.json`,
    `${JSON.stringify({ at: new Date().toISOString(), machine, quick, rows }, null, 1)}\n`,
  )
  say(`written: ${results}daemon.md`)
}

if (process.argv.includes('--failover')) await failover(process.argv.slice(2))
else await main()
