import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { EXIT, type ExitCode, MmhaError } from '../events/error.ts'
import { unifiedMount } from './cgroup.ts'
import { attempt } from './command.ts'

/** Debian package → a program of it that the lab runs. */
export const LAB_PACKAGES: Readonly<Record<string, string>> = {
  'systemd-container': 'systemd-nspawn',
  mmdebstrap: 'mmdebstrap',
  iproute2: 'bridge',
  nftables: 'nft',
  'openssh-client': 'ssh-keygen',
  'util-linux': 'nsenter',
  mount: 'mount',
  dpkg: 'dpkg-deb',
  apt: 'apt-config',
}

/** Packages whose program isn't in any folder of `path`. */
export function missingPackages(path: string, exists: (file: string) => boolean = existsSync): readonly string[] {
  const folders = [...path.split(delimiter), '/usr/sbin', '/sbin']
  return Object.entries(LAB_PACKAGES)
    .filter(([, program]) => !folders.some((folder) => exists(join(folder, program))))
    .map(([name]) => name)
}

/**
 * Whether this machine can run a lab. Changes nothing.
 * @throws MmhaError with one sentence: exit 4 where the machine can't, exit 1 where a package or the kernel lacks.
 */
export async function checkRequirements(): Promise<void> {
  if (process.platform !== 'linux') throw lacking('the lab needs Linux', 'run it on a Debian machine', EXIT.invalid)
  if (!existsSync('/etc/debian_version')) {
    throw lacking(
      'the lab needs a Debian system (systemd-nspawn, mmdebstrap, apt)',
      'run it on Debian 12 or newer',
      EXIT.invalid,
    )
  }
  requireRoot()
  const missing = missingPackages(process.env.PATH ?? '')
  if (missing.length > 0) {
    const install = `apt-get install --no-install-recommends ${missing.join(' ')}`
    throw lacking(`the lab needs Debian packages that are not installed: ${missing.join(', ')}`, install, EXIT.failed)
  }
  if (unifiedMount() === null) {
    throw lacking('no cgroup2 file system is mounted', 'mount -t cgroup2 none /sys/fs/cgroup/unified', EXIT.failed)
  }
  await checkKernel()
}

/** @throws MmhaError exit 4 for anyone else. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return
  throw lacking('the lab needs root (namespaces, mounts)', 'run the same command with sudo', EXIT.invalid)
}

/** Tries what only the kernel can say, in namespaces that end with the attempt. */
async function checkKernel(): Promise<void> {
  const network = 'ip link add br0 type bridge && ip link add a0 type veth peer name b0 && nft add table bridge t'
  const net = await attempt(['unshare', '--net', 'sh', '-c', network])
  if (net.code !== 0) {
    const why = net.stderr.trim().split('\n')[0]
    throw lacking(
      `the kernel lacks what the lab's network needs (bridge, veth, nftables): ${why}`,
      'use another kernel',
      EXIT.failed,
    )
  }
  mkdirSync('/var/lib', { recursive: true })
  const folder = mkdtempSync('/var/lib/mmha-check-')
  try {
    const overlay = `cd "$1" && mkdir l u w m && mount -t overlay t -o lowerdir=l,upperdir=u,workdir=w m`
    const mount = await attempt(['unshare', '--mount', 'sh', '-c', overlay, 'check', folder])
    if (mount.code !== 0) {
      const why = mount.stderr.trim().split('\n')[0]
      throw lacking(
        `no overlay file system can be mounted on /var/lib: ${why}`,
        'put /var/lib on ext4, xfs or btrfs',
        EXIT.failed,
      )
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function lacking(message: string, hint: string, exit: ExitCode): MmhaError {
  return new MmhaError(`${message}. Nothing was changed.`, { code: 'LAB_REQUIREMENT', source: 'user', exit, hint })
}
