import { attribute, FLAG, message } from './netlink-message.ts'
import { AF_INET, AF_INET6, int32 } from './socket.ts'

/** rtnetlink messages about routes, rules and one setting of interfaces. Pure. */

const RTM = { setLink: 19, newRoute: 24, deleteRoute: 25, newRule: 32, deleteRule: 33 } as const
const RTA = { destination: 1, interface: 4, gateway: 5, priority: 6, source: 7, table: 15, expires: 23 } as const
const FRA = { destination: 1, source: 2, incoming: 3, priority: 6, mark: 10, table: 15, protocol: 21 } as const
const IFLA_AF_SPEC = 26
const IFLA_INET_CONF = 1
const IPV4_DEVCONF_PROMOTE_SECONDARIES = 20
/** Who made it (`proto keepalived` of ip): by this we never delete what somebody else has added. */
const RTPROT_KEEPALIVED = 18
const RTN_UNICAST = 1
const RT_SCOPE = { universe: 0, link: 253 } as const
const RTNH_F_ONLINK = 4
const FR_ACT_TO_TABLE = 1
export const MAIN_TABLE = 254

export interface NetworkBytes {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
  readonly prefix: number
}

export interface RouteChange {
  readonly family: 4 | 6
  readonly to: NetworkBytes
  readonly via: Uint8Array | null
  readonly ifindex: number | null
  /** The end of this address ends an IPv4 route. */
  readonly source: Uint8Array | null
  readonly metric: number | null
  readonly table: number
  readonly onlink: boolean
  /** s until the kernel removes an IPv6 route by itself; 0: never. IPv4 routes can't expire. */
  readonly leaseSeconds: number
}

export interface RuleChange {
  readonly family: 4 | 6
  readonly from: NetworkBytes | null
  readonly to: NetworkBytes | null
  readonly iif: string | null
  readonly fwmark: number | null
  readonly table: number
  readonly priority: number
}

/**
 * RTM_NEWROUTE: adds the route, and renews the lease of one over IPv6. Without a lease what is there already stays: it may
 * be somebody else's (EEXIST).
 */
export function addRoute(route: RouteChange, sequence: number): Buffer {
  const renews = route.family === 6 && route.leaseSeconds > 0
  const flags = FLAG.request | FLAG.ack | FLAG.create | (renews ? FLAG.replace : FLAG.exclusive)
  const expires = renews ? [attribute(RTA.expires, int32(route.leaseSeconds))] : []
  return message(RTM.newRoute, flags, sequence, [...routeParts(route), ...expires])
}

/** RTM_DELROUTE. The kernel answers ESRCH when none is there that we made. */
export function deleteRoute(route: RouteChange, sequence: number): Buffer {
  return message(RTM.deleteRoute, FLAG.request | FLAG.ack, sequence, routeParts(route))
}

export function addRule(rule: RuleChange, sequence: number): Buffer {
  return message(RTM.newRule, FLAG.request | FLAG.ack | FLAG.create | FLAG.exclusive, sequence, ruleParts(rule))
}

export function deleteRule(rule: RuleChange, sequence: number): Buffer {
  return message(RTM.deleteRule, FLAG.request | FLAG.ack, sequence, ruleParts(rule))
}

/** RTM_SETLINK: what the sysctl net.ipv4.conf.NIC.promote_secondaries sets, also where /proc/sys is read-only. */
export function promoteSecondaries(ifindex: number, sequence: number): Buffer {
  const link = Buffer.alloc(16)
  link.writeInt32LE(ifindex, 4)
  const setting = attribute(IFLA_INET_CONF, attribute(IPV4_DEVCONF_PROMOTE_SECONDARIES, int32(1)))
  return message(RTM.setLink, FLAG.request | FLAG.ack, sequence, [
    link,
    attribute(IFLA_AF_SPEC, attribute(AF_INET, setting)),
  ])
}

function routeParts({ family, to, via, ifindex, source, metric, table, onlink }: RouteChange): Buffer[] {
  const head = Buffer.alloc(12)
  head.writeUInt8(family === 4 ? AF_INET : AF_INET6, 0)
  head.writeUInt8(to.prefix, 1)
  // Tables above 255 are only in their attribute.
  head.writeUInt8(table < 256 ? table : 0, 4)
  head.writeUInt8(RTPROT_KEEPALIVED, 5)
  head.writeUInt8(family === 4 && via === null ? RT_SCOPE.link : RT_SCOPE.universe, 6)
  head.writeUInt8(RTN_UNICAST, 7)
  head.writeUInt32LE(onlink ? RTNH_F_ONLINK : 0, 8)
  return [
    head,
    ...(to.prefix === 0 ? [] : [attribute(RTA.destination, to.address)]),
    ...(via === null ? [] : [attribute(RTA.gateway, via)]),
    ...(ifindex === null ? [] : [attribute(RTA.interface, int32(ifindex))]),
    ...(source === null ? [] : [attribute(RTA.source, source)]),
    ...(metric === null ? [] : [attribute(RTA.priority, unsigned32(metric))]),
    attribute(RTA.table, unsigned32(table)),
  ]
}

function ruleParts({ family, from, to, iif, fwmark, table, priority }: RuleChange): Buffer[] {
  const head = Buffer.alloc(12)
  head.writeUInt8(family === 4 ? AF_INET : AF_INET6, 0)
  head.writeUInt8(to?.prefix ?? 0, 1)
  head.writeUInt8(from?.prefix ?? 0, 2)
  head.writeUInt8(table < 256 ? table : 0, 4)
  head.writeUInt8(FR_ACT_TO_TABLE, 7)
  return [
    head,
    ...(to === null ? [] : [attribute(FRA.destination, to.address)]),
    ...(from === null ? [] : [attribute(FRA.source, from.address)]),
    ...(iif === null ? [] : [attribute(FRA.incoming, Buffer.from(`${iif}\0`))]),
    ...(fwmark === null ? [] : [attribute(FRA.mark, unsigned32(fwmark))]),
    attribute(FRA.priority, unsigned32(priority)),
    attribute(FRA.table, unsigned32(table)),
    attribute(FRA.protocol, Uint8Array.of(RTPROT_KEEPALIVED)),
  ]
}

function unsigned32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
