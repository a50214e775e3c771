import { blocksOf, commandOf, flagAlong, flagOf, isSet, nameOfNode, nodeOf, numberAlong, numberOf } from './access.ts'
import { alertOf, type Building } from './build-global.ts'
import { type Around, connectionOf, detectionTime, timingOf } from './check-timing.ts'
import type { Command, VrrpInstance } from './config.ts'
import type { Place } from './diagnostics.ts'
import { dnsCheck } from './dns-check.ts'
import { fileCheck } from './file-check.ts'
import { httpCheck, type TlsIdentity } from './http-check.ts'
import type { Block, Node } from './interpret.ts'
import { miscCheck } from './misc-check.ts'
import { isServedBy, type Served, servedOf } from './served.ts'
import type { Check, RealServer, VirtualServer } from './servers.ts'
import { smtpCheck } from './smtp-check.ts'
import type { TrackFile } from './tracked.ts'
import { udpCheck } from './udp-check.ts'

/** With what checks may name. */
export interface CheckBuilding extends Building {
  readonly trackFiles: readonly TrackFile[]
  /** What SSL_GET shows. */
  readonly identity: TlsIdentity | null
}

type Opened = { readonly node: Node; readonly block: Block }

/** [] when the block says too little to run, which is said. */
function buildCheck(opened: Opened, address: string, around: Around, building: CheckBuilding): Check[] {
  const timing = timingOf(around, building.global)
  switch (opened.node.keyword.name) {
    case 'TCP_CHECK':
      return [{ type: 'TCP_CHECK', ...timing, ...connectionOf(around) }]
    case 'DNS_CHECK':
      return [dnsCheck(around, { ...timing, ...connectionOf(around) }, building.report)]
    case 'FILE_CHECK':
      return fileCheck(opened, address, building.trackFiles, building.report)
    case 'SMTP_CHECK':
      return [smtpCheck(around, { ...timing, ...connectionOf(around) })]
    case 'UDP_CHECK':
      return [udpCheck(around, { ...timing, ...connectionOf(around) }, building.report)]
    case 'PING_CHECK':
      return [{ type: 'PING_CHECK', ...timing, ...connectionOf(around) }]
    case 'HTTP_GET':
    case 'SSL_GET': {
      const [, real, virtual] = around
      return httpCheck(
        opened,
        { ...timing, ...connectionOf(around) },
        [real, virtual],
        building.identity,
        building.report,
      )
    }
    case 'MISC_CHECK':
      return miscCheck(opened, address, timing, building)
    default:
      return []
  }
}

/** Does a check know the port that it connects to, or need none? */
function hasPort(check: Check, port: number): boolean {
  if (check.type === 'SMTP_CHECK') return check.hosts.every(({ connectPort }) => (connectPort ?? port) > 0)
  return check.type === 'PING_CHECK' || !('connectPort' in check) || (check.connectPort ?? port) > 0
}

/** The checks of a real server in the file's order. */
function checksOf(real: Block, address: string, port: number, virtual: Block, building: CheckBuilding): Check[] {
  return real.nodes.flatMap((node) => {
    if (node.block === null) return []
    const checks = buildCheck({ node, block: node.block }, address, [node.block, real, virtual], building)
    if (checks.every((check) => hasPort(check, port))) return checks
    const said = `${node.keyword.name}: real_server ${address} has no port to connect to, it is not run`
    building.report('error', 'value-missing', node, said, 'connect_port PORT')
    return []
  })
}

/** A script of a block, noted for the checks against the host. */
function scriptOf(block: Block, name: string, owner: string, { scripts }: Building): Command | null {
  const command = commandOf(block, name)
  const at: Place | null = nodeOf(block, name)
  if (command !== null && at !== null) {
    scripts.push({ role: `${name} of ${owner}`, command, file: at.file, line: at.line, column: at.column })
  }
  return command
}

function realServer(node: Node, block: Block, virtual: Block, port: number, building: CheckBuilding): RealServer {
  const given = node.values[1]
  const ownPort = typeof given === 'number' ? given : port
  const address = nameOfNode(node)
  const checks = checksOf(block, address, ownPort, virtual, building)
  if (checks.length === 0) {
    building.report(
      'warning',
      'value-missing',
      node,
      `real_server ${address} has no check that is run: it always counts as up`,
    )
  }
  return {
    address,
    port: ownPort,
    weight: numberAlong([block, virtual], 'weight'),
    notifyUp: scriptOf(block, 'notify_up', address, building),
    notifyDown: scriptOf(block, 'notify_down', address, building),
    smtpAlert: alertOf(block, 'smtp_alert_checker', building.global),
    inhibitOnFailure: flagAlong([block, virtual], 'inhibit_on_failure'),
    checks,
  }
}

/** A server that stands twice in its virtual server counts once, as in keepalived. */
function withoutTwins(
  all: readonly { readonly node: Node; readonly server: RealServer }[],
  report: Building['report'],
): RealServer[] {
  const keyOf = ({ address, port }: RealServer) => `${address} ${port}`
  return all.flatMap(({ node, server }, index) => {
    if (all.findIndex((one) => keyOf(one.server) === keyOf(server)) === index) return [server]
    report('error', 'duplicate', node, `real_server ${keyOf(server)} stands here twice, this one is skipped`)
    return []
  })
}

/** Mail on quorum: not by default, as keepalived. */
function quorumAlert(block: Block, { global }: Building): boolean {
  const told = [block, global].some((one) => isSet(one, 'smtp_alert')) || isSet(global, 'smtp_alert_checker')
  return told && alertOf(block, 'smtp_alert_checker', global)
}

function quorumOf(
  node: Node,
  block: Block,
  name: string,
  realServers: readonly RealServer[],
  building: Building,
): Omit<VirtualServer, keyof Served | 'realServers'> {
  const quorum = numberOf(block, 'quorum')
  const given = numberOf(block, 'hysteresis')
  const total = realServers.reduce((sum, { weight }) => sum + Math.max(0, weight), 0)
  const at = nodeOf(block, 'quorum') ?? node
  if (given >= quorum && isSet(block, 'hysteresis')) {
    const said = `hysteresis ${given} is not below the quorum of ${quorum}, ${quorum - 1} is used`
    building.report('warning', 'value-bad', nodeOf(block, 'hysteresis') ?? node, said, 'a smaller hysteresis')
  }
  const hysteresis = Math.min(given, quorum - 1)
  if (quorum + hysteresis > total && isSet(block, 'quorum') && realServers.length > 0) {
    const said = `the real servers weigh ${total} together, a quorum of ${quorum + hysteresis} is never reached`
    building.report('warning', 'conflict', at, said, 'a smaller quorum, or larger weights')
  }
  return {
    quorum,
    quorumIsSet: isSet(block, 'quorum'),
    hysteresis,
    quorumUp: scriptOf(block, 'quorum_up', name, building),
    quorumDown: scriptOf(block, 'quorum_down', name, building),
    smtpAlert: quorumAlert(block, building),
    initNotifies: isSet(building.global, 'rs_init_notifies'),
    omega: flagOf(block, 'omega'),
    sorryServer: isSet(block, 'sorry_server'),
  }
}

/** The only address; the label where there are several. */
function whose({ addresses: [range, ...more], label }: Served): string {
  return range === undefined || more.length > 0 || range.first !== range.last ? label : range.first
}

function notOurs(served: Served): string {
  const whole = whose(served)
  if (served.addresses.length === 0) return `${whole} has no address`
  const none = `no address of ${whole} is a`
  return `${whole === served.label ? none : `${whole} is no`} virtual_ipaddress of an instance`
}

/** null when what it stands for can't be read, which is said. */
export function buildVirtual(
  node: Node,
  block: Block,
  instances: readonly VrrpInstance[],
  top: Block,
  building: CheckBuilding,
): VirtualServer | null {
  const { report } = building
  const served = servedOf(node, block, top, report)
  if (served === null) return null
  const { label, port } = served
  const holders = instances.filter((instance) => isServedBy(served, instance))
  if (holders.length === 0) {
    report('warning', 'conflict', node, `${notOurs(served)}: its real servers move nothing, only their scripts run`)
  }
  const realServers = withoutTwins(
    blocksOf(block, 'real_server').map((opened) => ({
      node: opened.node,
      server: realServer(opened.node, opened.block, block, port, building),
    })),
    report,
  )
  if (realServers.length === 0)
    report('warning', 'value-missing', node, `virtual_server ${label} has no real_server, no check is run`)
  const check = realServers.flatMap((server) => server.checks).find(({ type }) => type !== 'FILE_CHECK')
  if (holders.length > 0 && check !== undefined) {
    const { refused, silent } = detectionTime(check)
    const hung = silent === Number.POSITIVE_INFINITY ? 'never' : `after ${silent} s`
    const names = holders.map(({ name }) => name)
    const gives = `${names.join(', ')} ${names.length > 1 ? 'give' : 'gives'} ${whose(served)} away`
    const said = `a dead server is seen after ${refused} s at most, a hanging one ${hung}; then ${gives}`
    report('note', 'accepted', node, said, 'mysql_server sees its death at once')
  }
  return { ...served, realServers, ...quorumOf(node, block, label, realServers, building) }
}
