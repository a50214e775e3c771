import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module, PlanContext } from './module.ts'
import { shellQuote } from './step.ts'
import { UNIT_PROBE } from './unit-probe.ts'

/** What the base facts don't say and a refusal may need. */
export interface PreflightFacts {
  /** Another keepalived runs, and its unit isn't ours. */
  readonly keepalivedRuns: boolean
  /** Somebody answers at the VIP; null: this host can't tell (no ping, or it holds the VIP itself). */
  readonly vipAnswers: boolean | null
  /** Hardware address that answered; null: unknown. */
  readonly vipMac: string | null
  /** Program that listens at the server's port; null: nobody, or this host can't tell. */
  readonly portUser: string | null
}

/** One reason not to touch this pair. */
interface Refusal {
  readonly what: string
  readonly todo: string
}

/** Node's official runtime, which the daemon brings along, needs this C library (2018). */
const GLIBC = [2, 28] as const

type Context = PlanContext<PreflightFacts>

function platform({ facts }: Context): Refusal[] {
  const found: Refusal[] = []
  if (facts.arch !== 'x86_64') {
    found.push({
      what: `its processor is ${facts.arch || 'unknown'}`,
      todo: 'the daemon is built for x86_64 only, so far',
    })
  }
  if (facts.init !== 'systemd') found.push({ what: 'it has no systemd', todo: 'use a distribution with systemd' })
  const [major = 0, minor = 0] = facts.glibc.split('.').map(Number)
  if (major < GLIBC[0] || (major === GLIBC[0] && minor < GLIBC[1])) {
    found.push({
      what: facts.glibc === '' ? 'its C library is not glibc' : `its C library is glibc ${facts.glibc}`,
      todo: `use a distribution with glibc ${GLIBC.join('.')} or newer (Debian 10, RHEL 8)`,
    })
  }
  if (facts.uid !== 0 && !facts.sudo) {
    found.push({
      what: 'the SSH user is not root and may not sudo',
      todo: 'log in as root, or allow sudo without password',
    })
  }
  return found
}

/** That the interface exists and the VIP is in its network, the engine has checked with the inventory's own lines. */
function network({ facts, host, inventory }: Context): Refusal[] {
  const { vip } = inventory
  const found: Refusal[] = []
  const nic = facts.nics.find(({ name }) => name === host.nic)
  if (nic?.up === false) found.push({ what: `its interface ${nic.name} is down`, todo: `ip link set ${nic.name} up` })
  const elsewhere = facts.nics.find(
    ({ name, addresses }) => name !== host.nic && addresses.some((cidr) => cidr.startsWith(`${vip.address}/`)),
  )
  if (elsewhere !== undefined) {
    const todo = `remove it there (ip address del ${vip.address}/${vip.prefix} dev ${elsewhere.name})`
    found.push({ what: `the VIP is an address of ${elsewhere.name} already`, todo })
  }
  return found
}

function holdsVip(facts: Context['facts'], address: string): boolean {
  return facts.nics.some(({ addresses }) => addresses.some((cidr) => cidr.startsWith(`${address}/`)))
}

function neighbours(context: Context): Refusal[] {
  const { address } = context.inventory.vip
  const found: Refusal[] = []
  if (context.mine.keepalivedRuns) {
    const todo = 'take its VIP out of use, then: systemctl disable --now keepalived'
    found.push({ what: 'keepalived runs there already', todo })
  }
  // The two hosts are looked at a moment apart: the VIP may have come to the peer in between. Its hardware address tells.
  const { vipMac } = context.mine
  const peerAnswered = vipMac !== null && context.peerFacts.nics.some(({ mac }) => mac.toLowerCase() === vipMac)
  const ours = peerAnswered || holdsVip(context.facts, address) || holdsVip(context.peerFacts, address)
  if (context.mine.vipAnswers === true && !ours) {
    found.push({ what: `another machine answers at the VIP ${address}`, todo: 'choose a free address' })
  }
  return found
}

const SERVERS = ['mysqld', 'mariadbd']

/** Found after the installation, it would leave a server that can't start. */
function port({ mine, inventory }: Context): Refusal[] {
  if (mine.portUser === null || SERVERS.includes(mine.portUser)) return []
  const { port } = inventory.server
  const todo = 'stop it, or let the server listen elsewhere (server.port in the inventory)'
  return [{ what: `port ${port} is taken by ${mine.portUser}`, todo }]
}

/** Looks before anything is touched, and changes nothing: every reason not to begin, in one message. */
export const pairPreflight: Module<Record<string, never>, PreflightFacts> = {
  name: 'pair_preflight',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,

  shared: () => [UNIT_PROBE],
  probe: (_params, { inventory }) => `${FACT_FUNCTIONS}
vip=${shellQuote(inventory.vip.address)}
if ! ip -o address show to "$vip" 2>/dev/null | grep -q . && command -v ping >/dev/null; then
  if ping -n -q -c 1 -W 1 "$vip" >/dev/null 2>&1; then
    fact vip yes
    fact vip_mac "$(ip neigh show to "$vip" 2>/dev/null | sed -n 's/.* lladdr \\([0-9a-fA-F:]*\\).*/\\1/p' | head -n 1)"
  else
    fact vip no
  fi
fi
user=$(ss -Hltnp "sport = :${inventory.server.port}" 2>/dev/null | sed -n 's/.*users:(("\\([^"]*\\)".*/\\1/p' | head -n 1)
[ -z "$user" ] || fact port_user "$user"
`,

  parse: (stdout) => {
    const facts = new FactLines(stdout)
    return {
      keepalivedRuns: facts.flag('keepalived'),
      vipAnswers: facts.text('vip') === null ? null : facts.flag('vip'),
      portUser: facts.text('port_user'),
      vipMac: facts.text('vip_mac')?.toLowerCase() || null,
    }
  },

  plan: (_params, context) => {
    const refusals = [...platform(context), ...network(context), ...port(context), ...neighbours(context)]
    if (refusals.length === 0) return []
    throw new MmhaError(
      `${context.host.name} can't be part of this pair: ${refusals.map(({ what }) => what).join('; ')}`,
      {
        code: 'PREFLIGHT',
        source: 'user',
        exit: EXIT.refused,
        host: context.host.name,
        where: context.taskName,
        hint: refusals.map(({ todo }) => todo).join('; '),
      },
    )
  },
}
