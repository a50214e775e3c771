import { DNS_TYPES, type DnsType } from '../config/dns-types.ts'

const HEADER = 12
const RECURSION_DESIRED = 0x0100
const RESPONSE = 0x8000
const CLASS_IN = 1

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED']

const word = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff])

/** A question (RFC 1035 4.1). `id`: 0 up to 65535. Labels have 1..63 octets. */
export function encodeQuery(id: number, labels: readonly string[], type: DnsType): Buffer {
  const name = labels.flatMap((label) => [Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)])
  const header = [id, RECURSION_DESIRED, 1, 0, 0, 0].map(word)
  return Buffer.concat([...header, ...name, Buffer.from([0]), word(DNS_TYPES[type]), word(CLASS_IN)])
}

/**
 * What a datagram says to the question of this id, by keepalived's rule: no error is good, with or without records.
 * @returns `null` good, a text the fault, `undefined` no answer to it: go on waiting.
 */
export function judgeAnswer(id: number, bytes: Uint8Array): string | null | undefined {
  if (bytes.length < HEADER) return undefined
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, HEADER)
  const flags = header.readUInt16BE(2)
  if (header.readUInt16BE(0) !== id || (flags & RESPONSE) === 0) return undefined
  const code = flags & 0xf
  return code === 0 ? null : `answer ${RCODES[code] ?? `with error ${code}`}`
}
