import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import { fitsPatterns } from '../host-pattern.ts'
import type { Scope, Setting } from './read.ts'

/** Who asks, and for whom. */
export interface ConfigQuestion {
  /** As a person gives it to ssh. */
  readonly name: string
  /** What the inventory says, which comes before the files. */
  readonly user?: string
  readonly port?: number
  /** Who runs mmha. */
  readonly localUser: string
  readonly home: string
  readonly uid: number
}

/** What ssh_config says about a host, as far as mmha goes by it. Paths are whole, tokens are filled in. */
export interface HostConfig {
  readonly hostName: string
  readonly user?: string
  readonly port?: number
  readonly identityFiles?: readonly string[]
  readonly identitiesOnly?: boolean
  readonly identityAgent?: string
  readonly proxyJump?: string
  readonly proxyCommand?: string
  readonly userKnownHostsFiles?: readonly string[]
  readonly globalKnownHostsFiles?: readonly string[]
  readonly strictHostKeyChecking?: string
  readonly hashKnownHosts?: boolean
  readonly hostKeyAlias?: string
  /** s */
  readonly connectTimeout?: number
  /** s; 0: none. */
  readonly aliveInterval?: number
  /** What would matter and is not done, one line each: `file:line: …`. */
  readonly unsupported: readonly string[]
}

/** Settings that change how a host is reached, which mmha doesn't follow. */
const WOULD_MATTER: Readonly<Record<string, string>> = {
  canonicalizehostname: 'CanonicalizeHostname is not done; give the whole name',
  bindaddress: 'BindAddress is not used',
  bindinterface: 'BindInterface is not used',
  pkcs11provider: 'PKCS11Provider is not used; add the token to the agent with ssh-add -s',
  certificatefile: 'CertificateFile is not used; mmha logs in with keys',
}
/** Their value that changes nothing. */
const HARMLESS = /^(no|none)$/i

/** Takes the first value of each keyword whose Host and Match fit, as ssh does; later files come behind. */
export function resolveConfig(settings: readonly Setting[], question: ConfigQuestion): HostConfig {
  const first = new Map<string, Setting>()
  const files: string[] = []
  const unsupported = new Map<string, string>()
  for (const setting of settings) {
    const { keyword, words, scopes, at } = setting
    const so = { first, question, unsupported }
    if (!scopes.every((scope) => applies(scope, so))) continue
    if (keyword === 'identityfile') files.push(words[0] ?? '')
    // What comes first of the two counts: ProxyJump none switches a later ProxyCommand off, and the other way round.
    if (keyword === 'proxycommand' && first.has('proxyjump')) continue
    if (keyword === 'proxyjump' && first.has('proxycommand')) continue
    if (first.has(keyword)) continue
    first.set(keyword, setting)
    const why = WOULD_MATTER[keyword]
    if (why !== undefined && !HARMLESS.test(words[0] ?? '')) unsupported.set(at, `${at}: ${why}`)
  }
  const word = (keyword: string) => first.get(keyword)?.words[0]
  const port = question.port ?? numberOf(word('port'))
  const user = question.user ?? word('user')
  const hostName = expandHost(word('hostname') ?? question.name, question.name)
  const fill = (text: string) => expandPath(text, { ...question, hostName, port: port ?? 22, user })
  const paths = (keyword: string) =>
    first
      .get(keyword)
      ?.words.filter((path) => path !== 'none')
      .map(fill)
  return stripped({
    hostName,
    user,
    port,
    identityFiles: files.length === 0 ? undefined : [...new Set(files.filter((path) => path !== 'none').map(fill))],
    identitiesOnly: yes(word('identitiesonly')),
    identityAgent: agentOf(word('identityagent'), fill),
    proxyJump: word('proxyjump')?.replaceAll('%h', hostName),
    proxyCommand: first.get('proxycommand')?.words.join(' '),
    userKnownHostsFiles: paths('userknownhostsfile'),
    globalKnownHostsFiles: paths('globalknownhostsfile'),
    strictHostKeyChecking: word('stricthostkeychecking')?.toLowerCase(),
    hashKnownHosts: yes(word('hashknownhosts')),
    hostKeyAlias: word('hostkeyalias'),
    connectTimeout: secondsOf(word('connecttimeout')),
    aliveInterval: secondsOf(word('serveraliveinterval')),
    unsupported: [...unsupported.values()],
  })
}

interface Soever {
  readonly first: ReadonlyMap<string, Setting>
  readonly question: ConfigQuestion
  readonly unsupported: Map<string, string>
}

function applies(scope: Scope, { first, question, unsupported }: Soever): boolean {
  if (scope.t === 'host') return fitsPatterns(question.name, scope.patterns)
  const values: Readonly<Record<string, () => string>> = {
    host: () => expandHost(first.get('hostname')?.words[0] ?? question.name, question.name),
    originalhost: () => question.name,
    user: () => question.user ?? first.get('user')?.words[0] ?? question.localUser,
    localuser: () => question.localUser,
  }
  return scope.criteria.every(({ name, negated, patterns }) => {
    if (name === 'all') return !negated
    const value = values[name]
    if (value !== undefined) return fitsPatterns(value(), patterns) !== negated
    // A later pass, which mmha doesn't make.
    if (name === 'canonical' || name === 'final') return negated
    unsupported.set(scope.at, `${scope.at}: Match ${name} is not followed`)
    return false
  })
}

function expandHost(text: string, name: string): string {
  return text.replaceAll(/%([%h])/g, (_, token: string) => (token === 'h' ? name : '%')).toLowerCase()
}

/** `~`, `${NAME}` and the %-tokens of ssh_config(5), TOKENS. */
function expandPath(
  text: string,
  values: Omit<ConfigQuestion, 'user' | 'port'> & {
    readonly hostName: string
    readonly port: number
    readonly user: string | undefined
  },
): string {
  const user = values.user ?? values.localUser
  const local = hostname()
  const digest = (parts: readonly string[]) => createHash('sha1').update(parts.join('')).digest('hex')
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    h: values.hostName,
    n: values.name,
    k: values.hostName,
    p: String(values.port),
    r: user,
    u: values.localUser,
    d: values.home,
    i: String(values.uid),
    l: local,
    L: local.split('.')[0] ?? local,
    C: digest([local, values.hostName, String(values.port), user]),
  }
  return text
    .replace(/^~(?=\/|$)/, values.home)
    .replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => process.env[name] ?? whole)
    .replaceAll(/%(.)/g, (whole, token: string) => tokens[token] ?? whole)
}

function agentOf(text: string | undefined, fill: (text: string) => string): string | undefined {
  if (text === undefined || text === 'SSH_AUTH_SOCK') return undefined
  return text.startsWith('$') && !text.startsWith('${') ? (process.env[text.slice(1)] ?? 'none') : fill(text)
}

function yes(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : /^(yes|true)$/i.test(text)
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** s; `1m30s` */
function secondsOf(text: string | undefined): number | undefined {
  const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
  if (text === undefined || !/^(\d+[smhdw]?)+$/i.test(text)) return undefined
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 1),
    0,
  )
}

type Stripped<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Without the keys that have no value. */
function stripped<T extends object>(value: T): Stripped<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Stripped<T>
}
