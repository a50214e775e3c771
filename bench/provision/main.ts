import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MmhaEvent } from '../../src/events/event.ts'
import { labDown } from '../../src/lab/down.ts'
import { inNamespace } from '../../src/lab/network.ts'
import { freshLab } from './hosts.ts'
import { HELP, type Options, readOptions, type ToolName } from './options.ts'
import { type Proxies, startProxies } from './proxies.ts'
import { bars, type Measured, table } from './table.ts'
import { Controller, type Job, whyNot } from './tools.ts'

/**
 * The same job on the same kind of hosts by mmha and by Ansible (pipelining; also with mitogen), in turns, through relays
 * that are as far away as asked. Each has a pair of hosts of its own, since both bring a keepalived: two labs, both up all
 * the time. Makes them, measures, takes them down.
 */

const LABS = { mmha: 'bench-mmha', ansible: 'bench-ansible' } as const
const INVENTORY = 'vip: 10.77.0.100/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\n'
const results = new URL('../results/', import.meta.url).pathname

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const sink = ({ code, level, message }: MmhaEvent): void => {
  if (code === 'lab.up' || level === 'warn' || level === 'error') say(message)
}

/** A pair of hosts that one tool, or two that write the same, have to themselves. */
class Site {
  readonly #lab: string
  readonly #folder: string
  #made: { readonly proxies: Proxies; readonly controller: Controller } | null = null
  #times = 0

  constructor(lab: string, folder: string) {
    this.#lab = lab
    this.#folder = folder
  }

  /** Makes its hosts anew. */
  async fresh(): Promise<void> {
    await this.clear()
    const lab = await freshLab(this.#lab, join(this.#folder, 'lab.yml'), sink)
    const masters = lab.hosts.filter(({ role }) => role === 'master')
    const inside = (argv: readonly string[]) => inNamespace(lab.namespace, argv)
    const proxies = await startProxies(
      masters.map(({ address }) => address),
      inside,
    )
    this.#times += 1
    const folder = join(this.#folder, `${this.#lab}-${this.#times}`)
    const ports = proxies.ports
    this.#made = { proxies, controller: new Controller(lab, ports, folder) }
  }

  async clear(): Promise<void> {
    await this.#made?.proxies.close()
    this.#made = null
    await labDown(this.#lab, () => undefined)
  }

  /** @throws Error when the run fails, or changed what it should not */
  async run(tool: ToolName, job: Job, roundTrip: number): Promise<Measured> {
    if (this.#made === null) throw new Error('no hosts yet')
    const { proxies, controller } = this.#made
    await proxies.reset(roundTrip)
    const { seconds, cpu, code, output, changed } = await controller.run(tool, job)
    const traffic = await proxies.traffic()
    await proxies.reset(0)
    if (code !== 0) throw new Error(`${tool}, ${job}: ended with ${code}\n${output.slice(-4000)}`)
    // Ansible's check mode takes some modules' guesses for changes: told, and no reason to stop.
    const believed = job !== 'plan' || tool === 'mmha'
    if (!believed && changed) say(`${tool} would change something, it says, where nothing is to change`)
    if (believed && changed !== (job === 'first run')) {
      throw new Error(`${tool}, ${job}: ${changed ? 'changed something' : 'changed nothing'}\n${output.slice(-4000)}`)
    }
    const most = (of: (one: (typeof traffic)[number]) => number) => Math.max(...traffic.map(of))
    const measured = {
      ...{ tool, job, roundTrip, seconds, cpu, trips: most((one) => one.roundTrips) },
      ...{ connections: most((one) => one.connections), bytes: most((one) => one.bytes) },
    }
    say(
      `${roundTrip} ms  ${job}  ${tool}: ${seconds.toFixed(2)} s, ${cpu.toFixed(2)} s CPU, ${measured.trips} round trips`,
    )
    return measured
  }
}

async function measure(options: Options, tools: readonly ToolName[], folder: string): Promise<readonly Measured[]> {
  const end = performance.now() + options.minutes * 60_000
  const inTime = () => performance.now() < end
  const sites = { mmha: new Site(LABS.mmha, folder), ansible: new Site(LABS.ansible, folder) }
  const siteOf = (tool: ToolName) => (tool === 'mmha' ? sites.mmha : sites.ansible)
  const all: Measured[] = []
  try {
    for (const [i, roundTrip] of options.roundTrips.entries()) {
      if (options.first || i === 0) {
        // The last one leaves the hosts as the others would: what Ansible writes is the same with and without mitogen.
        for (const tool of tools) {
          if (!options.first && tool === 'mitogen' && tools.includes('ansible')) continue
          await siteOf(tool).fresh()
          const first = await siteOf(tool).run(tool, 'first run', options.first ? roundTrip : 0)
          if (options.first) all.push(first)
        }
      }
      for (let run = 0; run < options.runs && inTime(); run += 1) {
        for (const job of ['nothing to change', 'plan'] as const) {
          for (const tool of tools) all.push(await siteOf(tool).run(tool, job, roundTrip))
        }
      }
    }
  } finally {
    if (!options.keep) for (const site of Object.values(sites)) await site.clear()
  }
  return all
}

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    say(HELP)
    return 0
  }
  const options = readOptions(process.argv.slice(2))
  const missing = options.tools.flatMap((tool) => whyNot(tool) ?? [])
  const tools = options.tools.filter((tool) => whyNot(tool) === null)
  for (const why of new Set(missing)) say(`left out: ${why}`)
  const folder = mkdtempSync(join(tmpdir(), 'mmha-bench-'))
  writeFileSync(join(folder, 'lab.yml'), INVENTORY)
  try {
    const all = await measure(options, tools, folder)
    const held = bars(all)
    const text = [
      `# Provisioning, ${new Date().toISOString()}`,
      '',
      `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Linux ${release()}, load ${loadavg()[0]?.toFixed(1)} at the end`,
      '',
      table(all),
      ...held.map(({ what, met }) => `- ${met ? 'met' : 'NOT MET'}: ${what}`),
      '',
    ].join('\n')
    say(`\n${text}`)
    mkdirSync(results, { recursive: true })
    const file = join(results, `provision-${new Date().toISOString().replaceAll(/[:.]/g, '')}`)
    writeFileSync(`${file}.md`, text)
    writeFileSync(`${file}.json`, `${JSON.stringify(all, null, 1)}\n`)
    say(`written: ${file}.md`)
    return held.every(({ met }) => met) ? 0 : 1
  } finally {
    if (!options.keep) rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = await main()
