import { execFileSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { killPower } from '../../../src/lab/faults.ts'
import { initOf, isOn } from '../../../src/lab/machine.ts'
import { silencePort } from '../../../src/lab/network.ts'
import type { LabHost, LabState } from '../../../src/lab/state.ts'

/** What the server keeps, and what the daemon keeps. */
const FOLDER = 'var/lib'
const SIZE = '4G'
const UNIT = 'etc/systemd/system/power-disk.service'
const WANTED = 'etc/systemd/system/local-fs.target.wants/power-disk.service'
const CONTROL = { synced: 'power-synced', unsynced: 'power-unsynced' } as const

/** linux/fs.h, FS_IOC_SHUTDOWN: _IOR('X', 125, __u32); 2: the journal is not written either. */
const SHUTDOWN = `open(my $there, '<', $ARGV[0]) or die "$ARGV[0]: $!";
  my $how = pack('L', 2);
  ioctl($there, ${0x8004587d}, $how) or die "$ARGV[0]: $!"`

/**
 * /var/lib of a host on a filesystem of its own that can lose its power: what was written and not synced is gone then, as on a real
 * disk. The host mounts it as it boots, and nobody else has it: a machine that starts meanwhile would keep a mount of this one. The
 * kernel lets go of the loop device when this process has ended and the host is off; the image is gone with the lab.
 */
export class PowerDisk {
  readonly #lab: LabState
  readonly #host: LabHost
  readonly #loop: string
  readonly #held: number

  /** Moves what is in the folder; the host is off. */
  constructor(lab: LabState, host: LabHost) {
    if (isOn(host)) throw new Error(`${host.name} is on`)
    this.#lab = lab
    this.#host = host
    const image = join(host.disk, 'power.img')
    execFileSync('truncate', ['--size', SIZE, image])
    execFileSync('mkfs.ext4', ['-q', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image])
    this.#loop = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim()
    this.#held = openSync(this.#loop, 'r')
    execFileSync('losetup', ['--detach', this.#loop])
    this.#mounted(`cp -a '${this.#under}/.' "$there"`)
    this.#writeUnit()
  }

  /** Moves everything back; the host is off. */
  async remove(): Promise<void> {
    await this.#released()
    for (const file of [UNIT, WANTED]) rmSync(join(this.#host.root, file))
    this.#mounted(`rm -rf '${this.#under}'; cp -a "$there" '${this.#under}'`)
    closeSync(this.#held)
  }

  /**
   * Everything of the host ends at one moment: its network, its disk, its processes.
   * @returns size of a file of the server's data (a path in /var/lib) as it is after that, in bytes
   * @throws when something that was not synced is still there, or something that was is not
   */
  async cut(file: string): Promise<number> {
    this.#control('synced')
    this.#control('unsynced')
    await silencePort(this.#lab, this.#host)
    execFileSync('perl', ['-e', SHUTDOWN, this.#live])
    await killPower(this.#lab, this.#host)
    await this.#released()
    const look = `for one in ${Object.values(CONTROL).join(' ')}; do [ -s "$there/$one" ] && echo yes || echo no; done`
    const left = this.#mounted(`${look}; stat -c %s "$there/${file}"`).trim().split('\n')
    if (left[0] !== 'yes' || left[1] !== 'no') throw new Error(`not what a power loss leaves: ${left}`)
    return Number(left[2])
  }

  get #under(): string {
    return join(this.#host.root, FOLDER)
  }

  /** As the host itself sees it. */
  get #live(): string {
    return join('/proc', String(initOf(this.#host)), 'root', FOLDER)
  }

  #control(name: keyof typeof CONTROL): void {
    const path = join(this.#live, CONTROL[name])
    rmSync(path, { force: true })
    const file = openSync(path, 'w')
    writeSync(file, name)
    if (name === 'synced') fsyncSync(file)
    closeSync(file)
  }

  /** Runs sh with the filesystem mounted at "$there", for itself alone. */
  #mounted(script: string): string {
    const aside = join(this.#host.disk, 'power')
    mkdirSync(aside, { recursive: true })
    const all = `set -e; there='${aside}'; mount '${this.#loop}' "$there"; ${script}`
    return execFileSync('unshare', ['--mount', 'sh', '-c', all], { encoding: 'utf8' })
  }

  /** Written out by nobody but who syncs: the journal every five minutes, data not before it is half a minute old, or with a close. */
  #writeUnit(): void {
    const minor = statSync(this.#loop).rdev & 0xff
    const mount = `mknod /dev/power-disk b 7 ${minor}; exec mount -o commit=300,noauto_da_alloc /dev/power-disk /${FOLDER}`
    const lines = ['[Unit]', 'DefaultDependencies=no', 'Before=local-fs.target', 'Conflicts=umount.target', '']
    const service = ['[Service]', 'Type=oneshot', 'RemainAfterExit=yes', `ExecStart=/bin/sh -c '${mount}'`, '']
    const unit = join(this.#host.root, UNIT)
    writeFileSync(unit, [...lines, ...service].join('\n'))
    const wanted = join(this.#host.root, WANTED)
    mkdirSync(dirname(wanted), { recursive: true })
    symlinkSync(`/${UNIT}`, wanted)
  }

  /** The dead host's mounts go a little after it; mounted before, it would be the same filesystem, still without power. */
  async #released(): Promise<void> {
    const deadline = performance.now() + 30_000
    while (existsSync(join('/sys/fs/ext4', basename(this.#loop)))) {
      if (performance.now() > deadline) throw new Error(`${this.#loop} is still mounted`)
      await delay(20)
    }
  }
}
