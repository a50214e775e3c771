import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { initOf } from '../../../src/lab/machine.ts'
import type { LabHost } from '../../../src/lab/state.ts'

/** Null: a file can be mounted here. */
export const noLoop = existsSync('/dev/loop-control') ? null : 'no loop devices'

const SIZE = '600M'

/**
 * A folder of a host on a filesystem of its own, which can be frozen: whoever writes there waits in the kernel, beyond the
 * reach of signals, as with a disk that hangs. It is gone with the host.
 */
export class FrozenDisk {
  readonly #host: LabHost
  readonly #folder: string
  #freezer: ChildProcess | null = null

  /** Moves what is in the folder; nobody may use it meanwhile. */
  constructor(host: LabHost, folder: string) {
    this.#host = host
    this.#folder = folder
    const image = join(host.disk, 'frozen.img')
    execFileSync('truncate', ['--size', SIZE, image])
    execFileSync('mkfs.ext4', ['-q', image])
    const loop = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim()
    try {
      const minor = statSync(loop).rdev & 0xff
      this.#inside(`set -e
        mknod /dev/frozen-disk b 7 ${minor}
        mkdir -p /run/frozen
        mount /dev/frozen-disk /run/frozen
        cp -a ${folder}/. /run/frozen/
        chown --reference=${folder} /run/frozen
        umount /run/frozen
        mount /dev/frozen-disk ${folder}
        rm /dev/frozen-disk`)
    } finally {
      // From here on the kernel lets go of it with the last mount.
      execFileSync('losetup', ['--detach', loop])
    }
  }

  /** Resolves when nothing more is written there. */
  async freeze(): Promise<void> {
    // Thawed by the end of its input, which this process's end is, too.
    const script = `fsfreeze --freeze ${this.#folder} && echo frozen; read -r _; fsfreeze --unfreeze ${this.#folder}`
    const [program, ...words] = this.#command(script)
    this.#freezer = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
    if (this.#freezer.stdout !== null) await once(this.#freezer.stdout, 'data')
  }

  async thaw(): Promise<void> {
    const freezer = this.#freezer
    if (freezer === null) return
    this.#freezer = null
    const ended = once(freezer, 'exit')
    freezer.stdin?.end()
    await ended
  }

  #inside(script: string): void {
    const [program, ...words] = this.#command(script)
    execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] })
  }

  #command(script: string): [string, ...string[]] {
    const init = initOf(this.#host)
    if (init === null) throw new Error(`${this.#host.name} is off`)
    return ['nsenter', '--target', String(init), '--mount', '--', 'sh', '-c', script]
  }
}
