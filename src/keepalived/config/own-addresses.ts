import type { VirtualAddress, VrrpInstance } from './config.ts'

/** Every address that moves with an instance, listed in its adverts or not. */
export function ownAddresses({
  virtualAddresses,
  excludedAddresses,
}: Pick<VrrpInstance, 'virtualAddresses' | 'excludedAddresses'>): readonly VirtualAddress[] {
  return [...virtualAddresses, ...excludedAddresses]
}
