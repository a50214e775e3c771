import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { execIn } from '../../../src/lab/machine.ts'
import type { LabHost } from '../../../src/lab/state.ts'

/**
 * What the system itself changes while somebody only looks, and why. A pattern stands for the file and all below it; the
 * folder that it is in changes with it.
 */
export const CHANGES_BY_ITSELF: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^\/(var|run)\/log\/journal(\/|$)/, 'the journal: sshd says who came and went'],
  [/^\/(var\/log\/(wtmp|lastlog|btmp|faillog)|run\/utmp)$/, 'the records of logins'],
  [/^\/run\/motd\.dynamic$/, 'the greeting of a login'],
  [/^\/run\/systemd(\/|$)/, 'systemd: its units, also those of a login'],
  [/^\/run\/(sshd|mysqld|mmha-keepalived|keepalived)(\/|$)/, 'sockets and state of daemons that run'],
  [/^\/run\/mmha(\/|$)/, "the daemon's own state"],
  // What statements do in there the general log tells.
  [/^\/var\/lib\/mysql(\/|$)/, 'the server writes its files back by itself'],
  [/^\/var\/lib\/systemd\/(timesync|timers|random-seed)(\/|$)/, 'clock and timers of systemd'],
  [/^\/tmp$/, 'files that come and go: apt reads a signature there, the server makes a table of a SELECT'],
  [/^\/(dev|dev\/shm|dev\/pts)(\/|$)/, 'terminals and shared memory of processes that run'],
]

/** A host as it is: every file with its metadata and content's hash, and its netfilter rules, addresses and packages. */
export interface HostLook {
  readonly files: ReadonlyMap<string, string>
  readonly network: string
}

// Paths, types, modes, owners, sizes, inodes, times of content and of metadata: nobody who writes can keep the last.
const LIST = `find / /run /tmp /dev/shm -xdev -printf '%p\\t%y %m %u:%g %s %i %T@ %C@ %l\\n' 2>/dev/null | sort -u`
const HASH = `find / /tmp -xdev -type f ! -path '/var/lib/mysql/*' ! -path '/var/log/*' -print0 2>/dev/null |
  xargs -0 sha256sum 2>/dev/null`
// Without counters and dates, which change with each packet and each look.
const NETWORK = `for save in iptables-save ip6tables-save iptables-legacy-save; do
    echo "== $save"; $save 2>/dev/null | sed -e '/^#/d' -e 's/\\[[0-9]*:[0-9]*\\]//'
  done
  ip -o addr | sed 's/valid_lft.*//'; ip route show table all; ip rule; dpkg-query --show; systemctl list-unit-files`

export async function lookAt(host: LabHost): Promise<HostLook> {
  const [list, hashes, network] = await Promise.all([LIST, HASH, NETWORK].map((script) => shell(host, script)))
  const files = new Map<string, string>()
  for (const line of (list ?? '').split('\n')) {
    const [path = '', rest = ''] = line.split('\t')
    if (path !== '') files.set(path, rest)
  }
  for (const line of (hashes ?? '').split('\n')) {
    const path = line.slice(66)
    if (path !== '') files.set(path, `${files.get(path) ?? ''} ${line.slice(0, 64)}`)
  }
  // An empty look would prove anything.
  expect(files.size).toBeGreaterThan(2000)
  expect(network).toContain('-A INPUT')
  return { files, network: network ?? '' }
}

/** Paths that came, went or changed; `network`, and each line of it that did. */
export function changesBetween(before: HostLook, after: HostLook): readonly string[] {
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])]
  const changed = paths.filter((path) => before.files.get(path) !== after.files.get(path))
  return [...changed.sort(), ...(before.network === after.network ? [] : ['network', ...linesBetween(before, after)])]
}

function linesBetween(before: HostLook, after: HostLook): readonly string[] {
  const [then, now] = [before, after].map(({ network }) => new Set(network.split('\n')))
  const gone = [...(then ?? [])].filter((line) => now?.has(line) !== true).map((line) => `- ${line}`)
  const come = [...(now ?? [])].filter((line) => then?.has(line) !== true).map((line) => `+ ${line}`)
  return [...gone, ...come]
}

/** A host that has just booted still looks whether its IPv6 address is taken; routes come and go with that. */
export async function untilSettled(host: LabHost): Promise<void> {
  const deadline = performance.now() + 30_000
  while (/tentative/.test(await shell(host, 'ip -o addr; systemctl is-system-running --wait >/dev/null || :'))) {
    if (performance.now() > deadline) throw new Error(`${host.name}: its addresses are tentative for 30 s`)
    await delay(100)
  }
}

/**
 * Those of them that the system does not make by itself. The disk is an overlay: what is written copies its folders up, and
 * they change with it.
 */
export function foreignAmong(changes: readonly string[]): readonly string[] {
  const byItself = (path: string) => CHANGES_BY_ITSELF.some(([pattern]) => pattern.test(path))
  const folders = new Set(changes.filter(byItself).map((path) => dirname(path)))
  return changes.filter((path) => !byItself(path) && !folders.has(path))
}

async function shell(host: LabHost, script: string): Promise<string> {
  const { code, stdout, stderr } = await execIn(host, ['sh', '-c', script])
  expect(code, `${host.name}: ${stderr}`).toBe(0)
  return stdout
}
