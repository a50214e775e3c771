import { hasAddress } from '../../hosts/host-facts.ts'
import { confinement } from './confinement.ts'
import { type Context, sayOf } from './context.ts'
import type { Finding } from './finding.ts'
import { otherKeepalived } from './other-keepalived.ts'

/** Node's official runtime, which the daemon brings along, needs this C library (2018). */
const GLIBC = [2, 28] as const

const SERVERS = ['mysqld', 'mariadbd']

/** kB: below, an installation or a day of binary logs ends in a full disk. */
const DISK_BLOCKS = 256 * 1024
const DISK_WARNS = 2 * 1024 * 1024

/** What of a host itself is unfit: platform, network, whoever is there already, disk, clock. Pure. */
export function hostFindings(context: Context): readonly Finding[] {
  return [
    ...platform(context),
    ...network(context),
    ...port(context),
    ...neighbours(context),
    ...halfCopy(context),
    ...machine(context),
    ...confinement(context),
  ]
}

/** The same command begins the copy afresh: then it is no obstacle. */
function halfCopy(context: Context): Finding[] {
  const { mine, host, inventory } = context
  if (mine.halfCopy === null || inventory.overwritten === host.name) return []
  const todo = 'run the command again that was cut: mmha rejoin, or mmha provision with --seed-from'
  return [sayOf(context)('blocks', 'HALF_COPY', `holds half a copy (${mine.halfCopy})`, todo)]
}

function platform(context: Context): Finding[] {
  const { facts } = context
  const say = sayOf(context)
  const found: Finding[] = []
  const unfit = (what: string, todo: string) => found.push(say('blocks', 'PLATFORM', what, todo))
  if (facts.arch !== 'x86_64' && facts.arch !== 'aarch64') {
    unfit(
      `its processor is ${facts.arch || 'unknown'}`,
      'the daemon is built for x86_64, and for aarch64 by `npm run build:arm64`',
    )
  }
  if (facts.init !== 'systemd')
    unfit(
      'it was not started by systemd (SysV init, a container, a chroot)',
      'boot it with systemd: on SysV init run only the daemon and playbooks of your own (docs/distributions.md)',
    )
  const { engine } = context.inventory.keepalived
  if (facts.packageManager !== 'apt' && engine === 'bundled')
    unfit(
      'it has no apt, and the daemon comes as a Debian package',
      "keepalived.engine: package takes the distribution's keepalived instead (docs/engines.md)",
    )
  const [major = 0, minor = 0] = facts.glibc.split('.').map(Number)
  if (major < GLIBC[0] || (major === GLIBC[0] && minor < GLIBC[1])) {
    unfit(
      facts.glibc === '' ? 'its C library is not glibc' : `its C library is glibc ${facts.glibc}`,
      `use a distribution with glibc ${GLIBC.join('.')} or newer (Debian 10, RHEL 8)`,
    )
  }
  if (facts.uid !== 0 && !facts.sudo) {
    unfit(
      'the SSH user is not root and may not sudo',
      'log in as root, or say in the inventory how to become root: ssh: {become: {password: …}}',
    )
  }
  return found
}

/** That the interface exists and the VIP is in its network, the engine has checked with the inventory's own lines. */
function network(context: Context): Finding[] {
  const { facts, host, inventory } = context
  const { vip } = inventory
  const say = sayOf(context)
  const found: Finding[] = []
  const nic = facts.nics.find(({ name }) => name === host.nic)
  if (nic?.up === false) {
    found.push(say('blocks', 'NETWORK', `its interface ${nic.name} is down`, `ip link set ${nic.name} up`))
  }
  const elsewhere = facts.nics.find(
    ({ name, addresses }) => name !== host.nic && addresses.some((cidr) => cidr.startsWith(`${vip.address}/`)),
  )
  if (elsewhere !== undefined) {
    const todo = `remove it there (ip address del ${vip.address}/${vip.prefix} dev ${elsewhere.name})`
    found.push(say('blocks', 'NETWORK', `the VIP is an address of ${elsewhere.name} already`, todo))
  }
  return found
}

function neighbours(context: Context): Finding[] {
  const { address } = context.inventory.vip
  const say = sayOf(context)
  const found: Finding[] = []
  found.push(...otherKeepalived(context))
  // The two hosts are looked at a moment apart: the VIP may have come to the peer in between. Its hardware address tells.
  const { vipMac } = context.mine
  const peerAnswered = vipMac !== null && context.peerFacts.nics.some(({ mac }) => mac.toLowerCase() === vipMac)
  const ours = peerAnswered || hasAddress(context.facts, address) || hasAddress(context.peerFacts, address)
  if (context.mine.vipAnswers === true && !ours) {
    found.push(say('blocks', 'NETWORK', `another machine answers at the VIP ${address}`, 'choose a free address'))
  }
  return found
}

/** Found after the installation, it would leave a server that can't start. */
function port(context: Context): Finding[] {
  const { mine, inventory } = context
  if (mine.portUser === null || SERVERS.includes(mine.portUser)) return []
  const { port } = inventory.server
  const todo = 'stop it, or let the server listen elsewhere (server.port in the inventory)'
  return [sayOf(context)('blocks', 'PORT_TAKEN', `port ${port} is taken by ${mine.portUser}`, todo)]
}

function machine(context: Context): Finding[] {
  const { close } = context.mine
  if (close === null) return []
  const say = sayOf(context)
  const found: Finding[] = []
  const { disk, synchronised } = close
  if (disk !== null && (disk.freeKb < DISK_WARNS || disk.freeKb < disk.totalKb / 10)) {
    const what = `${disk.path} has ${size(disk.freeKb)} free of ${size(disk.totalKb)}`
    const todo = `make room: df -h ${disk.path}; a full disk takes the server down`
    found.push(say(disk.freeKb < DISK_BLOCKS ? 'blocks' : 'warns', 'DISK', what, todo))
  }
  if (synchronised === false) {
    const todo = 'install chrony or enable systemd-timesyncd; see: timedatectl'
    found.push(say('warns', 'CLOCK', 'its clock is not synchronised', todo))
  }
  return found
}

function size(kb: number): string {
  return kb >= 1024 * 1024 ? `${(kb / 1024 / 1024).toFixed(1)} GiB` : `${Math.round(kb / 1024)} MiB`
}
