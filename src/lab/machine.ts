import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { EXIT, MmhaError } from '../events/error.ts'
import { cgroupOf, makeCgroup, populated } from './cgroup.ts'
import { attempt, type CommandOptions, type CommandResult, must } from './command.ts'
import { hostFiles } from './host-files.ts'
import { inNamespace } from './network.ts'
import { placeFiles } from './place-files.ts'
import { runnerScript } from './runner.ts'
import { makeKey, sshArguments } from './ssh-keys.ts'
import type { LabHost, LabState } from './state.ts'

const ENVIRONMENT = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root', 'LANG=C.UTF-8']

/** Makes a host's fresh disk: the image below, its own files above. Gives the host's public key. */
export async function makeDisk(lab: LabState, host: LabHost, authorized: string): Promise<string> {
  const upper = join(host.disk, 'upper')
  const work = join(host.disk, 'work')
  for (const folder of [upper, work, host.root]) mkdirSync(folder, { recursive: true })
  const layers = `lowerdir=${lab.image.root},upperdir=${upper},workdir=${work}`
  await must(['mount', '-t', 'overlay', host.machine, '-o', layers, host.root])
  const keyFile = join(host.run, 'host_key')
  const publicKey = await makeKey(keyFile, host.name)
  const hostKey = { secret: readFileSync(keyFile, 'utf8'), public: publicKey }
  placeFiles(host.root, hostFiles({ host, all: lab.hosts, hostKey, authorized }))
  rmSync(keyFile)
  return publicKey
}

/**
 * Switches a host on. It boots by itself from here on, whatever becomes of us; `untilUp` waits for it.
 * @returns the process that runs it; null when it was on already.
 */
export function startMachine(lab: LabState, host: LabHost): ChildProcess | null {
  const cgroup = makeCgroup(host.machine)
  if (populated(cgroup)) return null
  const script = join(host.run, 'runner.sh')
  const { repository } = lab.image
  writeFileSync(script, runnerScript({ host, namespace: lab.namespace, cgroup, repository }), { mode: 0o700 })
  const console = openSync(host.console, 'a', 0o600)
  const runner = spawn('sh', [script], { detached: true, cwd: '/', stdio: ['ignore', console, console] })
  closeSync(console)
  runner.unref()
  return runner
}

/** Process id of a host's init on this machine; null when the host is off (or hardly on). */
export function initOf(host: LabHost): number | null {
  try {
    const members = readFileSync(join(cgroupOf(host.machine), 'payload/init.scope/cgroup.procs'), 'utf8')
    return Number(members.split('\n')[0]) || null
  } catch {
    return null
  }
}

/** Whether anything of the host runs. */
export function isOn(host: LabHost): boolean {
  return populated(cgroupOf(host.machine))
}

/** Argv that runs a command inside a host without its network, as from its console. */
export function onConsole(init: number, argv: readonly string[], term = 'dumb'): readonly [string, ...string[]] {
  return ['nsenter', `--target=${init}`, '--all', '--', 'env', '-i', ...ENVIRONMENT, `TERM=${term}`, ...argv]
}

/**
 * Runs a command inside a host as root, without SSH, to its end; never throws on its exit status.
 * @throws MmhaError `LAB_HOST_OFF`
 */
export function execIn(host: LabHost, argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const init = initOf(host)
  if (init === null) throw hostOff(host)
  return attempt(onConsole(init, argv), options)
}

export function hostOff(host: LabHost): MmhaError {
  return new MmhaError(`${host.name} is off`, {
    code: 'LAB_HOST_OFF',
    source: 'user',
    exit: EXIT.failed,
    host: host.name,
    hint: `switch it on with \`mmha lab power ${host.name} on\``,
  })
}

export interface BootOptions {
  /** ms */
  readonly timeout: number
  /** What `startMachine` gave: that it has ended means that the host doesn't boot. */
  readonly runner?: ChildProcess | null
  /** Process id of the init before a reboot. */
  readonly previous?: number | null
  /** false: don't ask its sshd, its cable is out. */
  readonly ssh?: boolean
  /** Aborted: stop waiting. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Resolves when a host has booted (another init than `previous`, default target reached) and its sshd lets us in
 * (not asked while its cable is out).
 * @returns units that failed at boot, for a warning.
 * @throws MmhaError `LAB_BOOT_FAILED` with the end of its console.
 */
export async function untilUp(lab: LabState, host: LabHost, options: BootOptions): Promise<readonly string[]> {
  const deadline = performance.now() + options.timeout
  const tooLate = () => {
    options.signal?.throwIfAborted()
    const ended = typeof options.runner?.exitCode === 'number'
    if (ended || performance.now() > deadline) throw bootFailed(host, options.timeout)
  }
  // systemd makes its cgroup and its socket when it is ready to be asked; after that it tells us itself.
  let init = initOf(host)
  while (init === null || init === options.previous || !existsSync(`/proc/${init}/root/run/systemd/private`)) {
    tooLate()
    await delay(25)
    init = initOf(host)
  }
  const left = () => Math.max(1, Math.round(deadline - performance.now()))
  const waiting = onConsole(init, ['systemctl', 'is-system-running', '--wait'])
  let state = await attempt(waiting, { timeout: left() })
  while (!/^(running|degraded)/.test(state.stdout)) {
    tooLate()
    await delay(25)
    state = await attempt(waiting, { timeout: left() })
  }
  if (options.ssh !== false) await untilSsh(lab, host, tooLate)
  return state.stdout.startsWith('running') ? [] : failedUnits(init)
}

async function untilSsh(lab: LabState, host: LabHost, tooLate: () => void): Promise<void> {
  const login = inNamespace(lab.namespace, [
    ...['ssh', ...sshArguments(lab.ssh, host.sshPort), '-o', 'ConnectTimeout=5'],
    ...[`${lab.ssh.user}@${host.address}`, 'true'],
  ])
  while ((await attempt(login)).code !== 0) {
    tooLate()
    await delay(50)
  }
}

async function failedUnits(init: number): Promise<readonly string[]> {
  const list = await attempt(onConsole(init, ['systemctl', 'list-units', '--failed', '--plain', '--no-legend']))
  return list.stdout.split('\n').flatMap((line) => line.trim().split(/\s+/)[0] || [])
}

function bootFailed(host: LabHost, timeout: number): MmhaError {
  return new MmhaError(
    `${host.name} did not come up (limit ${timeout / 1000} s); its console ends:\n${consoleTail(host)}`,
    {
      code: 'LAB_BOOT_FAILED',
      source: 'mmha',
      exit: EXIT.failed,
      host: host.name,
      hint: `its whole console: ${host.console}`,
    },
  )
}

function consoleTail(host: LabHost): string {
  if (!existsSync(host.console)) return ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a console's colours and cursor movements are what we drop
  const plain = readFileSync(host.console, 'utf8').replace(/\x1b[[\]][0-9;?!]*[A-Za-z]?/g, '')
  return plain.trim().split('\n').slice(-8).join('\n')
}
