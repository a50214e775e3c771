import { type Script, sh, shellQuote } from './step.ts'

/** RPM's package managers; on RHEL 8 and later `yum` is another name of `dnf`. */
export type RpmManager = 'dnf' | 'yum'

/** Read-only sh that prints `installed <package> <version>` for those of these that RPM has. */
export function rpmProbe(names: readonly string[]): string {
  return `if command -v rpm >/dev/null; then
  printf '%s\\n' ${names.map(shellQuote).join(' ')} | while read -r package; do
    if rpm -q "$package" >/dev/null 2>&1; then
      fact installed "$package" "$(rpm -q --qf '%{VERSION}-%{RELEASE}\\n' "$package" | tail -n 1)"
    fi
  done
fi
`
}

/**
 * Read-only sh that prints `newer <package> <[epoch:]version-release>` for those of these whose package sources have more,
 * as the host's own copy of their metadata says; a host that has none yet fetches it into a folder of this probe's.
 */
export function rpmNewer(names: readonly string[]): string {
  const list = names.map(shellQuote).join(' ')
  return `if command -v rpm >/dev/null && manager=$(command -v dnf || command -v yum) && rpm -q ${list} 2>/dev/null | grep -qv 'not installed'; then
  own=$(mktemp -d)
  updates() { "$manager" -q "$@" --setopt=logdir="$own" --setopt=logfile="$own/log" check-update ${list} 2>/dev/null; }
  # From the cache alone dnf says of a source that it never read: nothing is newer.
  if find /var/cache/dnf /var/cache/yum /var/cache/libdnf5 -name repomd.xml 2>/dev/null | grep -q .; then said=$(updates -C)
  else said=$(updates --setopt=cachedir="$own" --setopt=persistdir="$own")
  fi
  rm -rf "$own"
  # NAME.ARCH VERSION SOURCE, and an old yum breaks long lines. What is obsolete comes last.
  printf '%s\\n' "$said" | sed '/^Obsoleting Packages/,$d' | tr -s ' \\n' '\\n\\n' | sed '/^$/d' | paste - - - |
    while read -r package version _; do fact newer "\${package%.*}" "$version"; done
fi
`
}

/** Just these versions, and proof of it: an old yum that finds nothing says that all is well. */
export function rpmUpgrade(
  manager: RpmManager,
  wanted: readonly { readonly name: string; readonly to: string }[],
): Script {
  const list = wanted.map(({ name, to }) => shellQuote(`${name}-${to}`)).join(' ')
  const proof = wanted.map(({ name, to }) => `rpm -q ${shellQuote(`${name}-${to.replace(/^\d+:/, '')}`)}`)
  const weak = manager === 'dnf' ? ' --setopt=install_weak_deps=False' : ''
  return sh`newer() { ${manager} -q -y${weak} upgrade ${list}; }
newer || { ${manager} -q clean expire-cache; newer; }
${proof.join('\n')}
`
}

/** Waits for another dnf by itself. An old yum leaves out what it can't find, and says that all is well. */
export function rpmInstall(manager: RpmManager, names: readonly string[]): Script {
  const list = names.map(shellQuote).join(' ')
  const weak = manager === 'dnf' ? ' --setopt=install_weak_deps=False' : ''
  return sh`install() { ${manager} -q -y${weak} install ${list}; }
install || { ${manager} -q clean expire-cache; install; }
rpm -q ${list}
`
}
