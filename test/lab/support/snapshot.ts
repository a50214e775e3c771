import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { must } from '../../../src/lab/command.ts'
import { killPower, powerOn, shutDown } from '../../../src/lab/faults.ts'
import { isOn } from '../../../src/lab/machine.ts'
import type { LabHost, LabState } from '../../../src/lab/state.ts'

/**
 * The disks of some hosts as they were once: to go back to, as often as wanted, without copying. What a host wrote over its
 * image becomes a layer of its own that nobody writes to any more; on it lies an empty one.
 */
export class Snapshot {
  readonly #lab: LabState
  readonly #hosts: readonly LabHost[]

  private constructor(lab: LabState, hosts: readonly LabHost[]) {
    this.#lab = lab
    this.#hosts = hosts
  }

  /** Shuts the hosts down in order, the last one first, and leaves them off. */
  static async take(lab: LabState, hosts: readonly LabHost[]): Promise<Snapshot> {
    for (const host of hosts.toReversed()) {
      await shutDown(lab, host)
      await must(['umount', host.root])
      renameSync(join(host.disk, 'upper'), layerOf(host))
    }
    return new Snapshot(lab, hosts)
  }

  /** All of them are off at once, and start again from the disks of then. Resolves when they are up. */
  async restore(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => this.#fresh(host)))
    await Promise.all(this.#hosts.map((host) => powerOn(this.#lab, host)))
  }

  async #fresh(host: LabHost): Promise<void> {
    if (isOn(host)) await killPower(this.#lab, host)
    const [upper, work] = [join(host.disk, 'upper'), join(host.disk, 'work')]
    if (existsSync(upper)) await must(['umount', host.root])
    for (const folder of [upper, work]) {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder)
    }
    const layers = `lowerdir=${layerOf(host)}:${this.#lab.image.root},upperdir=${upper},workdir=${work}`
    await must(['mount', '-t', 'overlay', host.machine, '-o', layers, host.root])
  }
}

function layerOf(host: LabHost): string {
  return join(host.disk, 'then')
}
