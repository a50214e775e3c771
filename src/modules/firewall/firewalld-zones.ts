import type { FactLines } from '../fact-lines.ts'
import type { AcceptRule } from './accept-rule.ts'

/** Rich rules have no comment: what is ours stands here, `zone<TAB>rule` a line. */
export const FIREWALLD_OWN = '/etc/mmha/firewalld.rules'

export interface FirewalldFacts {
  /** Zones that may refuse what comes in: the default one and those with an interface or a source. */
  readonly zones: readonly string[]
  /** Rich rules by zone, as they are now and as they will be after a reload. */
  readonly runtime: ZoneRules
  readonly permanent: ZoneRules
  /** Text of FIREWALLD_OWN; null: not there. */
  readonly own: string | null
}

export type ZoneRules = ReadonlyMap<string, readonly string[]>

/** `firewalld <default zone>`, then the rows of `--list-all-zones`, live and permanent; null: it does not run. */
export function parseFirewalld(facts: FactLines): FirewalldFacts | null {
  const usual = facts.text('firewalld')
  if (usual === null) return null
  const runtime = zonesOf(lines(facts, 'runtime'))
  const inUse = [...runtime].filter(([name, { active, target }]) => (active || name === usual) && target !== 'ACCEPT')
  return {
    zones: inUse.map(([name]) => name),
    runtime: rulesOf(runtime),
    permanent: rulesOf(zonesOf(lines(facts, 'permanent'))),
    own: facts.file('firewalld_own')?.content ?? null,
  }
}

/** What our file says is ours: zone and rule. */
export function ownRules(text: string | null): readonly (readonly [zone: string, rule: string])[] {
  return (text ?? '').split('\n').flatMap((line) => {
    const [zone = '', rule] = line.split('\t')
    return rule === undefined || line.startsWith('#') ? [] : [[zone, rule] as const]
  })
}

/** A rule in the language of rich rules, in the order in which firewalld prints it. */
export function richRule({ protocol, from, to, port }: AcceptRule): string {
  return [
    'rule family="ipv4"',
    ...(from === null ? [] : [`source address="${from}"`]),
    ...(to === null ? [] : [`destination address="${to}"`]),
    // A number: a small host has no /etc/protocols.
    protocol === 'vrrp' ? 'protocol value="112"' : `port port="${port ?? ''}" protocol="tcp"`,
    'accept',
  ].join(' ')
}

/** The rules that a zone lacks. */
export function lacking(rules: ZoneRules, zone: string, wanted: readonly string[]): readonly string[] {
  const held = new Set((rules.get(zone) ?? []).map(plain))
  return wanted.filter((rule) => !held.has(plain(rule)))
}

interface Zone {
  active: boolean
  target: string
  readonly rules: string[]
}

/** Rows came through tabs: a rich rule is an indented line that begins with `rule`. */
function lines(facts: FactLines, name: string): readonly string[] {
  return facts.rows(name).map((row) => row.join('\t'))
}

function zonesOf(rows: readonly string[]): Map<string, Zone> {
  const zones = new Map<string, Zone>()
  let zone: Zone = { active: false, target: '', rules: [] }
  for (const row of rows) {
    const [, name, marks = ''] = /^(\S+)(?: \((.*)\))?$/.exec(row) ?? []
    const text = row.trim()
    if (name !== undefined) {
      zone = { active: marks.includes('active'), target: '', rules: [] }
      zones.set(name, zone)
    } else if (text.startsWith('target: ')) zone.target = text.slice('target: '.length)
    else if (text.startsWith('rule ')) zone.rules.push(text)
  }
  return zones
}

function rulesOf(zones: ReadonlyMap<string, Zone>): ZoneRules {
  return new Map([...zones].map(([name, { rules }]) => [name, rules]))
}

function plain(rule: string): string {
  return rule.replaceAll('/32"', '"').replace('protocol value="vrrp"', 'protocol value="112"')
}
