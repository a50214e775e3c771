/** A file that a lab puts into an image or onto a host's disk. */
export interface PlacedFile {
  /** From the root of the host. */
  readonly path: string
  readonly content: string
  readonly mode: number
}

/** Where hosts find the package repository. */
export const REPOSITORY_MOUNT = '/srv/mmha-repository'

/** Units that only cost time, or that want the network, hardware or a console. */
const MASKED = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'console-getty.service',
  'dpkg-db-backup.timer',
  'fstrim.timer',
  'getty.target',
  'ldconfig.service',
  'man-db.timer',
  'sshd-keygen.service',
  'systemd-firstboot.service',
  'systemd-hwdb-update.service',
  'systemd-journal-catalog-update.service',
  'systemd-pstore.service',
  'systemd-sysinstall.socket',
  'systemd-update-done.service',
]

/** Symbolic links of an image: path → target. */
export const IMAGE_LINKS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(MASKED.map((unit) => [`/etc/systemd/system/${unit}`, '/dev/null'])),
  '/etc/systemd/system/default.target': '/usr/lib/systemd/system/multi-user.target',
}

/** What an image has besides its packages: apt that knows nothing but the repository, and nothing of its origin. */
export const IMAGE_FILES: readonly PlacedFile[] = [
  {
    path: '/etc/apt/sources.list.d/mmha-lab.list',
    content: `deb [trusted=yes] file:${REPOSITORY_MOUNT} ./\n`,
    mode: 0o644,
  },
  { path: '/etc/apt/apt.conf.d/90mmha-lab', content: 'Acquire::Languages "none";\n', mode: 0o644 },
  // No name server: a look-up fails at once instead of waiting for one that isn't there.
  { path: '/etc/resolv.conf', content: '', mode: 0o644 },
  { path: '/etc/machine-id', content: '', mode: 0o444 },
  { path: '/etc/locale.conf', content: 'LANG=C.UTF-8\n', mode: 0o644 },
]

/** Files that an image must not have: keys and ids that every host would share, and sources that it can't reach. */
export const REMOVED_FROM_IMAGE = [
  '/etc/apt/sources.list',
  '/etc/apt/apt.conf.d/99mmdebstrap',
  '/etc/ssh/ssh_host_ecdsa_key',
  '/etc/ssh/ssh_host_ecdsa_key.pub',
  '/etc/ssh/ssh_host_ed25519_key',
  '/etc/ssh/ssh_host_ed25519_key.pub',
  '/etc/ssh/ssh_host_rsa_key',
  '/etc/ssh/ssh_host_rsa_key.pub',
  '/var/lib/dbus/machine-id',
]
