import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import { joined, type Text, told } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { title as shownTitle } from '../events/messages/titles.ts'
import type { Connection } from '../hosts/connection.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Step } from '../modules/step.ts'
import { applySteps } from './apply.ts'
import { Approval, NO_DEVIATIONS, sameStep } from './approval.ts'
import { connectAll } from './connect-all.ts'
import { findingsOf, sayFindings } from './findings.ts'
import { checkGate } from './gate.ts'
import { checkHosts } from './host-checks.ts'
import { type Interrupt, Interruption } from './interruption.ts'
import type { Journal } from './journal.ts'
import { type HostLock, takeLock } from './lock.ts'
import { inPhase } from './phase.ts'
import { type PlayPlan, planAll, planTasks, stepsOf } from './plan.ts'
import { planSummary } from './plan-text.ts'
import { holdsVip, hostsOf, type Play, type Task } from './play.ts'
import { Registered } from './registered.ts'
import type { HostSummary, RunResult } from './result.ts'
import { checkTogether, oneByOne } from './selection.ts'
import { type Survey, settle, survey } from './survey.ts'

export interface RunOptions {
  readonly inventory: Inventory
  readonly plays: readonly Play[]
  readonly sink: Sink
  /** `plan` shows what is missing and changes nothing. */
  readonly mode: 'plan' | 'apply'
  /** Shown a plan, a person says yes or no; no ends the run. */
  readonly approve: (request: ApprovalRequest) => Promise<boolean>
  /** Asked before each step (the same step of several hosts is one); absent: what was approved is done. */
  readonly ask?: (steps: readonly Step[]) => Promise<'yes' | 'no' | 'stop'>
  /** Looks at the first plan, before anybody is asked; throws when it is not to be gone on with. */
  readonly check?: (plan: readonly PlayPlan[], found: Survey) => void
  /** Told what was approved, before anything of it is done. */
  readonly approved?: (steps: readonly Step[], found: Survey) => void
  /** Leave to restart the holder of the VIP. */
  readonly allowRestart: boolean
  /** s to wait for another run that has a host's lock; absent: not at all. */
  readonly lockWait?: number
  readonly interrupt?: Interrupt
  /** What the hosts keep of the run; null: nothing. */
  readonly journal: Journal | null
}

/** ms that a look at the hosts is good for. */
const FRESH = 5_000

/** Nobody will. */
const never = (): Interrupt => ({ stop: new AbortController().signal, now: new AbortController().signal })

export interface ApprovalRequest {
  readonly plan: readonly PlayPlan[]
  /** False at first. True: in the middle of the run, steps that were not in the plan that was approved. */
  readonly unforeseen: boolean
}

/**
 * Facts → plan → approval → apply, play by play → facts again: nothing may be left. A pair that is as it should be is
 * looked at once and left alone: 9 round trips per host.
 * @throws MmhaError by what stopped it; the hosts' lock and connections are given back first.
 */
export async function run(asked: RunOptions): Promise<RunResult> {
  const begin = performance.now()
  const interruption = new Interruption(asked.interrupt ?? never(), asked.sink)
  const options = { ...asked, sink: interruption.sink }
  let connections: ReadonlyMap<string, Connection> = new Map()
  try {
    connections = await connectAll(options, interruption.cut)
    return { ...(await new Run(options, connections, interruption).all()), ms: performance.now() - begin }
  } catch (error) {
    throw interruption.because(error)
  } finally {
    await Promise.all([...connections.values()].map((connection) => connection.close()))
  }
}

/** One run over connections that are open. */
class Run {
  readonly #options: RunOptions
  readonly #connections: ReadonlyMap<string, Connection>
  readonly #interruption: Interruption
  readonly #applied: Step[] = []
  /** A person said no to them. */
  readonly #declined: Step[] = []
  readonly #locks: HostLock[] = []
  readonly #registered: Registered
  #approval = new Approval([])
  /** What the first look found, while it is still true: nothing was applied since, nobody has thought it over for long. */
  #known: { readonly found: Survey; readonly at: number } | null = null

  constructor(options: RunOptions, connections: ReadonlyMap<string, Connection>, interruption: Interruption) {
    this.#options = options
    this.#interruption = interruption
    this.#connections = connections
    this.#registered = new Registered(options.plays)
  }

  async all(): Promise<Omit<RunResult, 'ms'>> {
    const { inventory, plays, sink, mode, allowRestart } = this.#options
    const at = performance.now()
    const first = await this.#look(frame('phase.look'), plays)
    this.#known = { found: first, at }
    checkHosts(inventory, first.facts)
    sayFindings(findingsOf(plays, inventory, first), sink)
    const plan = planAll(plays, inventory, first)
    const steps = stepsOf(plan)
    const { facts } = first
    this.#options.check?.(plan, first)
    sink({ code: 'plan.ready', level: 'info', ...told(planMessage(plan)), data: { steps } })
    if (steps.length === 0 || mode === 'plan') {
      return { steps, plan, facts, deviations: NO_DEVIATIONS, hosts: this.#summary(plan, steps) }
    }
    checkGate(steps, inventory, first, { allowRestart, applied: 0 })
    checkTogether(plan)
    if (!(await this.#options.approve({ plan, unforeseen: false }))) throw notApproved(frame('approve.no.nothing'))
    this.#approval = new Approval(plan)
    this.#options.approved?.(steps, first)
    const last = await this.#locked(async () => {
      for (const play of plays) await this.#play(play)
      return this.#verify()
    })
    const deviations = this.#approval.deviations(this.#applied, this.#declined)
    return { steps: this.#applied, plan: [], facts, deviations, hosts: this.#summary(last, []) }
  }

  #lock(host: string): Promise<HostLock> {
    const { sink, lockWait: wait = 0 } = this.#options
    const onWait = (owner: string) =>
      sink({ code: 'lock.wait', level: 'info', host, ...told(frame('lock.wait', { owner })) })
    return takeLock(this.#connection(host), { wait, onWait })
  }

  /** Both masters are locked, the first one first, so that two runs can't each hold one. */
  async #locked<T>(work: () => Promise<T>): Promise<T> {
    try {
      for (const { name } of this.#options.inventory.masters) this.#locks.push(await this.#lock(name))
      return await work()
    } finally {
      await Promise.allSettled(this.#locks.map((lock) => lock.release()))
    }
  }

  async #look(title: Text, plays: readonly Play[]): Promise<Survey> {
    const { inventory, sink } = this.#options
    const hosts = [...this.#connections.values()]
    return inPhase(sink, title, hosts, () => survey(inventory, this.#connections, plays))
  }

  /** The plays before the first change need no second look. */
  #stillKnown(): Survey | null {
    return this.#known !== null && performance.now() - this.#known.at < FRESH ? this.#known.found : null
  }

  async #play(play: Play): Promise<void> {
    await this.#stage(play, play.tasks, shownTitle(play.name))
    if (play.handlers.length > 0)
      await await this.#stage(play, play.handlers, frame('phase.handlers', { play: shownTitle(play.name) }))
  }

  async #stage(play: Play, tasks: readonly Task[], title: Text): Promise<void> {
    const { inventory, allowRestart } = this.#options
    if (tasks.length === 0) return
    const stage = [{ ...play, tasks, handlers: [] }]
    const found = this.#stillKnown() ?? (await survey(inventory, this.#connections, stage, this.#registered))
    const planned = planTasks(play, tasks, inventory, found, this.#registered)
    const steps = stepsOf([planned])
    if (steps.length === 0) return
    checkGate(steps, inventory, found, { allowRestart, applied: this.#applied.length })
    checkTogether([planned])
    await this.#approveWhatIsNew(planned)
    const hosts = inOrder(play, hostsOf(play, inventory), found, inventory)
    const { serial } = play
    const { ask } = this.#options
    if (ask === undefined) return this.#apply(title, steps, hosts, serial)
    for (const one of oneByOne(steps, hosts, serial)) {
      const answer = await ask(one)
      if (answer === 'stop') throw notApproved(frame('approve.no.ends', { title: shownTitle(one[0]?.title ?? '') }))
      if (answer === 'yes') await this.#apply(title, one, hosts, serial)
      else {
        this.#declined.push(...one)
        for (const { task, host, steps: own } of planned.tasks)
          if (own.some((step) => one.includes(step)))
            this.#registered.note(task, host.name, found.probed.get(host.name)?.get(task.id), false)
      }
    }
  }

  async #apply(title: Text, steps: readonly Step[], order: readonly Host[], serial: boolean): Promise<void> {
    const { sink } = this.#options
    const hosts = order.filter(({ name }) => steps.some(({ host }) => host === name))
    this.#interruption.check()
    for (const lock of this.#locks) lock.check()
    this.#known = null
    const apply = async ({ name }: Host) => {
      const own = steps.filter(({ host }) => host === name)
      const connection = this.#connection(name)
      await this.#interruption.steps(connection, () => applySteps(connection, own, sink, this.#options.journal))
      this.#applied.push(...own)
    }
    await inPhase(sink, title, hosts, async () => {
      if (serial) for (const host of hosts) await apply(host)
      else await settle(hosts.map(apply))
    })
  }

  /** Asks again where a play finds something that was not in the plan that was approved. */
  async #approveWhatIsNew(planned: PlayPlan): Promise<void> {
    const news = this.#approval.missing(planned)
    if (news !== null) {
      const text = frame('plan.new', { summary: planSummary([news]) })
      this.#options.sink({ code: 'plan.new', level: 'warn', ...told(text), data: { steps: stepsOf([news]) } })
      if (!(await this.#options.approve({ plan: [news], unforeseen: true }))) {
        throw notApproved(frame('approve.no.ends', { title: shownTitle(planned.play.name) }))
      }
    }
    this.#approval.add(planned)
  }

  /** The same as a second run would do: look at all, plan all, find nothing. */
  async #verify(): Promise<readonly PlayPlan[]> {
    const { inventory, plays, sink } = this.#options
    const found = await this.#look(frame('phase.look-again'), plays)
    const plans = planAll(plays, inventory, found)
    const done = (step: Step) => step.repeats === true && this.#applied.some((one) => sameStep(one, step))
    const left = stepsOf(plans).filter((step) => !done(step) && !this.#declined.some((no) => sameStep(no, step)))
    if (left.length === 0) return plans
    sink({ code: 'plan.left', level: 'error', ...told(frame('plan.left')), data: { steps: left } })
    const names = joined(
      left.map(({ host, title }) => joined([`${host}: `, shownTitle(title)], 'nothing')),
      'semicolon',
    )
    throw new MmhaError(frame('error.not-converged', { steps: names }), {
      code: 'NOT_CONVERGED',
      source: 'mmha',
      exit: EXIT.failed,
      ...(left[0] === undefined ? {} : { host: left[0].host, where: left[0].id }),
      hint: frame('error.not-converged.do'),
    })
  }

  #summary(plans: readonly PlayPlan[], pending: readonly Step[]): HostSummary[] {
    const tasks = plans.flatMap((plan) => plan.tasks)
    return [...this.#connections.values()].map(({ name, roundTrips }) => {
      const own = tasks.filter(({ host }) => host.name === name)
      const applied = this.#applied.filter(({ host }) => host === name)
      const waited = applied.filter(({ waits }) => waits === true).length
      return {
        host: name,
        ok: own.filter(({ steps, skipped }) => steps.length === 0 && !skipped).length,
        changed: applied.length - waited,
        waited,
        pending: pending.filter(({ host }) => host === name).length,
        skipped: own.filter(({ skipped }) => skipped).length,
        failed: 0,
        roundTrips,
      }
    })
  }

  #connection(name: string): Connection {
    const connection = this.#connections.get(name)
    if (connection === undefined) throw new Error(`no connection to ${name}`)
    return connection
  }
}

/** The standby first: what goes wrong there hurts nobody yet. As the inventory has them where nobody holds the VIP. */
function inOrder(play: Play, hosts: readonly Host[], found: Survey, inventory: Inventory): readonly Host[] {
  if (!play.serial) return hosts
  const rank = ({ name }: Host) => {
    const facts = found.facts.get(name)
    return facts !== undefined && holdsVip(facts, inventory) ? 1 : 0
  }
  return [...hosts].sort((a, b) => rank(a) - rank(b))
}

function planMessage(plan: readonly PlayPlan[]): Text {
  return stepsOf(plan).length === 0 ? frame('plan.nothing') : frame('plan.ready', { summary: planSummary(plan) })
}

function notApproved(state: Text): MmhaError {
  return new MmhaError(frame('approve.no', { state }), {
    code: 'NOT_APPROVED',
    source: 'user',
    exit: EXIT.refused,
    hint: frame('approve.no.do'),
  })
}
