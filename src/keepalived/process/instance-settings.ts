import type { Config, VirtualAddress, VrrpInstance } from '../config/config.ts'
import { ownAddresses } from '../config/own-addresses.ts'
import type { VirtualRoute, VirtualRule } from '../config/routes.ts'
import { fileTracker, processTracker } from '../track/tracker-name.ts'
import { addressBytes } from '../vrrp/address.ts'
import { AH_AUTH, NO_AUTH, passwordAuth, passwordBytes } from '../vrrp/packet.ts'
import type { Settings } from '../vrrp/state.ts'
import type { Expected, UnicastPeer } from '../vrrp/validation.ts'

/** From the configuration file's words to what the machine, the codec and the kernel need. Pure. */

export interface VipAddress {
  readonly bytes: Uint8Array
  readonly family: 4 | 6
  readonly prefix: number
  readonly dev: string
  readonly label: string | null
  readonly text: string
  /** Its loss is noticed. */
  readonly tracked: boolean
  /** s; null: as long as it is there. */
  readonly preferredSeconds: number | null
}

/** What comes and goes with mastership. */
export interface Moving {
  readonly vips: readonly VipAddress[]
  readonly routes: readonly VirtualRoute[]
  readonly rules: readonly VirtualRule[]
  readonly promoteSecondaries: boolean
}

export function settingsOf(config: Config, instance: VrrpInstance): Settings {
  return {
    name: instance.name,
    version: instance.version,
    priority: instance.priority,
    advertMs: instance.advertInterval * 1000,
    nopreempt: instance.nopreempt,
    preemptDelayMs: instance.preemptDelay * 1000,
    leaseMs: Math.ceil(instance.vipLease) * 1000,
    garpDelayMs: instance.garpMasterDelay * 1000,
    garpRefreshMs: instance.garpMasterRefresh * 1000,
    garpLowerDelayMs: instance.announcement.lowerPrioDelay * 1000,
    awaitedTrackers: awaited(instance),
    grouped: config.syncGroups.some(({ instances: all }) => all.length > 1 && all.includes(instance.name)),
    higherPrioSendAdvert: instance.election.higherPrioSendAdvert,
    lowerPrioNoAdvert: instance.election.lowerPrioNoAdvert,
    downTimerAdverts: instance.election.downTimerAdverts,
    ownerIgnoreAdverts: instance.election.ownerIgnoreAdverts,
    notifyPriorityChanges: instance.election.notifyPriorityChanges,
    tellsLower: instance.notify.lower !== null || isAnnounced(config),
    role:
      instance.role === null
        ? null
        : {
            promoteDeadlineMs: instance.role.promoteDeadline * 1000,
            demoteDeadlineMs: instance.role.demoteDeadline * 1000,
          },
  }
}

/** Do FIFOs or a webhook hear of instances? */
function isAnnounced({ global: { notification } }: Config): boolean {
  const { fifos, webhook } = notification
  return fifos.all !== null || fifos.vrrp !== null || webhook !== null
}

/** Names of the trackers that can cause FAULT, as the check worker tells of them. Interfaces are looked at at once. */
function awaited({ trackScripts, trackProcesses, trackFiles }: VrrpInstance): string[] {
  const all = [...trackScripts, ...trackProcesses.map(processTracker), ...trackFiles.map(fileTracker)]
  return all.filter(({ weight }) => weight === 0).map(({ name }) => name)
}

/** All the addresses, those first that adverts list. */
export function vipsOf(instance: VrrpInstance): VipAddress[] {
  return ownAddresses(instance).map((address) => vipAddress(address, instance.interface))
}

export function movingOf(instance: VrrpInstance): Moving {
  const { virtualRoutes: routes, virtualRules: rules, promoteSecondaries } = instance
  return { vips: vipsOf(instance), routes, rules, promoteSecondaries }
}

function vipAddress(vip: VirtualAddress, fallback: string): VipAddress {
  // keepalived's default: a /128 is never chosen as a source.
  const preferred = vip.preferred ?? (vip.family === 6 && vip.prefix === 128 ? 0 : 'forever')
  return {
    bytes: addressBytes(vip.address),
    family: vip.family,
    prefix: vip.prefix,
    dev: vip.dev ?? fallback,
    label: vip.label,
    text: `${vip.address}/${vip.prefix}`,
    tracked: vip.noTrack !== true,
    preferredSeconds: preferred === 'forever' ? null : preferred,
  }
}

/** What an advert for this instance must look like. */
export function expectedOf(instance: VrrpInstance): Expected {
  const { wire, version, unicastPeers } = instance
  const { family, signature } = wire
  const authentication = version === 2 ? instance.authentication : null
  const isAh = authentication?.type === 'AH'
  return {
    family,
    version,
    auth: authentication === null ? NO_AUTH : isAh ? AH_AUTH : passwordAuth(authentication.password),
    ahKey: isAh ? passwordBytes(authentication.password) : null,
    signature:
      signature === null
        ? null
        : {
            keys: new Map(signature.keys.map(({ id, hex }) => [id, Buffer.from(hex, 'hex')])),
            activeKey: signature.activeKey,
            mode: signature.mode,
            windowSeconds: signature.window,
          },
    intervalMs: instance.advertInterval * 1000,
    addresses: instance.virtualAddresses.map(({ address }) => addressBytes(address)),
    group: addressBytes(wire.group),
    unicastPeers: unicastPeers.length === 0 ? null : unicastPeers.map((peer) => unicastPeer(peer, wire)),
    unicastTtl: wire.unicastTtl,
    checkUnicastSource: wire.checkUnicastSource,
    checksum: wire.messageChecksum ? 'message' : 'pseudo',
    oldUnicastChecksum: wire.oldUnicastChecksum,
  }
}

function unicastPeer(peer: string, { ttlRanges }: VrrpInstance['wire']): UnicastPeer {
  const { min, max } = ttlRanges[peer] ?? { min: 0, max: 255 }
  return { address: addressBytes(peer), minTtl: min, maxTtl: max }
}
