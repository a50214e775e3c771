import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type LabHost, readState } from '../../src/lab/state.ts'
import { ByHand, onHost } from './by-hand.ts'
import { readOptions, type Way } from './options.ts'

/**
 * How fast a host gets a copy of the other's data: by each way of `mmha rejoin --reseed`, and by hand, on the same hosts
 * in the same run, one after the other in turn. Wall times say little on a machine that does other things: the ratios do.
 */
const options = readOptions(process.argv.slice(2))
const mysql = options.server.startsWith('mysql')
const lab = 'bench-seeding'
const tree = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'mmha-bench-'))
const inventory = join(folder, 'pair.yml')
const began = performance.now()

interface Run {
  readonly bytes: number
  /** Of the copying alone. */
  readonly seconds: number
  /** Until it stands by again: closed, copied, compared, opened. */
  readonly whole: number
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** @returns the last line of stdout */
function mmha(...words: readonly string[]): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['dist/mmha.js', ...words], {
      cwd: tree,
      env: { ...process.env, MMHA_LAB: lab },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, complaint] = ['', '']
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stderr.on('data', (chunk) => {
      complaint = (complaint + chunk).slice(-2000)
    })
    child.on('close', (code) => {
      if (code === 0) done(out.trim().split('\n').at(-1) ?? '')
      else failed(new Error(`mmha ${words.join(' ')}: ${code}\n${out.slice(-1000)}${complaint}`))
    })
  })
}

async function ours(way: Way, standby: LabHost, throttle: number | null): Promise<Run> {
  const slow = throttle === null ? [] : ['--throttle', String(throttle)]
  const from = performance.now()
  const last = await mmha('rejoin', inventory, standby.name, '--reseed', way, '--yes', standby.name, '--json', ...slow)
  const { bytes, seconds } = JSON.parse(last) as { bytes: number; seconds: number }
  return { bytes, seconds, whole: (performance.now() - from) / 1000 }
}

/** Rows that do not compress well, with a secondary index. */
async function fill(holder: LabHost, mb: number): Promise<void> {
  const row = '(RAND() * 1e9, REPEAT(SHA2(CONCAT(RAND(), RAND()), 512), 7))'
  const rows = Array.from({ length: 100 }, () => row).join(',')
  const client = mysql ? 'mysql' : 'mariadb'
  await onHost(
    holder,
    `${client} -e "CREATE DATABASE bench; CREATE TABLE bench.t (id INT AUTO_INCREMENT PRIMARY KEY, n INT, v VARCHAR(1000), KEY (n))"
    ${client} bench -e "INSERT INTO t (n, v) VALUES ${rows}"
    have=100
    while [ $have -lt ${Math.round(mb * 1000)} ]; do
      ${client} bench -e "INSERT INTO t (n, v) SELECT RAND() * 1e9, REVERSE(v) FROM t LIMIT 20000"
      have=$(${client} -Ne 'SELECT COUNT(*) FROM bench.t')
    done`,
  )
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN

async function measure(): Promise<void> {
  const state = readState(lab)
  const held = await Promise.all(
    (state?.hosts ?? []).slice(0, 2).map((host) => onHost(host, 'ip -o -4 address show to 10.77.0.100')),
  )
  const [one, two] = state?.hosts ?? []
  if (one === undefined || two === undefined) throw new Error('the lab has no two masters')
  const [holder, standby] = held[0] === '' ? [two, one] : [one, two]
  say(`${options.server}: ${holder.name} holds the address; ${options.mb} MB of rows go to ${standby.name}`)
  await fill(holder, options.mb)
  const ways: readonly Way[] = mysql ? ['clone', 'dump'] : ['backup', 'dump']
  if (!mysql)
    for (const host of [one, two])
      await onHost(host, 'apt-get install -y --no-install-recommends mariadb-backup >/dev/null 2>&1')
  const byHand = new ByHand(holder, standby, mysql)
  await byHand.prepare()
  const mine = new Map<Way, Run[]>(ways.map((way) => [way, []]))
  const theirs = new Map<Way, number[]>(ways.map((way) => [way, []]))
  for (let run = 0; run < options.runs; run += 1) {
    for (const way of ways) {
      if ((performance.now() - began) / 60_000 > options.minutes) continue
      const done = await ours(way, standby, null)
      mine.get(way)?.push(done)
      say(`  ${way}: ${done.seconds.toFixed(1)} s, ${done.whole.toFixed(1)} s with everything`)
      const seconds = await (way === 'dump' ? byHand.dump('bench') : byHand[way]())
      theirs.get(way)?.push(seconds)
      say(`  ${way} by hand: ${seconds.toFixed(1)} s`)
      await byHand.end()
    }
  }
  const plain = median(theirs.get('dump') ?? [])
  say('\n| way | MB | copying, s | MB/s | with everything, s | by hand, s | ratio to by hand | ratio to a plain dump |')
  say('|---|---|---|---|---|---|---|---|')
  for (const way of ways) {
    const runs = mine.get(way) ?? []
    if (runs.length === 0) continue
    const [bytes, seconds, whole] = [
      runs.map((r) => r.bytes),
      runs.map((r) => r.seconds),
      runs.map((r) => r.whole),
    ].map(median)
    const hand = median(theirs.get(way) ?? [])
    const cells = [
      way,
      mb(bytes),
      fixed(seconds),
      fixed((bytes ?? 0) / 1e6 / (seconds ?? 1)),
      fixed(whole),
      fixed(hand),
    ]
    say(`| ${[...cells, fixed((seconds ?? 0) / hand), fixed((seconds ?? 0) / plain)].join(' | ')} |`)
  }
  if (options.throttle === null) return
  for (const way of ways) {
    const { bytes, seconds } = await ours(way, standby, options.throttle)
    const rate = bytes / 1e6 / seconds
    say(`${way} at ${options.throttle} MB/s at most: ${fixed(rate)} MB/s (${fixed((100 * rate) / options.throttle)} %)`)
  }
}

function mb(bytes: number | undefined): string {
  return ((bytes ?? 0) / 1e6).toFixed(0)
}

function fixed(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(2)
}

writeFileSync(inventory, 'vip: 10.77.0.100/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\n')
try {
  await mmha('lab', 'down', '--name', lab)
  await mmha('lab', 'up', inventory, '--name', lab, '--server', options.server)
  await mmha('provision', inventory, '--yes')
  await measure()
} finally {
  await mmha('lab', 'down', '--name', lab)
  rmSync(folder, { recursive: true })
}
