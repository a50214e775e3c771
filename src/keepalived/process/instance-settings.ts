import type { Config, VirtualAddress, VrrpInstance } from '../config/config.ts'
import { ipv4Bytes, ipv6Bytes } from '../vrrp/address.ts'
import type { Settings } from '../vrrp/machine.ts'
import { NO_AUTH, passwordAuth } from '../vrrp/packet.ts'
import type { Expected } from '../vrrp/validation.ts'

/** From the configuration file's words to what the machine, the codec and the kernel need. Pure. */

export interface VipAddress {
  readonly bytes: Uint8Array
  readonly family: 4 | 6
  readonly prefix: number
  readonly dev: string
  readonly label: string | null
  readonly text: string
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
    awaitedTrackers: instance.trackScripts
      .filter(({ name, weight }) => (weight ?? config.scripts.find((one) => one.name === name)?.weight ?? 0) === 0)
      .filter(({ name }) => config.scripts.some((one) => one.name === name))
      .map(({ name }) => name),
    role:
      instance.role === null
        ? null
        : {
            promoteDeadlineMs: instance.role.promoteDeadline * 1000,
            demoteDeadlineMs: instance.role.demoteDeadline * 1000,
          },
  }
}

export function vipsOf(instance: VrrpInstance): VipAddress[] {
  return instance.virtualAddresses.map((address) => vipAddress(address, instance.interface))
}

function vipAddress(vip: VirtualAddress, fallback: string): VipAddress {
  return {
    bytes: vip.family === 4 ? ipv4Bytes(vip.address) : ipv6Bytes(vip.address),
    family: vip.family,
    prefix: vip.prefix,
    dev: vip.dev ?? fallback,
    label: vip.label,
    text: `${vip.address}/${vip.prefix}`,
  }
}

/** What an advert for this instance must look like; AH is not spoken (the parser says so), so it is never equal. */
export function expectedOf(instance: VrrpInstance): Expected {
  const password = instance.version === 2 ? instance.authentication : null
  return {
    version: instance.version,
    auth: password === null ? NO_AUTH : passwordAuth(password.password),
    intervalMs: instance.advertInterval * 1000,
    addresses: vipsOf(instance)
      .filter((vip) => vip.family === 4)
      .map((vip) => vip.bytes),
    unicastPeers: instance.unicastPeers.length === 0 ? null : instance.unicastPeers.map(ipv4Bytes),
  }
}
