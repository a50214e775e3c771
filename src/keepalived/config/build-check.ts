import { isIP } from 'node:net'
import { blocksOf, commandOf, flagAlong, nameOfNode, nodeOf, numberAlong, numberOf, textOf } from './access.ts'
import { alertOf, type Building } from './build-global.ts'
import type { Check, RealServer, TcpCheck, VirtualServer, VrrpInstance } from './config.ts'
import { httpCheck } from './http-check.ts'
import type { Block, Node } from './interpret.ts'
import { ownAddresses } from './own-addresses.ts'
import { addressFault } from './values.ts'

/** What checks that connect have in common. */
function connection(check: Block, real: Block, virtual: Block): Omit<TcpCheck, 'type'> {
  const along: readonly [Block, ...Block[]] = [check, real, virtual]
  const port = nodeOf(check, 'connect_port')
  return {
    connectIp: textOf(check, 'connect_ip'),
    connectPort: port === null ? null : numberOf(check, 'connect_port'),
    bindto: textOf(check, 'bindto'),
    connectTimeout: numberAlong(along, 'connect_timeout'),
    retry: numberAlong(along, 'retry'),
    delayBeforeRetry: numberAlong(along, 'delay_before_retry'),
  }
}

function realServer(node: Node, block: Block, virtual: Block, port: number, building: Building): RealServer {
  const own = node.values[1]
  const address = nameOfNode(node)
  const tcp = blocksOf(block, 'TCP_CHECK').map(
    (opened): Check => ({ type: 'TCP_CHECK', ...connection(opened.block, block, virtual) }),
  )
  const http = [...blocksOf(block, 'HTTP_GET'), ...blocksOf(block, 'SSL_GET')].flatMap((opened) =>
    httpCheck(opened, connection(opened.block, block, virtual), [block, virtual], building.report),
  )
  const checks = [...tcp, ...http]
  const script = (name: string) => {
    const command = commandOf(block, name)
    const at = nodeOf(block, name)
    if (command !== null && at !== null) {
      building.scripts.push({ role: `${name} of ${address}`, command, file: at.file, line: at.line, column: at.column })
    }
    return command
  }
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
    weight: numberOf(block, 'weight'),
    notifyUp: script('notify_up'),
    notifyDown: script('notify_down'),
    smtpAlert: alertOf(block, 'smtp_alert_checker', building.global),
    alpha: flagAlong([block, virtual], 'alpha'),
    checks,
  }
}

/** How long a server that no longer answers may count as up, s: for refusals at once, and for silence. */
export function detectionTime(delayLoop: number, check: Check): { readonly refused: number; readonly silent: number } {
  const refused = delayLoop + check.retry * check.delayBeforeRetry
  // A page may take its time for the connection, and again for the answer.
  const waits = check.type === 'TCP_CHECK' ? 1 : 2 * check.urls.length
  return { refused, silent: refused + (check.retry + 1) * waits * check.connectTimeout }
}

/** null when the server has no address of its own (fwmark, group), or a bad one; said. */
export function buildVirtual(
  node: Node,
  block: Block,
  instances: readonly VrrpInstance[],
  building: Building,
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
  const delayLoop = numberOf(block, 'delay_loop')
  const check = realServers.find((server) => server.checks.length > 0)?.checks[0]
  if (holder !== undefined && check !== undefined) {
    const { refused, silent } = detectionTime(delayLoop, check)
    const said = `a dead server is seen after ${refused} s at most, a hanging one after ${silent} s; then ${holder.name} gives ${address} away`
    report('note', 'accepted', node, said, 'mysql_server sees its death at once')
  }
  return { address, port, delayLoop, realServers }
}
