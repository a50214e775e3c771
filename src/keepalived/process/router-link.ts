import type { VrrpInstance } from '../config/config.ts'
import { SyscallError } from '../linux/native.ts'
import { openVrrpSocket, type VrrpSocket, type VrrpSocketOptions } from '../linux/vrrp-socket.ts'
import { addressBytes, addressText, isLinkLocal, sameAddress } from '../vrrp/address.ts'
import type { Datagram } from '../vrrp/datagram.ts'
import type { Expected } from '../vrrp/validation.ts'
import type { Interfaces } from './interfaces.ts'

/** A virtual router's way to the network: its socket, which follows the interface and the source address. */
export class RouterLink {
  readonly #interfaces: Interfaces
  readonly #onPacket: () => void
  #socket: { readonly link: VrrpSocket; readonly ifindex: number; readonly source: Uint8Array } | null = null

  constructor(interfaces: Interfaces, onPacket: () => void) {
    this.#interfaces = interfaces
    this.#onPacket = onPacket
  }

  /** The address that adverts are sent from; null: nothing is open. */
  get source(): Uint8Array | null {
    return this.#socket?.source ?? null
  }

  /** Looks anew: opens, moves or closes the socket. @returns '' or why there is none */
  look(instance: VrrpInstance, expected: Expected): string {
    const reason = this.#look(instance, expected)
    if (reason !== '') this.close()
    return reason
  }

  /** An error that waits on the socket (the network went down) is told by netlink, too. */
  receive(): Datagram | null {
    try {
      return this.#socket?.link.receive() ?? null
    } catch (error) {
      if (error instanceof SyscallError) return null
      throw error
    }
  }

  /** @throws SyscallError */
  send(encode: (source: Uint8Array, destination: Uint8Array) => Buffer): void {
    const socket = this.#socket
    socket?.link.send((destination) => encode(socket.source, destination))
  }

  close(): void {
    this.#socket?.link.close()
    this.#socket = null
  }

  #look(instance: VrrpInstance, expected: Expected): string {
    const name = instance.interface
    const link = this.#interfaces.link(name)
    if (link === undefined) return `there is no interface ${name}`
    if (!link.running && !instance.dontTrackPrimary) return `interface ${name} is down`
    const source = this.#sourceOn(link.ifindex, instance, expected)
    if (source === null) return `interface ${name} has no IPv${expected.family} address to send from`
    const { unicastPeers, group, unicastTtl, ahKey } = expected
    const multicast = unicastPeers === null
    return this.#open({
      interface: name,
      ifindex: link.ifindex,
      virtualRouterId: instance.virtualRouterId,
      source,
      targets: unicastPeers?.map(({ address }) => address) ?? [group],
      multicast,
      ttl: multicast ? 255 : unicastTtl,
      authenticated: ahKey !== null,
    })
  }

  #sourceOn(ifindex: number, instance: VrrpInstance, expected: Expected): Uint8Array | null {
    const wanted = instance.unicastSourceIp ?? instance.mcastSourceIp
    if (wanted !== null) {
      const source = addressBytes(wanted)
      return instance.trackSrcIp && !this.#interfaces.has(source) ? null : source
    }
    const { family, unicastPeers, addresses } = expected
    const own = this.#interfaces
      .addressesOf(ifindex)
      .filter((one) => one.family === family && !one.secondary && one.usable)
      .map(({ address }) => address)
      .filter((address) => !addresses.some((vip) => sameAddress(vip, address)))
    if (family === 4) return own[0] ?? null
    // RFC 9568 asks for a link-local source; routed peers need one that they can answer to.
    const routed = unicastPeers?.some((peer) => !isLinkLocal(peer.address)) === true
    return own.find((address) => isLinkLocal(address) !== routed) ?? null
  }

  #open(options: VrrpSocketOptions): string {
    const open = this.#socket
    const { ifindex, source } = options
    if (open !== null && open.ifindex === ifindex && sameAddress(open.source, source)) return ''
    this.close()
    try {
      this.#socket = { link: openVrrpSocket(options, this.#onPacket), ifindex, source }
      return ''
    } catch (error) {
      if (error instanceof SyscallError) return `VRRP socket from ${addressText(source)}: ${error.message}`
      throw error
    }
  }
}
