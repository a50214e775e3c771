import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hostKeyAlgorithms, judgeKey, parseKnownHosts } from '../../../src/hosts/known-hosts.ts'

/** A key in wire format: its type, then bytes that differ. */
function key(type: string, n: number): Buffer {
  const name = Buffer.from(type)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(name.length)
  return Buffer.concat([length, name, Buffer.alloc(32, n)])
}

const A = key('ssh-ed25519', 1)
const B = key('ssh-ed25519', 2)
const E = key('ecdsa-sha2-nistp256', 3)
const line = (hosts: string, k: Buffer) =>
  `${hosts} ${k.subarray(4, 4 + k.readUInt32BE(0)).toString()} ${k.toString('base64')} comment\n`
const hashed = (name: string) => `|1|c2FsdA==|${createHmac('sha1', 'salt').update(name).digest('base64')}`

describe('known_hosts', () => {
  it.each<[string, string, string, number, Buffer, string]>([
    ['the key of the host', line('db1', A), 'db1', 22, A, 'known'],
    ['one of several names', line('db1,10.0.0.1', A), '10.0.0.1', 22, A, 'known'],
    ['names ignore case', line('DB1', A), 'db1', 22, A, 'known'],
    ['nothing about the host', line('db2', A), 'db1', 22, A, 'unknown'],
    ['another key of the same type', line('db1', A), 'db1', 22, B, 'changed'],
    ['another type only', line('db1', A), 'db1', 22, E, 'unknown'],
    ['two keys, the second fits', line('db1', A) + line('db1', B), 'db1', 22, B, 'known'],
    ['[host]:port', line('[db1]:2222', A), 'db1', 2222, A, 'known'],
    ['a key of port 22 counts on another port', line('db1', A), 'db1', 2222, A, 'known'],
    ['a different key of port 22 says nothing about another port', line('db1', A), 'db1', 2222, B, 'unknown'],
    ['a key of another port says nothing about port 22', line('[db1]:2222', A), 'db1', 22, A, 'unknown'],
    ['hashed', line(hashed('db1'), A), 'db1', 22, A, 'known'],
    ['hashed with port', line(hashed('[db1]:2222'), A), 'db1', 2222, A, 'known'],
    [
      'hashed, second salt and type (only the second line fits)',
      line(hashed('db1'), E) + line(hashed('db1'), A),
      'db1',
      22,
      A,
      'known',
    ],
    ['hashed, another host', line(hashed('db2'), A), 'db1', 22, A, 'unknown'],
    ['wildcard', line('*.example.com', A), 'db1.example.com', 22, A, 'known'],
    ['wildcard with a hole', line('*.example.com,!db1.example.com', A), 'db1.example.com', 22, A, 'unknown'],
    ['a dot is a dot', line('db1.example', A), 'db1xexample', 22, A, 'unknown'],
    ['revoked for all', `${line('db1', A)}@revoked ${line('*', A)}`, 'db1', 22, A, 'revoked'],
    ['a certificate authority is not a key of the host', `@cert-authority ${line('*', A)}`, 'db1', 22, A, 'unknown'],
    [
      'comments, blank and broken lines',
      `# ${line('db1', B)}\n\ngarbage\n@what ${line('db1', B)}${line('db1', A)}`,
      'db1',
      22,
      A,
      'known',
    ],
  ])('%s', (_, text, host, port, shown, verdict) => {
    expect(judgeKey(parseKnownHosts(text), host, port, shown)).toBe(verdict)
  })

  it('asks first for the types that it holds', () => {
    expect(hostKeyAlgorithms(parseKnownHosts(line('db1', E)), 'db1', 22)[0]).toBe('ecdsa-sha2-nistp256')
    expect(hostKeyAlgorithms(parseKnownHosts(line('db1', key('ssh-rsa', 1))), 'db1', 22).slice(0, 2)).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
    ])
    expect(hostKeyAlgorithms([], 'db1', 22)[0]).toBe('ssh-ed25519')
  })
})
