import { EXIT, MmhaError } from '../events/error.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { checkStaged, type LocalFile, localFile, stagedAt } from './local-file.ts'
import { type Step, sh, shellQuote } from './step.ts'

/** keepalived as a tarball on this machine will give it. */
export interface BuiltKeepalived {
  readonly tarball: LocalFile
  /** Base name of the tarball. */
  readonly name: string
  readonly version: string
  /** It is installed there and nowhere else. */
  readonly prefix: string
  readonly program: string
}

/** Names the tarball that was built, by its content. */
export const STAMP = '.mmha-sha256'

/** What it is built with, for VRRP; all else of keepalived (SNMP, D-Bus) is left out where it is not there. */
export const BUILD_PACKAGES = {
  apt: ['gcc', 'make', 'pkg-config', 'libc6-dev', 'libssl-dev', 'libnl-3-dev', 'libnl-genl-3-dev'],
  rpm: ['gcc', 'make', 'pkgconf-pkg-config', 'tar', 'gzip', 'openssl-devel', 'libnl3-devel'],
} as const

/** @throws MmhaError KEEPALIVED_SOURCE (exit 4): the tarball is not there, or is another one than was named */
export function builtKeepalived({ keepalived, file }: Inventory): BuiltKeepalived {
  const { source, sha256 } = keepalived
  const refuse = (message: string, hint: string, cause?: unknown) =>
    new MmhaError(message, { code: 'KEEPALIVED_SOURCE', source: 'user', exit: EXIT.invalid, where: file, hint, cause })
  if (source === null) throw refuse('keepalived.source is missing', 'name the tarball of keepalived')
  let tarball: LocalFile
  try {
    tarball = localFile(source)
  } catch (cause) {
    throw refuse(`cannot read ${source}, from which keepalived is to be built`, 'correct keepalived.source', cause)
  }
  if (sha256 !== null && sha256 !== tarball.sha256)
    throw refuse(
      `${source} is not what keepalived.sha256 says: it is ${tarball.sha256}`,
      'get the tarball again from where its checksum is published, or correct keepalived.sha256',
    )
  const name = source.replace(/^.*\//, '')
  const version = /(\d+(?:\.\d+)+)/.exec(name)?.[1] ?? '0'
  const prefix = `/opt/mmha/keepalived-${version}-${tarball.sha256.slice(0, 8)}`
  return { tarball, name, version, prefix, program: `${prefix}/sbin/keepalived` }
}

/** The step's own part: unpack, configure, make, install under the prefix, all of it or nothing. */
export function buildStep(built: BuiltKeepalived): Pick<Step, 'payload' | 'run' | 'undo' | 'diff'> {
  const { tarball, name, prefix, version, program } = built
  const staged = stagedAt(tarball)
  const to = shellQuote(prefix)
  return {
    payload: { file: tarball.path, size: tarball.size, to: staged },
    diff: `+ ${program}, from ${name} (sha256 ${tarball.sha256.slice(0, 12)})`,
    run: sh`${checkStaged(tarball)}
umask 022
work=$(mktemp -d)
trap 'rm -rf "$work" ${staged}' EXIT
tar -xzf ${staged} -C "$work" --strip-components=1 --no-same-owner
cd "$work"
said() { if ! "$@" >"$work/log" 2>&1; then tail -n 25 "$work/log" >&2; exit 1; fi; }
if [ ! -x configure ]; then
  echo 'the tarball has no configure: take a release, not a copy of the repository' >&2
  exit 1
fi
rm -rf ${to}
said ./configure --prefix=${to} --sysconfdir=/etc --localstatedir=/var --disable-dynamic-linking --with-init=SYSV
said make -j "$(nproc)"
# Only the program: keepalived.conf, the unit and the init script are ours to write.
said make -C keepalived install-exec
installed=$(${program} --version 2>&1 | sed -n 's/^Keepalived v\\([0-9.]*\\).*/\\1/p')
[ "$installed" = ${shellQuote(version)} ] || { echo "what was built says that it is $installed" >&2; exit 1; }
echo ${tarball.sha256} >${to}/${STAMP}
`,
    undo: sh`rm -rf ${to}\n`,
  }
}
