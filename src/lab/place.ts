import { accessSync, constants, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'

/**
 * Where a lab lives on this machine. Everything that a lab makes carries its name, so that `lab down NAME` finds it
 * without any record, also after a crash half-way.
 */
const RUN = '/run/mmha/lab'
const DISKS = '/var/lib/mmha/lab'

export const LAB_NAME = /^[a-z0-9][a-z0-9-]{0,30}$/

/** Folder of all labs' run-time state. */
export const runRoot = RUN

export interface LabPlace {
  readonly name: string
  /** Run-time state: state.json, key, known_hosts, one folder per host. */
  readonly run: string
  /** The hosts' disks: what they wrote over the image. Survives a host's power loss, not `lab down`. */
  readonly disks: string
  readonly lock: string
  readonly state: string
  /** Network namespace with the bridge and the controller's address. */
  readonly namespace: string
}

/** @throws MmhaError LAB_NAME_INVALID (exit 4): a name becomes part of paths that `lab down` removes as root. */
export function placeOf(name: string): LabPlace {
  if (!LAB_NAME.test(name)) {
    throw new MmhaError(`not a name for a lab: ${JSON.stringify(name)}`, {
      code: 'LAB_NAME_INVALID',
      source: 'user',
      exit: EXIT.invalid,
      hint: 'a name is up to 31 small letters, digits and dashes',
    })
  }
  return {
    name,
    run: join(RUN, name),
    disks: join(DISKS, name),
    lock: join(RUN, `.${name}.lock`),
    state: join(RUN, name, 'state.json'),
    namespace: `mmha-${name}`,
  }
}

/** Name of a host's namespace, cgroup and machine: a dot never occurs in a lab's name, so labs can't be confused. */
export function machineOf(lab: string, host: string): string {
  return `mmha-${lab}.${host}`
}

/** Whether a namespace, cgroup or machine name belongs to the lab. */
export function belongsTo(lab: string, name: string): boolean {
  return name === `mmha-${lab}` || name.startsWith(`mmha-${lab}.`)
}

/** Images and package repositories: outside the tree, kept between labs. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return env.MMHA_CACHE || '/var/cache/mmha'
}

/** Names of all labs that have left anything in the run-time folder, up or not. Only root has labs. */
export function listLabNames(): readonly string[] {
  try {
    accessSync(RUN, constants.R_OK | constants.X_OK)
  } catch {
    return []
  }
  return readdirSync(RUN).filter((name) => LAB_NAME.test(name))
}
