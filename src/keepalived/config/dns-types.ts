/** Types of records that DNS_CHECK may ask for, with their numbers (RFC 1035, 3596, 4034). */
export const DNS_TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, MX: 15, TXT: 16, AAAA: 28, RRSIG: 46, DNSKEY: 48 } as const

export type DnsType = keyof typeof DNS_TYPES
