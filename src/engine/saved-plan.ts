import { randomBytes, scryptSync } from 'node:crypto'
import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { Secret } from '../inventory/secret.ts'
import { masked, type Step } from '../modules/step.ts'
import { holdsVip } from './play.ts'

/** What a plan is made of beside the hosts: given again, the same steps come out of the same facts. */
export const source = z.strictObject({
  /** Path of the playbook; null: the one of `mmha provision`. */
  playbook: z.string().nullable(),
  tags: z.array(z.string()),
  /** Of the command line. */
  vars: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
  limit: z.array(z.string()),
  from: z.string().nullable(),
  only: z.array(z.string()),
  skip: z.array(z.string()),
})

const savedStep = z.strictObject({
  host: z.string(),
  id: z.string(),
  title: z.string(),
  diff: z.string(),
  impact: z.enum(['none', 'reload', 'restart', 'vip-moves']),
  /** Secrets are `***`. */
  script: z.string(),
  /** Bytes of a file that is sent, and where to; null: none is. */
  payload: z.strictObject({ size: z.number(), to: z.string() }).nullable(),
})

const facts = z.record(z.string(), z.record(z.string(), z.string()))

const savedPlan = z.strictObject({
  type: z.literal('mmha plan'),
  version: z.literal(1),
  created: z.string(),
  pair: z.string(),
  /** Salted and slow to try (scrypt): the inventory may hold short secrets. `salt:hash`, both hex. */
  inventory: z.string(),
  source,
  /** Host → fact → value, as they were. */
  facts,
  steps: z.array(savedStep),
})

export type PlanSource = z.infer<typeof source>
export type SavedPlan = z.infer<typeof savedPlan>
type SavedStep = z.infer<typeof savedStep>

/** What is planned, of which facts, as data for a file: no secret in it. */
export interface Planned {
  readonly steps: readonly Step[]
  readonly facts: ReadonlyMap<string, HostFacts>
  readonly inventory: Inventory
  readonly source: PlanSource
}

export function savePlan(planned: Planned, now: Date): SavedPlan {
  return {
    type: 'mmha plan',
    version: 1,
    created: now.toISOString(),
    pair: planned.inventory.name,
    inventory: inventoryMark(planned.inventory, randomBytes(16).toString('hex')),
    source: planned.source,
    facts: comparable(planned),
    steps: planned.steps.map(savedStepOf),
  }
}

/** @throws MmhaError PLAN_INVALID (exit 4) when the text is no plan of ours. */
export function parseSavedPlan(text: string, file: string): SavedPlan {
  const invalid = (why: string, hint: string) =>
    new MmhaError(`${file} ${why}`, { code: 'PLAN_INVALID', source: 'user', exit: EXIT.invalid, where: file, hint })
  const again = `write a plan with \`mmha plan INVENTORY --out ${file}\``
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    throw invalid('is no JSON document', again)
  }
  const head = z.looseObject({ type: z.literal('mmha plan'), version: z.number() }).safeParse(data)
  if (!head.success) throw invalid('is no plan of mmha', again)
  if (head.data.version !== 1) {
    throw invalid(`is a plan of version ${head.data.version}, this mmha knows version 1`, again)
  }
  const result = savedPlan.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalid(`is damaged: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`, again)
}

/** @throws MmhaError PLAN_DRIFT (exit 5) when something is other than when the plan was made; says what. */
export function checkDrift(saved: SavedPlan, now: Planned): void {
  const found = drift(saved, now)
  if (found.length === 0) return
  throw drifted(`since this plan was made (${saved.created}):\n${found.map((line) => `    ${line}`).join('\n')}`)
}

/** Of something that the saved plan does not hold. */
export function drifted(what: Text): MmhaError {
  return new MmhaError(what, {
    code: 'PLAN_DRIFT',
    source: 'user',
    exit: EXIT.refused,
    hint: 'look at what is different, then make a new plan with `mmha plan --out`',
  })
}

/** What is other than when the plan was made, one line each; []: it still holds. */
export function drift(saved: SavedPlan, now: Planned): string[] {
  const [salt = ''] = saved.inventory.split(':')
  const inventory = inventoryMark(now.inventory, salt) === saved.inventory ? [] : ['the inventory was changed']
  return [...inventory, ...factDrift(saved.facts, comparable(now)), ...stepDrift(saved.steps, now.steps)]
}

/** What is other on each host, one line each. */
export function factDrift(before: SavedPlan['facts'], now: SavedPlan['facts']): string[] {
  return Object.keys({ ...before, ...now }).flatMap((host) => {
    const [was, is] = [before[host] ?? {}, now[host] ?? {}]
    const names = Object.keys({ ...was, ...is }).filter((name) => was[name] !== is[name])
    return names.map((name) => `${host}: ${name} was ${was[name] ?? 'not there'}, is ${is[name] ?? 'not there'}`)
  })
}

const COMPARED = [
  ['impact', 'interrupts something else'],
  ['diff', 'changes something else'],
  ['script', 'runs something else'],
  ['payload', 'sends something else'],
] as const

function stepDrift(before: readonly SavedStep[], steps: readonly Step[]): string[] {
  const key = ({ host, id }: Pick<Step, 'host' | 'id'>) => `${host} ${id}`
  const now = new Map(steps.map((step) => [key(step), savedStepOf(step)]))
  const planned = new Map(before.map((step) => [key(step), step]))
  const changed = before.flatMap((was) => {
    const is = now.get(key(was))
    if (is === undefined) return [`${was.host}: no longer missing: ${was.title}`]
    if (is.title !== was.title) return [`${was.host}: planned: ${was.title}; now: ${is.title}`]
    const other = COMPARED.find(([name]) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    return other === undefined ? [] : [`${was.host}: ${other[1]}: ${is.title}`]
  })
  const added = [...now.values()].filter((step) => !planned.has(key(step)))
  return [...changed, ...added.map(({ host, title }) => `${host}: not in the plan: ${title}`)]
}

function savedStepOf({ host, id, title, diff, impact, run, payload }: Step): SavedStep {
  const sent = payload === undefined ? null : { size: payload.size, to: payload.to }
  return { host, id, title, diff, impact, script: masked(run), payload: sent }
}

/** Facts that a plan rests on and that don't change by themselves. Who holds the VIP is one: it decides about order. */
export function comparable({ facts: found, inventory }: Pick<Planned, 'facts' | 'inventory'>): SavedPlan['facts'] {
  const vip = inventory.vip.address
  return Object.fromEntries(
    [...found].map(([host, one]) => {
      const { os, arch, init, packageManager, hostname, server, nics } = one
      const interfaces = nics.flatMap(({ name, up, mac, addresses }): [string, string][] => {
        if (name === 'lo') return []
        const own = addresses.filter((cidr) => !cidr.includes(':') && cidr.split('/')[0] !== vip).sort()
        return [[`interface ${name}`, `${up ? 'up' : 'down'} ${mac} ${own.join(' ')}`.trim()]]
      })
      const database =
        server === null ? 'none' : `${server.flavour} ${server.version} ${server.running ? 'running' : 'stopped'}`
      return [
        host,
        {
          hostname,
          system: `${os.id} ${os.version} ${arch} ${init} ${packageManager}`,
          database,
          VIP: holdsVip(one, inventory) ? 'here' : 'not here',
          ...Object.fromEntries(interfaces),
        },
      ]
    }),
  )
}

/** The same for the same inventory, whoever logs in. @param salt hex */
export function inventoryMark(inventory: Inventory, salt: string): string {
  return `${salt}:${scryptSync(JSON.stringify(plain(inventory)), salt, 32).toString('hex')}`
}

/** Says nothing of the pair: who approves a plan may log in in another way than who carries it out. */
const PERSONAL = ['file', 'pair', 'ssh']

/** The same value with its secrets as text. Never leaves this file but as a hash. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal()
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const said = Object.entries(value).filter(([name]) => !PERSONAL.includes(name))
  return Object.fromEntries(said.map(([name, one]) => [name, plain(one)]))
}
