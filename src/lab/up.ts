import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { clearLab, lockLab } from './down.ts'
import type { FlavourName } from './flavour.ts'
import { ensureImage, type Image, SERVER_UNAVAILABLE } from './image.ts'
import { ensureInotifyInstances } from './inotify.ts'
import { isOn, makeDisk, startMachine, untilUp } from './machine.ts'
import { isNamespace, makeNetwork } from './network.ts'
import { machineOf, placeOf } from './place.ts'
import { checkRequirements } from './requirements.ts'
import { clientKey, knownHostsFile, knownHostsLine, makeKey } from './ssh-keys.ts'
import { type LabHost, type LabState, readState, writeState } from './state.ts'
import { type Beside, topologyOf } from './topology.ts'

export interface LabUpOptions {
  readonly name: string
  readonly inventory: Inventory
  /** Other pairs in the same lab. */
  readonly beside?: Beside
  readonly flavour: FlavourName
  /** Taken instead when the distribution hasn't the flavour's server (any more); null: that is an error then. */
  readonly fallback: FlavourName | null
  readonly sink: Sink
  /** Aborted: what was begun is taken down again, and `labUp` rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** ms; a host is up in 2 s on an idle machine. */
const BOOT_TIMEOUT = 90_000

/**
 * Brings a lab up: fresh hosts as the inventory names them. A lab that is up already stays as it is.
 * @throws MmhaError; what was begun has been taken down again.
 */
export async function labUp(options: LabUpOptions): Promise<LabState> {
  const { name, sink, signal } = options
  placeOf(name)
  await checkRequirements()
  const lock = await lockLab(name)
  try {
    const there = readState(name)
    if (there?.phase === 'up' && isNamespace(there.namespace)) return await stayUp(there, options)
    if (await clearLab(name)) {
      sink({
        code: 'lab.cleared',
        level: 'warn',
        message: `cleared what an interrupted run had left of the lab ${name}`,
      })
    }
    const started = performance.now()
    const { flavour, image } = await imageOrFallback(options)
    signal?.throwIfAborted()
    try {
      const lab = await bringUp({ ...options, flavour }, image)
      const seconds = (performance.now() - started) / 1000
      const list = lab.hosts.map((host) => `${host.name} ${host.address}`).join(', ')
      sink({
        code: 'lab.up',
        level: 'info',
        message: `lab ${name} (${flavour}) is up in ${seconds.toFixed(1)} s: ${list}`,
        data: { name, flavour, seconds },
      })
      return lab
    } catch (error) {
      await clearLab(name)
      signal?.throwIfAborted()
      throw error
    }
  } finally {
    await lock.release()
  }
}

/** A lab that is up: hosts that are off are switched on, everything else stays. */
async function stayUp(lab: LabState, { flavour, sink, signal }: LabUpOptions): Promise<LabState> {
  if (lab.flavour !== flavour) {
    throw new MmhaError(`the lab ${lab.name} is up with ${lab.flavour}, not ${flavour}`, {
      code: 'LAB_OTHER_SERVER',
      source: 'user',
      exit: EXIT.refused,
      hint: `take it down first (its data goes with it): mmha lab down --name ${lab.name}`,
    })
  }
  const off = lab.hosts.filter((host) => !isOn(host))
  await Promise.all(off.map((host) => boot(lab, host, sink, signal)))
  const message =
    off.length === 0
      ? `lab ${lab.name} is up already: nothing to do`
      : `lab ${lab.name} was up already: switched on what was off`
  sink({ code: 'lab.up.already', level: 'info', message, data: { name: lab.name } })
  return lab
}

async function imageOrFallback(options: LabUpOptions): Promise<{ flavour: FlavourName; image: Image }> {
  const { flavour, fallback, sink, signal } = options
  try {
    return { flavour, image: await ensureImage(flavour, sink, signal) }
  } catch (error) {
    if (!(error instanceof MmhaError) || error.code !== SERVER_UNAVAILABLE || fallback === null) throw error
    sink({
      code: 'lab.server.fallback',
      level: 'warn',
      message: `${flavour} can't be had (${error.message.split('\n')[0]}): going on with ${fallback}`,
      data: { flavour, fallback },
    })
    return { flavour: fallback, image: await ensureImage(fallback, sink, signal) }
  }
}

async function bringUp(options: LabUpOptions, image: Image): Promise<LabState> {
  const { name, inventory, flavour, sink } = options
  const place = placeOf(name)
  const topology = topologyOf(inventory, options.beside)
  const hosts = topology.hosts.map((plan): LabHost => {
    const run = join(place.run, plan.name)
    return {
      ...plan,
      address: plan.addresses[0].split('/')[0] ?? '',
      machine: machineOf(name, plan.name),
      run,
      root: join(run, 'root'),
      disk: join(place.disks, plan.name),
      console: join(run, 'console.log'),
    }
  })
  for (const folder of [place.run, place.disks, ...hosts.map((host) => host.run)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }
  const lab: LabState = {
    format: 1,
    name,
    phase: 'starting',
    flavour,
    inventory: inventory.file,
    startedAt: new Date().toISOString(),
    namespace: place.namespace,
    controller: topology.controller,
    hosts,
    ssh: { user: 'root', key: clientKey(place.run), knownHosts: knownHostsFile(place.run) },
    image: { root: image.root, repository: image.repository },
  }
  writeState(lab)
  ensureInotifyInstances(hosts.length, sink)
  await makeNetwork(lab.namespace, lab.controller)
  const authorized = await makeKey(lab.ssh.key, `mmha lab ${name}`)
  const keys = await Promise.all(hosts.map((host) => makeDisk(lab, host, authorized)))
  const known = hosts.map((host, i) => knownHostsLine(host.address, host.sshPort, keys[i] ?? ''))
  writeFileSync(lab.ssh.knownHosts, known.join(''), { mode: 0o600 })
  await Promise.all(hosts.map((host) => boot(lab, host, sink, options.signal)))
  const up: LabState = { ...lab, phase: 'up' }
  writeState(up)
  return up
}

async function boot(lab: LabState, host: LabHost, sink: Sink, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const started = performance.now()
  sink({ code: 'lab.host.start', level: 'info', host: host.name, message: `boots at ${host.address}` })
  const runner = startMachine(lab, host)
  const failed = await untilUp(lab, host, { timeout: BOOT_TIMEOUT, runner, signal })
  const ms = Math.round(performance.now() - started)
  sink({ code: 'lab.host.up', level: 'info', host: host.name, message: `is up (${ms} ms)`, data: { ms } })
  if (failed.length === 0) return
  sink({
    code: 'lab.host.degraded',
    level: 'warn',
    host: host.name,
    message: `failed at boot: ${failed.join(', ')}`,
    data: { failed },
  })
}
