import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInside } from '../../src/lab/inside.ts'
import { listLabs } from '../../src/lab/state.ts'
import { type LightFleet, lightFleet } from './light-hosts.ts'
import { type Measured, measured } from './measured.ts'

/**
 * `mmha provision` over 20 pairs with nothing to change: time, processor and memory of the controller.
 * The hosts are light: OpenSSH at 40 ports of loopback, which answers mmha's scripts with what two provisioned hosts of a lab
 * answered; logins, channels and bytes are real, the looking itself costs them nothing. One file of 16 tasks, which has
 * the pair's name in it, is left out.
 * Options: --lab NAME (up, with inventories/lab.yml provisioned), --pairs N, --runs N.
 */
const option = (name: string, fallback: string) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback)
}
const [labName, pairs, runs] = [option('lab', 'lab'), Number(option('pairs', '20')), Number(option('runs', '5'))]
/** s, MB */
const BARS = { wall: 5, peak: 200 }
const FORKS = [1, 5, 10, 20]
const NAMED = 'package-of-the-daemon/notify-script'

const root = join(import.meta.dirname, '../..')
const lab = listLabs().find(({ name }) => name === labName)
if (lab === undefined) {
  process.stderr.write(
    `error: there is no lab ${labName}\n  do: bin/mmha lab up inventories/lab.yml && bin/mmha provision inventories/lab.yml --yes\n`,
  )
  process.exit(4)
}
const folder = mkdtempSync(join(tmpdir(), 'mmha-bench-fleet-'))
try {
  const recordings = join(folder, 'recordings')
  const record = join(import.meta.dirname, 'record.ts')
  const failed = await runInside(
    lab,
    [process.execPath, record, join(root, 'inventories/lab.yml'), recordings, NAMED],
    {
      MMHA_LAB: labName,
    },
  )
  if (failed !== 0) throw new Error(`recording the lab ${labName} failed with status ${failed}`)
  const fleet = await lightFleet(folder, recordings, pairs)
  try {
    const load = loadavg()[0] ?? 0
    const rows = new Map<number, Row[]>(FORKS.map((forks) => [forks, []]))
    // Interleaved: what else the machine does hits all alike.
    for (let i = 0; i < runs; i += 1) for (const forks of FORKS) rows.get(forks)?.push(await once(fleet, forks))
    report(rows, load)
  } finally {
    await fleet.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** With what the hosts took, ms. */
type Row = Measured & { readonly hosts: number }

async function once({ inventory, cpu }: LightFleet, forks: number): Promise<Row> {
  const before = cpu()
  const words = ['provision', inventory, '--yes', '--skip', NAMED, '--forks', String(forks)]
  const one = await measured('node', [join(root, 'dist/mmha.js'), ...words], { MMHA_LAB: 'none' })
  if (one.status !== 0 || !one.stdout.includes(`${pairs} of ${pairs} pairs done`) || /changed=[1-9]/.test(one.stdout))
    throw new Error(`not what was to be measured (status ${one.status}):\n${one.stdout}\n${one.stderr}`)
  return { ...one, hosts: cpu() - before }
}

function report(rows: ReadonlyMap<number, readonly Row[]>, load: number): void {
  const { stdout } = process
  stdout.write(
    `${pairs} pairs, ${2 * pairs} light hosts, nothing to change; ${availableParallelism()} cores, ${runs} runs each; load average at the beginning: ${load.toFixed(1)}\n`,
  )
  stdout.write('forks  wall s min / median / max  CPU s median  of the hosts  peak MB\n')
  for (const [forks, all] of rows) {
    const wall = sorted(all.map(({ wall }) => wall / 1000))
    const cpu = sorted(all.map(({ cpu }) => cpu / 1000))
    const peak = Math.max(...all.map(({ peak }) => peak))
    const times = [wall[0], median(wall), wall.at(-1)].map((value) => (value ?? 0).toFixed(2)).join(' / ')
    stdout.write(
      `${String(forks).padStart(5)}  ${times.padEnd(26)}  ${median(cpu).toFixed(2).padStart(12)}  ${median(
        sorted(all.map(({ hosts }) => hosts / 1000)),
      )
        .toFixed(2)
        .padStart(12)}  ${peak.toFixed(0).padStart(7)}\n`,
    )
  }
  const usual = rows.get(10) ?? []
  const wall = median(sorted(usual.map((one) => one.wall / 1000)))
  const peak = Math.max(...usual.map((one) => one.peak))
  const kept = wall <= BARS.wall && peak <= BARS.peak
  stdout.write(
    `bars at 10 forks: ${wall.toFixed(2)} s of ${BARS.wall} s, ${peak.toFixed(0)} MB of ${BARS.peak} MB: ${kept ? 'kept' : 'MISSED'}\n`,
  )
  if (!kept) process.exitCode = 1
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

function median(values: readonly number[]): number {
  return values[Math.floor(values.length / 2)] ?? 0
}
