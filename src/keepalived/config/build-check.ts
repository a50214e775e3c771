import { isIP } from 'node:net'
import { blocksOf, commandOf, flagAlong, flagOf, isSet, nameOfNode, nodeOf, numberAlong, numberOf } from './access.ts'
import { alertOf, type Building } from './build-global.ts'
import { type Around, connectionOf, detectionTime, timingOf } from './check-timing.ts'
import type { Command, VrrpInstance } from './config.ts'
import type { Place } from './diagnostics.ts'
import { dnsCheck } from './dns-check.ts'
import { fileCheck } from './file-check.ts'
import { httpCheck } from './http-check.ts'
import type { Block, Node } from './interpret.ts'
import { miscCheck } from './misc-check.ts'
import { ownAddresses } from './own-addresses.ts'
import type { Check, RealServer, VirtualServer } from './servers.ts'
import { smtpCheck } from './smtp-check.ts'
import type { TrackFile } from './tracked.ts'
import { udpCheck } from './udp-check.ts'
import { addressFault } from './values.ts'

/** With what checks may name. */
export interface CheckBuilding extends Building {
  readonly trackFiles: readonly TrackFile[]
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
      return httpCheck(opened, { ...timing, ...connectionOf(around) }, [real, virtual], building.report)
    }
    case 'MISC_CHECK':
      return miscCheck(opened, address, timing, building)
    default:
      return []
  }
}

/** The checks of a real server in the file's order. */
function checksOf(real: Block, address: string, virtual: Block, building: CheckBuilding): Check[] {
  return real.nodes.flatMap((node) =>
    node.block === null ? [] : buildCheck({ node, block: node.block }, address, [node.block, real, virtual], building),
  )
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
  const own = node.values[1]
  const address = nameOfNode(node)
  const checks = checksOf(block, address, virtual, building)
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
    port: typeof own === 'number' ? own : port,
    weight: numberAlong([block, virtual], 'weight'),
    notifyUp: scriptOf(block, 'notify_up', address, building),
    notifyDown: scriptOf(block, 'notify_down', address, building),
    smtpAlert: alertOf(block, 'smtp_alert_checker', building.global),
    inhibitOnFailure: flagAlong([block, virtual], 'inhibit_on_failure'),
    checks,
  }
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
): Omit<VirtualServer, 'address' | 'port' | 'realServers'> {
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

/** null when the server has no address of its own (fwmark, group), or a bad one; said. */
export function buildVirtual(
  node: Node,
  block: Block,
  instances: readonly VrrpInstance[],
  building: CheckBuilding,
): VirtualServer | null {
  const { report } = building
  const address = nameOfNode(node)
  if (address === 'fwmark' || address === 'group') {
    report('warning', 'later', node, `virtual_server ${address} is for balancing only, which is not done here; skipped`)
    return null
  }
  const given = node.values[1]
  const port = given === undefined ? 0 : Number(given)
  if (isIP(address) === 0 || !Number.isInteger(port) || port < 0 || port > 65535) {
    const said = isIP(address) === 0 ? addressFault(address) : `${String(given)} is no port`
    report('error', 'value-bad', node, `${said}; the virtual_server is skipped`, 'write virtual_server ADDRESS PORT')
    return null
  }
  const holder = instances.find((instance) => ownAddresses(instance).some((vip) => vip.address === address))
  if (holder === undefined) {
    const said = `${address} is no virtual_ipaddress of an instance: its real servers move nothing, only their scripts run`
    report('warning', 'conflict', node, said)
  }
  const realServers = blocksOf(block, 'real_server').map((opened) =>
    realServer(opened.node, opened.block, block, port, building),
  )
  if (realServers.length === 0)
    report('warning', 'value-missing', node, `virtual_server ${address} has no real_server, no check is run`)
  const check = realServers.flatMap((server) => server.checks).find(({ type }) => type !== 'FILE_CHECK')
  if (holder !== undefined && check !== undefined) {
    const { refused, silent } = detectionTime(check)
    const hung = silent === Number.POSITIVE_INFINITY ? 'never' : `after ${silent} s`
    const said = `a dead server is seen after ${refused} s at most, a hanging one ${hung}; then ${holder.name} gives ${address} away`
    report('note', 'accepted', node, said, 'mysql_server sees its death at once')
  }
  return { address, port, realServers, ...quorumOf(node, block, `${address} ${port}`, realServers, building) }
}
