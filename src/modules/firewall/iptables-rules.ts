import type { AcceptRule } from './accept-rule.ts'

/** The filter table as `iptables-save` prints it: chain → arguments of its rules, in order. */
export type FilterTable = ReadonlyMap<string, readonly (readonly string[])[]>

export const CHAIN = 'MMHA'
const JUMP = ['-j', CHAIN]

/** Reads `iptables-save` text; other tables are skipped. */
export function parseFilter(text: string): FilterTable {
  const chains = new Map<string, (readonly string[])[]>()
  let table = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim()
    if (table !== 'filter') continue
    const chain = /^:(\S+)/.exec(line)?.[1]
    if (chain !== undefined && !chains.has(chain)) chains.set(chain, [])
    const [flag, name, ...words] = splitWords(line)
    if (flag === '-A' && name !== undefined) chains.set(name, [...(chains.get(name) ?? []), words])
  }
  return chains
}

/** True when INPUT turns away by its policy, or by a rule for everybody that stands in it itself. */
export function refusesByDefault(saved: string): boolean {
  if (/^:INPUT DROP/m.test(saved)) return true
  const input = parseFilter(saved).get('INPUT') ?? []
  return input.some((words) => words[0] === '-j' && ['REJECT', 'DROP'].includes(words[1] ?? ''))
}

/** Arguments of a rule for iptables and iptables-restore. */
export function ruleArguments(rule: AcceptRule): string[] {
  return [
    ...(rule.from === null ? [] : ['-s', rule.from]),
    ...(rule.to === null ? [] : ['-d', rule.to]),
    ...(rule.protocol === 'vrrp' ? ['-p', '112'] : ['-p', 'tcp', '-m', 'tcp']),
    ...(rule.port === null ? [] : ['--dport', String(rule.port)]),
    '-j',
    'ACCEPT',
  ]
}

/** True when the table lets in what is wanted: our chain says just this, and INPUT asks it before anything is refused. */
export function isOpen(table: FilterTable, wanted: readonly AcceptRule[]): boolean {
  const held = (table.get(CHAIN) ?? []).map(normal)
  const right = wanted.map((rule) => normal(ruleArguments(rule)))
  if (held.length !== right.length || held.some((rule, i) => rule !== right[i])) return false
  const input = table.get('INPUT') ?? []
  const jumps = input.flatMap((words, i) => (isJump(words) ? [i] : []))
  return jumps.length === 1 && (jumps[0] ?? 0) <= firstRefusal(table)
}

/** `iptables-restore --noflush` input that makes the table so, in one commit. */
export function restoreInput(table: FilterTable, wanted: readonly AcceptRule[]): string {
  const input = table.get('INPUT') ?? []
  const others = input.filter((words) => !isJump(words))
  const before = firstRefusal(new Map([...table, ['INPUT', others]]))
  return [
    '*filter',
    `:${CHAIN} - [0:0]`,
    ...wanted.map((rule) => `-A ${CHAIN} ${ruleArguments(rule).join(' ')}`),
    ...input.filter(isJump).map(() => `-D INPUT ${JUMP.join(' ')}`),
    before < others.length ? `-I INPUT ${before + 1} ${JUMP.join(' ')}` : `-A INPUT ${JUMP.join(' ')}`,
    'COMMIT',
    '',
  ].join('\n')
}

/** `iptables-restore --noflush` input that gives our chain back what it was in this table, or removes it; it must be there. */
export function formerChain(table: FilterTable): string {
  const jumps = (table.get('INPUT') ?? []).filter(isJump).length
  const rules = table.get(CHAIN)
  const former = (rules ?? []).map((words) => `-A ${CHAIN} ${words.join(' ')}`)
  const jump = `-D INPUT ${JUMP.join(' ')}`
  const removed = [jump, `-X ${CHAIN}`]
  const kept = [...former, ...(jumps === 0 ? [jump] : [])]
  return ['*filter', `:${CHAIN} - [0:0]`, ...(rules === undefined ? removed : kept), 'COMMIT', ''].join('\n')
}

/** The text of a saved table with our chain in it; everything else stays as it stands. */
export function editSaved(text: string, wanted: readonly AcceptRule[]): string {
  const source = /^\*filter$/m.test(text)
    ? text
    : `${text}*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n`
  const start = source.search(/^\*filter$/m)
  const end = source.indexOf('\nCOMMIT', start)
  const lines = source
    .slice(start, end)
    .split('\n')
    .filter((line) => {
      const [flag, chain, ...words] = splitWords(line)
      return !(
        line.startsWith(`:${CHAIN} `) ||
        (flag === '-A' && (chain === CHAIN || (chain === 'INPUT' && isJump(words))))
      )
    })
  const chains = lines.filter((line) => line.startsWith(':') || line.startsWith('*') || line.startsWith('#'))
  const rules = lines.filter((line) => !chains.includes(line))
  const inputs = rules.filter((line) => line.startsWith('-A INPUT'))
  const before = firstRefusal(parseFilter([...lines, ''].join('\n')))
  const anchor = inputs[before]
  const jump = `-A INPUT ${JUMP.join(' ')}`
  const at = anchor === undefined ? rules.lastIndexOf(inputs.at(-1) ?? '') + 1 : rules.indexOf(anchor)
  const own = wanted.map((rule) => `-A ${CHAIN} ${ruleArguments(rule).join(' ')}`)
  const table = [...chains, `:${CHAIN} - [0:0]`, ...rules.slice(0, at), jump, ...rules.slice(at), ...own]
  return source.slice(0, start) + table.join('\n') + source.slice(end)
}

/** Index in INPUT of the first rule that refuses, or hands over to a chain that may; its length when there is none. */
function firstRefusal(table: FilterTable): number {
  const refusing = new Set(['REJECT', 'DROP'])
  const targetOf = (words: readonly string[]) =>
    words[words.findIndex((word) => word === '-j' || word === '-g') + 1] ?? ''
  for (let grown = true; grown; ) {
    grown = false
    for (const [chain, rules] of table) {
      if (chain !== 'INPUT' && !refusing.has(chain) && rules.some((words) => refusing.has(targetOf(words)))) {
        refusing.add(chain)
        grown = true
      }
    }
  }
  const input = table.get('INPUT') ?? []
  const index = input.findIndex((words) => refusing.has(targetOf(words)))
  return index === -1 ? input.length : index
}

function isJump(words: readonly string[]): boolean {
  return words.length === JUMP.length && words.every((word, i) => word === JUMP[i])
}

/** One spelling for what iptables prints in several: /32, protocol names, `-m tcp`. */
function normal(words: readonly string[]): string {
  return words
    .flatMap((word, i) => {
      if (word === '-m' || words[i - 1] === '-m') return []
      if (words[i - 1] === '-p' && word === 'vrrp') return ['112']
      if ((words[i - 1] === '-s' || words[i - 1] === '-d') && !word.includes('/')) return [`${word}/32`]
      return [word]
    })
    .join(' ')
}

function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
}
