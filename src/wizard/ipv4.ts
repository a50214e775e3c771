/** An IPv4 address with the length of its network: `10.77.0.11/24`. */
export interface Ipv4Cidr {
  readonly address: string
  /** 0..32 */
  readonly prefix: number
}

/** The address as a number, 0..2³²−1; null when the text is no dotted quad. Leading zeros are refused: some read them as octal. */
export function parseIpv4(text: string): number | null {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return null
  const octets = text.split('.').map(Number)
  return octets.some((octet) => octet > 255) ? null : octets.reduce((sum, octet) => sum * 256 + octet, 0)
}

/** `a.b.c.d/n` → its parts; null when it isn't that (IPv6 included). */
export function parseCidr(text: string): Ipv4Cidr | null {
  const [address = '', prefix = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return null
  return parseIpv4(address) === null ? null : { address, prefix: Number(prefix) }
}

export function formatCidr(cidr: Ipv4Cidr): string {
  return `${cidr.address}/${cidr.prefix}`
}

/** Both say the same network: same prefix length, same network part. */
export function sameNetwork(a: Ipv4Cidr, b: Ipv4Cidr): boolean {
  return a.prefix === b.prefix && networkOf(a) === networkOf(b)
}

export function contains(network: Ipv4Cidr, address: string): boolean {
  return networkOf(network) === networkOf({ address, prefix: network.prefix })
}

/** First and last address of the network as text: the network address and the broadcast address. */
export function bounds(cidr: Ipv4Cidr): { readonly first: string; readonly last: string } {
  const first = networkOf(cidr)
  return { first: formatIpv4(first), last: formatIpv4(first + 2 ** (32 - cidr.prefix) - 1) }
}

function networkOf(cidr: Ipv4Cidr): number {
  const size = 2 ** (32 - cidr.prefix)
  return Math.floor((parseIpv4(cidr.address) ?? Number.NaN) / size) * size
}

function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
