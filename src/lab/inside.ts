import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { EXIT, MmhaError } from '../events/error.ts'
import type { MmhaEvent, Sink } from '../events/event.ts'
import { told } from '../events/message.ts'
import { frame } from '../events/messages/frame.ts'
import { inNamespace, isInside } from './network.ts'
import { type LabState, listLabs } from './state.ts'

/** Environment variable that says which lab is meant where several have hosts of the same addresses. */
export const LAB_VARIABLE = 'MMHA_LAB'
/** Its value that says: none, the addresses are those of real hosts. */
const NO_LAB = 'none'

/** Of several labs with the same addresses: the one named, else the one this process is in; null when that is open. */
export function chooseLab(
  candidates: readonly LabState[],
  named: string | undefined,
  inside: (lab: LabState) => boolean,
): LabState | null {
  const byName = candidates.find((lab) => lab.name === named)
  if (byName !== undefined) return byName
  if (named) return null
  const here = candidates.find(inside)
  if (here !== undefined) return here
  return candidates.length === 1 ? (candidates[0] ?? null) : null
}

/**
 * The running lab that has all these addresses; null when none has.
 * @throws MmhaError `LAB_AMBIGUOUS` when several have, and neither `MMHA_LAB` nor our own namespace says which;
 * `LAB_NOT_UP` when `MMHA_LAB` names a lab that is not up: what was meant for it must not go to real hosts.
 */
export function labOf(addresses: readonly string[]): LabState | null {
  const named = process.env[LAB_VARIABLE] || undefined
  if (named === NO_LAB) return null
  const labs = listLabs()
  if (named !== undefined && !labs.some((lab) => lab.name === named)) throw notUp(named)
  const candidates = labs.filter((lab) =>
    addresses.every((address) => lab.hosts.some((host) => host.address === address)),
  )
  const chosen = chooseLab(candidates, named, (lab) => isInside(lab.namespace))
  if (chosen !== null || candidates.length === 0 || named !== undefined) return chosen
  const names = candidates.map((lab) => lab.name).join(', ')
  throw new MmhaError(`several labs have hosts at ${addresses.join(' and ')}: ${names}`, {
    code: 'LAB_AMBIGUOUS',
    source: 'user',
    exit: EXIT.invalid,
    hint: `say which: ${LAB_VARIABLE}=${candidates[0]?.name ?? 'lab'} in the environment`,
  })
}

function notUp(name: string): MmhaError {
  return new MmhaError(`${LAB_VARIABLE} names the lab ${name}, which is not up`, {
    code: 'LAB_NOT_UP',
    source: 'user',
    exit: EXIT.invalid,
    hint: `bring it up with \`mmha lab up\`, or unset ${LAB_VARIABLE} (or say ${LAB_VARIABLE}=${NO_LAB})`,
  })
}

/** SSH settings that reach a lab's host, for the inventory loader; null when no running lab has the address. */
export function labSshDefaults(
  address: string,
): { readonly user: string; readonly keys: readonly string[]; readonly knownHosts: readonly string[] } | null {
  const lab = labOf([address])
  return lab === null ? null : { user: lab.ssh.user, keys: [lab.ssh.key], knownHosts: [lab.ssh.knownHosts] }
}

/**
 * Runs this same command again inside a lab's network, where there is no way out, with our terminal; hands on the
 * signals that only we get.
 * @returns its exit code (128 + signal when a signal ended it).
 */
export function reexecInside(lab: LabState): Promise<number> {
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  return runInside(lab, command, { [LAB_VARIABLE]: lab.name })
}

/** Runs a command inside a lab's network with our terminal; gives its exit code. */
export function runInside(lab: LabState, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number> {
  const [program, ...rest] = isInside(lab.namespace) ? argv : inNamespace(lab.namespace, argv)
  return runHere([program ?? 'true', ...rest], env)
}

/** Runs a command with our terminal, to its end; gives its exit code. */
export function runHere(argv: readonly [string, ...string[]], env: NodeJS.ProcessEnv = {}): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(argv[0], argv.slice(1), { stdio: 'inherit', env: { ...process.env, ...env } })
    // The terminal sends SIGINT and SIGQUIT to the command itself; a second one from us would end it too early.
    const ignore = () => undefined
    const forward = (signal: NodeJS.Signals) => child.kill(signal)
    const forwarded: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP']
    const ignored: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
    for (const signal of ignored) process.on(signal, ignore)
    for (const signal of forwarded) process.on(signal, forward)
    const finish = () => {
      for (const signal of ignored) process.off(signal, ignore)
      for (const signal of forwarded) process.off(signal, forward)
    }
    child.once('error', (error) => {
      finish()
      fail(error)
    })
    child.once('exit', (code, signal) => {
      finish()
      done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}

/**
 * For the CLI, before a command does anything: when the masters are hosts of a running lab and this process isn't in
 * its network, the command runs again in there, and `sink` hears of it.
 * @returns the exit code to end with, or null: go on here.
 */
export async function ensureInLab(addresses: readonly string[], sink: Sink): Promise<number | null> {
  const lab = labOf(addresses)
  if (lab === null || isInside(lab.namespace)) return null
  sink(entered(lab))
  return reexecInside(lab)
}

/** A person must see that a command doesn't go to real hosts. */
export function entered(lab: LabState): MmhaEvent {
  return {
    code: 'lab.entered',
    level: 'info',
    ...told(frame('lab.entered', { name: lab.name, variable: LAB_VARIABLE })),
    data: { name: lab.name },
  }
}
