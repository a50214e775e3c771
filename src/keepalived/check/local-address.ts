import { networkInterfaces } from 'node:os'

/** Is this one of this host's addresses, now? Loopback (127/8, ::1) always is. */
export function isLocalAddress(address: string, interfaces = networkInterfaces()): boolean {
  if (address.startsWith('127.') || address === '::1') return true
  return Object.values(interfaces).some((list) => list?.some((entry) => entry.address === address) ?? false)
}
