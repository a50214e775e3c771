import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { must } from '../../../src/lab/command.ts'
import { hostNamed, killPower, powerOn, reboot } from '../../../src/lab/faults.ts'
import { cutCable, inNamespace, plugCable } from '../../../src/lab/network.ts'
import { readState } from '../../../src/lab/state.ts'

const tree = resolve(import.meta.dirname, '../../..')

/** How a run ends before its time: its process, its connections, a cable, its host in order, its host's power. */
export const CUTS = ['killed', 'link', 'cable', 'reboot', 'power'] as const
export type Cut = (typeof CUTS)[number]

/** On a host: number or id of the step before which it holds a run; there is none: it holds none. */
const HOLD = '/var/lib/mmha-test-hold'
/** On a host, while it holds one. */
const HELD = '/var/lib/mmha-test-held'

/** Each step's record is synced before the step begins: a `sync` that comes first in the PATH can hold the run just there. */
const SYNC = `#!/bin/sh
wanted=$(cat ${HOLD} 2>/dev/null)
held() {
  case "$wanted $*" in
    any*/var/lib/mmha/runs/*) return 0 ;;
    0*/var/lib/mmha/runs/*/"$wanted"*) return 0 ;;
    ?*/*/var/lib/mmha/runs/*) cat "$@" 2>/dev/null | grep -q "\\"id\\":\\"$wanted\\"" ;;
    *) return 1 ;;
  esac
}
if held "$@"; then
  : >${HELD}
  while [ -e ${HELD} ]; do sleep 0.02; done
  # As if the line had gone a moment before: what was held does not begin.
  kill -KILL $PPID
fi
exec /bin/sync "$@"
`

interface Document {
  readonly type: string
  readonly code?: string
  readonly message?: string
  readonly host?: string
  readonly exit?: number
  readonly data?: { readonly step?: string; readonly steps?: readonly PlannedStep[] }
  readonly hosts?: readonly { readonly changed: number }[]
}

export interface PlannedStep {
  readonly host: string
  readonly id: string
  readonly impact: string
}

export interface CutRun {
  /** null: a signal. */
  readonly exit: number | null
  readonly cut: boolean
  /** What was missing when it looked. */
  readonly planned: readonly PlannedStep[]
  /** `host step` that ended well. */
  readonly done: readonly string[]
  /** The last of these of each host. */
  readonly after: readonly string[]
  readonly last: Document | undefined
}

function hold(root: string, what: number | string): void {
  const file = join(root, HOLD)
  writeFileSync(`${file}.new`, `${typeof what === 'string' ? what : String(what).padStart(4, '0')}\n`)
  renameSync(`${file}.new`, file)
}

/** Runs `mmha` against a lab, and cuts it where a host is held. */
export class CutRuns {
  readonly #lab: string
  readonly #settled: () => Promise<unknown>

  /** @param settled resolves when a host may be lost: until then its loss is a second fault, and what it costs a matter of policy */
  constructor(lab: string, settled: () => Promise<unknown> = async () => undefined) {
    this.#lab = lab
    this.#settled = settled
  }

  prepare(): void {
    for (const { root } of this.#hosts()) writeFileSync(join(root, 'usr/local/sbin/sync'), SYNC, { mode: 0o755 })
  }

  /**
   * @param step number of the step of each host, or id of a step, before which it is cut; `next`: as soon as one step is done
   * anywhere; null: it is left alone
   * @param only name of the host whose step is meant; null: whichever comes to it first
   */
  async run(
    words: readonly string[],
    step: number | string | null,
    cut: Cut,
    only: string | null = null,
  ): Promise<CutRun> {
    this.#release()
    for (const { root, name } of this.#hosts()) {
      if (step === null || (only !== null && name !== only)) rmSync(join(root, HOLD), { force: true })
      else hold(root, step === 'next' ? 2 : step)
    }
    const child = spawn(process.execPath, ['dist/mmha.js', ...words, '--json'], {
      cwd: tree,
      env: { ...process.env, MMHA_LAB: this.#lab },
      stdio: ['ignore', 'pipe', 'ignore'],
      // In a process group of its own, as a shell's job is.
      detached: true,
    })
    const documents: Document[] = []
    const running = new Set<string>()
    let over = false
    let wasCut = false
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The last line of one that is dead may be half a line.
      if (!line.endsWith('}')) return
      const document = JSON.parse(line) as Document
      documents.push(document)
      const { code, host = '' } = document
      if (code === 'step.begin') running.add(host)
      if (code === 'step.changed' || code === 'step.failed') running.delete(host)
      if (code !== 'step.changed' || step !== 'next' || wasCut) return
      // The other one's first step comes after this one's.
      for (const { root, name } of this.#hosts()) if (name !== host) hold(root, 'any')
    })
    const ended = once(child, 'close').then(([exit]) => {
      over = true
      return exit as number | null
    })
    const held = () => this.#hosts().filter(({ root }) => existsSync(join(root, HELD)))
    // One that is held, and no other at work: or one that waits for the one that is held.
    const deadline = Date.now() + 120_000
    const atRest = () => {
      const names = held().map(({ name }) => name)
      return names.length > 0 && ([...running].every((name) => names.includes(name)) || Date.now() > deadline)
    }
    while (!over && !atRest()) await delay(10)
    const where = held().map(({ name }) => name)
    const isCut = !over && where[0] !== undefined
    wasCut = isCut
    if (isCut && where[0] !== undefined) {
      if (cut === 'cable' || cut === 'power') await this.#settled()
      await this.#cut(cut, where[0], () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'))
      this.#letGo()
    }
    // Another one may have been about to be held just then.
    while (isCut && !over) {
      this.#release()
      await delay(50)
    }
    this.#release()
    const exit = await ended
    // It came to its end before that step: another command must not be held there.
    this.#letGo()
    if (cut === 'cable' && isCut && where[0] !== undefined) await plugCable(this.#state(), this.#host(where[0]))
    const done = documents.flatMap(({ code, host, data }) =>
      code === 'step.changed' ? [`${host ?? ''} ${data?.step ?? ''}`] : [],
    )
    const plan = documents.find(({ code }) => code === 'plan.ready')
    const last = where.flatMap((host) => done.filter((one) => one.startsWith(`${host} `)).slice(-1))
    const after = last.length > 0 ? last : done.slice(-1)
    return { exit, cut: isCut, planned: plan?.data?.steps ?? [], done, after, last: documents.at(-1) }
  }

  /** The same once a host has freed the lock of one that it no longer hears. */
  async unlocked(...how: Parameters<CutRuns['run']>): Promise<CutRun> {
    const deadline = Date.now() + 60_000
    let ended = await this.run(...how)
    while (ended.exit === 75 && Date.now() < deadline) ended = await this.run(...how)
    return ended
  }

  /** Folders of all runs that the hosts have kept. */
  known(): ReadonlySet<string> {
    return new Set(this.#journals().map(({ folder }) => folder))
  }

  /** `host step` that ended well on its host in other runs than these, also where nobody heard of it any more. */
  journaled(known: ReadonlySet<string>): readonly string[] {
    return this.#journals()
      .filter(({ folder }) => !known.has(folder))
      .flatMap(({ name, folder }) =>
        readdirSync(folder)
          .map((step) => join(folder, step))
          .filter((step) => existsSync(join(step, 'ended')) && readFileSync(join(step, 'ended'), 'utf8') === '0\n')
          .map((step) => `${name} ${(JSON.parse(readFileSync(join(step, 'step.json'), 'utf8')) as PlannedStep).id}`),
      )
  }

  #journals() {
    return this.#hosts().flatMap(({ name, root }) => {
      const runs = join(root, 'var/lib/mmha/runs')
      return existsSync(runs) ? readdirSync(runs).map((run) => ({ name, folder: join(runs, run) })) : []
    })
  }

  async #cut(cut: Cut, name: string, kill: () => void): Promise<void> {
    const [lab, host] = [this.#state(), this.#host(name)]
    if (cut === 'killed') kill()
    if (cut === 'link') await must(inNamespace(lab.namespace, ['ss', '--kill', '( dport = :22 )']))
    if (cut === 'cable') await cutCable(lab, host)
    if (cut === 'reboot') await reboot(lab, host)
    if (cut === 'power') {
      await killPower(lab, host)
      await powerOn(lab, host)
    }
  }

  #letGo(): void {
    for (const { root } of this.#hosts()) rmSync(join(root, HOLD), { force: true })
  }

  #release(): void {
    for (const { root } of this.#hosts()) rmSync(join(root, HELD), { force: true })
  }

  #hosts() {
    return this.#state().hosts.filter(({ name }) => name !== 'c1')
  }

  #host(name: string) {
    return hostNamed(this.#state(), name)
  }

  #state() {
    const lab = readState(this.#lab)
    if (lab === null) throw new Error(`the lab ${this.#lab} is not up`)
    return lab
  }
}
