import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sourcesFor } from '../../../src/lab/apt-sources.ts'
import { attempt, type CommandResult, must } from '../../../src/lab/command.ts'
import { ensureImage, machineMirrors } from '../../../src/lab/image.ts'
import { REPOSITORY_MOUNT } from '../../../src/lab/image-files.ts'
import { unmountUnder } from '../../../src/lab/network.ts'
import { cacheRoot } from '../../../src/lab/place.ts'
import { revealed, type Step } from '../../../src/modules/step.ts'
import { OwnApt } from './own-apt.ts'
import { ownFolder } from './own-folder.ts'

const PACKAGES = ['sysvinit-core', 'initscripts', 'sysv-rc', 'insserv', 'startpar', 'procps']

/** No getty, and nothing of the boot that is for a machine's own disks and clock. */
const INITTAB = `id:2:initdefault:
si::sysinit:/bin/true
l0:0:wait:/etc/init.d/rc 0 >/root/rc0.log 2>&1
l2:2:wait:/etc/init.d/rc 2
`

/**
 * Debian 12 with sysvinit in place of systemd: the lab's image with a layer above, booted as the first process of
 * namespaces of its own.
 */
export class SysvHost {
  readonly #folder = ownFolder('sysv')
  #machine: ChildProcess | null = null
  #init = 0

  get root(): string {
    return join(this.#folder, 'root')
  }

  /** @param packages .deb files to install beside */
  async make(server: readonly string[], packages: readonly string[]): Promise<void> {
    const image = await ensureImage('mariadb-10.11', () => undefined)
    const own = await sysvinit()
    await must(['mount', '-t', 'tmpfs', 'tmpfs', this.#folder])
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.#folder, name))
    const layers = `lowerdir=${image.root},upperdir=${this.#folder}/upper,workdir=${this.#folder}/work`
    await must(['mount', '-t', 'overlay', 'overlay', '-o', layers, this.root])
    mkdirSync(join(this.root, REPOSITORY_MOUNT), { recursive: true })
    await must(['mount', '--bind', '-o', 'ro', image.repository, join(this.root, REPOSITORY_MOUNT)])
    const debs = [...own, ...packages]
    for (const [i, deb] of debs.entries()) await must(['cp', deb, join(this.root, `root/${i}.deb`)])
    // Nothing is started while packages are installed: init is not there yet.
    const script = `set -e
export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d
dpkg --purge --force-all systemd-sysv
dpkg --install --force-depends /root/*.deb
apt-get -q -y update
apt-get -q -y --no-install-recommends install ${server.join(' ')} || [ -x /etc/init.d/mariadb ]
# Swap is the machine's, not this host's.
ln -sf /bin/true "$(command -v swapoff)"
rm -f /usr/sbin/policy-rc.d /root/*.deb /etc/rc[0-6S].d/*
cat >/etc/inittab <<'END'
${INITTAB}END
[ -e /etc/init.d/rc ]
for name in sendsigs umountnfs.sh umountfs umountroot halt; do update-rc.d $name defaults; done
`
    await must([
      'unshare',
      '--mount',
      '--pid',
      '--net',
      '--fork',
      '--kill-child',
      'chroot',
      this.root,
      'sh',
      '-c',
      script,
    ])
  }

  async boot(): Promise<void> {
    const script = `set -e
root=$1
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm" "$root/run/lock"
mount -t devpts devpts "$root/dev/pts" -o newinstance
for name in null zero full random urandom tty; do : >"$root/dev/$name"; mount --bind "/dev/$name" "$root/dev/$name"; done
: >"$root/dev/console"
ln -s /proc/self/fd "$root/dev/fd"
ip link set lo up
ip link add eth0 type veth peer name eth9
ip link set eth9 up
ip address add 10.77.0.11/24 dev eth0
ip link set eth0 up
exec chroot "$root" /sbin/init
`
    const apart = ['--mount', '--pid', '--net', '--uts', '--ipc', '--cgroup', '--propagation', 'private']
    this.#machine = spawn('unshare', [...apart, '--fork', '--kill-child', 'sh', '-c', script, 'sysv', this.root], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await until(async () => {
      const children = await attempt(['pgrep', '-P', String(this.#machine?.pid)])
      this.#init = Number(children.stdout.trim())
      return this.#init > 0 && readFileSync(`/proc/${this.#init}/comm`, 'utf8').trim() === 'init'
    })
    await until(async () => (await this.sh('runlevel')).stdout.trim() === 'N 2')
  }

  /** Runs sh there as root. */
  sh(script: string): Promise<CommandResult> {
    const words = ['-t', String(this.#init), '-m', '-u', '-i', '-n', '-p', '-r', '-w', 'sh', '-s'] as const
    return attempt(['nsenter', ...words], {
      input: `PATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}\n`,
      timeout: 120_000,
    })
  }

  async ok(script: string): Promise<string> {
    const { code, stdout, stderr } = await this.sh(script)
    if (code !== 0) throw new Error(`${script}\n${stdout}\n${stderr}`)
    return stdout.trim()
  }

  async apply(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.ok(`set -eu\n${revealed(step.run)}`)
  }

  /** As `shutdown -h now` ends: to the end of the last process. */
  async shutDown(): Promise<void> {
    if (this.#machine === null) return
    const ended = once(this.#machine, 'exit')
    await this.sh('exec /sbin/init 0')
    await ended
    this.#machine = null
  }

  async remove(): Promise<void> {
    if (this.#machine !== null && this.#machine.exitCode === null) {
      const ended = once(this.#machine, 'exit')
      this.#machine.kill('SIGKILL')
      await ended
    }
    await unmountUnder(this.#folder)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** sysvinit's packages from this machine's mirror, kept outside of the tree. */
async function sysvinit(): Promise<readonly string[]> {
  const folder = join(cacheRoot(), 'sysvinit-bookworm')
  if (!existsSync(folder)) {
    const work = mkdtempSync(join(tmpdir(), 'mmha-sysvinit-'))
    try {
      const apt = new OwnApt(work, sourcesFor(machineMirrors(), 'bookworm', true))
      const update = await apt.run('update')
      const got = await apt.run('download', ...PACKAGES)
      if (got.code !== 0) throw new Error(`${update.stderr}\n${got.stderr}`)
      mkdirSync(`${folder}.new`, { recursive: true })
      for (const name of readdirSync(work).filter((one) => one.endsWith('.deb'))) {
        writeFileSync(join(`${folder}.new`, name), readFileSync(join(work, name)))
      }
      renameSync(`${folder}.new`, folder)
    } finally {
      rmSync(work, { recursive: true })
    }
  }
  return readdirSync(folder).map((name) => join(folder, name))
}

async function until(so: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await so().catch(() => false))) {
    if (Date.now() > deadline) throw new Error('not within a minute')
    await delay(50)
  }
}
