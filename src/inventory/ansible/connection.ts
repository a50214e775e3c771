import { isIPv4 } from 'node:net'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import type { DocumentPath } from '../document.ts'
import { sshArguments } from './ssh-arguments.ts'
import { isMap, type Variable, type Variables } from './tree.ts'

/** A value of the document, and the variable that it comes from. */
export interface Entry {
  readonly path: DocumentPath
  readonly value: unknown
  readonly from: Variable
}

export interface Connection {
  /** Below `masters[i]`. */
  readonly entries: readonly Entry[]
  /** Lines with their places. */
  readonly problems: readonly string[]
}

/** Where each key of `ssh` comes from; of several names for one thing the first that is set. */
const NAMES = {
  host: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  key: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  password: ['ansible_password', 'ansible_ssh_password', 'ansible_ssh_pass'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass'],
} as const

const SECRETS: ReadonlySet<string> = new Set([...NAMES.password, ...NAMES.becomePassword])

/** Say nothing about where SSH goes, as whom, through what and whom it believes. */
const WITHOUT_EFFECT =
  /^ansible_(\w+_interpreter|(ssh_)?pipelining|(ssh_)?timeout|ssh_(retries|transfer_method|use_tty|control_path|control_path_dir)|control_path(_dir)?|scp_if_ssh|sftp_batch_mode|(remote_tmp|async_dir|shell_(type|executable)|command_timeout))$/
const CONNECTIONS = ['ssh', 'smart', 'ansible.builtin.ssh', 'paramiko', 'paramiko_ssh']
const METHODS = ['sudo', 'su', 'doas']
const UNDERSTOOD: ReadonlySet<string> = new Set([
  ...Object.values(NAMES).flat(),
  ...['ansible_connection', 'ansible_become', 'ansible_become_user', 'ansible_become_method'],
  ...[
    'ansible_ssh_common_args',
    'ansible_ssh_extra_args',
    'ansible_host_key_checking',
    'ansible_ssh_host_key_checking',
  ],
])

/** How Ansible would reach a host, in the words of an inventory of mmha. What can't be said so is a problem. Pure. */
export function connectionOf(host: { readonly name: string; readonly place: string }, all: Variables): Connection {
  const entries: Entry[] = []
  const problems: string[] = []
  const say = (name: string, from: Variable, message: string) => problems.push(`${from.place} ${name}: ${message}`)
  const put = (path: DocumentPath, value: unknown, from: Variable) => entries.push({ path, value, from })
  const first = (names: readonly string[]) => {
    const [found, ...others] = names.flatMap((name) => {
      const variable = variables.get(name)
      return variable === undefined ? [] : [{ name, variable }]
    })
    for (const { name, variable } of others) {
      if (variable.value !== found?.variable.value)
        say(name, variable, `contradicts ${found?.name}; keep one of the two`)
    }
    return found?.variable
  }
  // Secrets may be maps: what ansible-vault encrypted is one.
  const isGarbled = (name: string, { value }: Variable) =>
    UNDERSTOOD.has(name) && !SECRETS.has(name) && typeof value === 'object'
  for (const [name, variable] of all) {
    if (isGarbled(name, variable)) say(name, variable, 'expected text; of these only passwords may be encrypted')
  }
  const variables = new Map([...all].filter(([name, variable]) => !isGarbled(name, variable)))
  for (const [name, variable] of variables) {
    if (/^ansible_/.test(name) && !UNDERSTOOD.has(name) && !WITHOUT_EFFECT.test(name)) {
      say(name, variable, 'mmha does not follow it; take it out for these hosts, or say it in mmha_ssh')
    }
  }

  const own = variables.get('mmha_ssh')
  if (own !== undefined) put(['ssh'], own.value, own)
  const given = first(NAMES.host)
  const reached = given === undefined ? host.name : textOf(given)
  const address = variables.get('mmha_address')
  const unnamed: Variable = given ?? { value: host.name, place: host.place, at: () => host.place }
  if (address !== undefined) put(['address'], textOf(address), address)
  else if (isIPv4(reached) || isTemplate(reached)) put(['address'], reached, unnamed)
  else problems.push(`${unnamed.place} ${host.name}: ${reached} is a name; give its IPv4 address as mmha_address, too`)
  if (address !== undefined && textOf(address) !== reached && (given !== undefined || !has(own, 'host'))) {
    put(['ssh', 'host'], reached, unnamed)
  }

  for (const key of ['port', 'user', 'key', 'password'] as const) {
    const from = first(NAMES[key])
    if (from === undefined) continue
    const text = textOf(from)
    if (key === 'port') put(['ssh', key], /^\d+$/.test(text) ? Number(text) : from.value, from)
    // Ansible hands it to ssh, for which it begins where the command runs.
    else if (key === 'key')
      put(['ssh', key], isTemplate(text) ? text : resolve(text.replace(/^~(?=\/)/, homedir())), from)
    else put(['ssh', key], from.text ?? from.value, from)
  }
  for (const [path, value, from] of becoming(variables, first(NAMES.becomePassword), say)) put(path, value, from)

  for (const name of ['ansible_ssh_common_args', 'ansible_ssh_extra_args']) {
    const from = variables.get(name)
    if (from === undefined) continue
    if (isTemplate(textOf(from))) {
      put(['ssh', 'jump'], textOf(from), from)
      continue
    }
    const { jump, hostKeys, refused } = sshArguments(textOf(from))
    if (jump !== undefined) put(['ssh', 'jump'], jump, from)
    if (hostKeys !== undefined) put(['ssh', 'hostKeys'], hostKeys, from)
    for (const message of refused) say(name, from, message)
  }
  for (const name of ['ansible_host_key_checking', 'ansible_ssh_host_key_checking']) {
    const from = variables.get(name)
    if (from !== undefined && !isTrue(from)) {
      say(name, from, 'mmha checks host keys; take it out, and run once with --accept-new')
    }
  }
  const connection = variables.get('ansible_connection')
  if (connection !== undefined && !CONNECTIONS.includes(textOf(connection))) {
    say('ansible_connection', connection, 'mmha reaches hosts over SSH')
  }
  return { entries, problems }
}

type Say = (name: string, from: Variable, message: string) => void

function becoming(
  variables: Variables,
  password: Variable | undefined,
  say: Say,
): (readonly [DocumentPath, unknown, Variable])[] {
  const [become, user, method] = ['ansible_become', 'ansible_become_user', 'ansible_become_method'].map((name) =>
    variables.get(name),
  )
  const login = variables.get('ansible_user') ?? variables.get('ansible_ssh_user')
  if (become !== undefined && !isTrue(become) && login !== undefined && textOf(login) !== 'root') {
    say('ansible_become', become, `mmha works as root, and would become root from ${textOf(login)}; take it out`)
  }
  if (user !== undefined && textOf(user) !== 'root') say('ansible_become_user', user, 'mmha works as root')
  if (method !== undefined && !METHODS.includes(textOf(method))) {
    say('ansible_become_method', method, `mmha knows ${METHODS.join(', ')}`)
    return []
  }
  return [
    ...(method === undefined ? [] : [[['ssh', 'become', 'method'], textOf(method), method] as const]),
    ...(password === undefined
      ? []
      : [[['ssh', 'become', 'password'], password.text ?? password.value, password] as const]),
  ]
}

function textOf({ text, value }: Variable): string {
  return text ?? String(value)
}

/** Left as it is for who fills it in, or refuses it. */
function isTemplate(text: string): boolean {
  return text.includes('{{')
}

/** As Ansible reads a truth value. */
function isTrue(variable: Variable): boolean {
  return /^(true|yes|on|y|t|1)$/i.test(textOf(variable))
}

function has(variable: Variable | undefined, key: string): boolean {
  return isMap(variable?.value) && key in variable.value
}
