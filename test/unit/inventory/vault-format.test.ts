import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { isVault, openVault, sealVault } from '../../../src/inventory/vault-format.ts'

// Made by ansible-vault of ansible-core 2.14.
const fixtures = resolve(import.meta.dirname, '../../fixtures/vault')
const text = (file: string) => readFileSync(join(fixtures, file), 'utf8')
const plain = readFileSync(join(fixtures, 'plain.yml'))
const password = new Secret(text('password'))
const whole = text('whole-1.1.yml')
const made = [
  { file: 'whole-1.1.yml', id: null, password },
  { file: 'whole-1.2.yml', id: 'prod', password: new Secret(text('password-prod')) },
]

/** The inner lines: salt, HMAC, ciphertext, in hex. */
function inner(envelope: string): string[] {
  const [, ...lines] = envelope.trim().split('\n')
  return Buffer.from(lines.join(''), 'hex').toString('ascii').split('\n')
}

function envelopeOf(parts: readonly string[]): string {
  return `$ANSIBLE_VAULT;1.1;AES256\n${Buffer.from(parts.join('\n'), 'ascii').toString('hex')}\n`
}

describe('an envelope that ansible-vault made', () => {
  it.each(made)('$file is opened', ({ file, id, password }) => {
    expect(isVault(text(file))).toBe(true)
    expect(openVault(text(file), password)).toEqual({ t: 'opened', plain, id })
  })

  it.each(made)('$file is made by us byte for byte, from the same salt', ({ file, id, password }) => {
    const [salt = ''] = inner(text(file))
    expect(sealVault(plain, password, id, Buffer.from(salt, 'hex'))).toBe(text(file))
  })

  it('is opened with the ends of lines and the indentation that editors make', () => {
    expect(openVault(whole.replaceAll('\n', '\r\n  '), password)).toMatchObject({ t: 'opened', plain })
  })

  it('is not opened by another password', () => {
    expect(openVault(text('whole-1.2.yml'), password)).toEqual({ t: 'wrong-password', id: 'prod' })
  })

  it.each([0, 1, 2])('is not opened when part %i of it was changed', (index) => {
    const parts = inner(whole)
    const changed = parts.map((part, i) => (i === index ? part.replace(/.$/, (c) => (c === '0' ? '1' : '0')) : part))
    expect(openVault(envelopeOf(parts), password).t).toBe('opened')
    expect(openVault(envelopeOf(changed), password)).toEqual({ t: 'wrong-password', id: null })
  })

  it.each([
    ['', 'its first line is not $ANSIBLE_VAULT;…'],
    ['$ANSIBLE_VAULT;1.0;AES\n3130', 'format 1.0 is not known; 1.1 and 1.2 are'],
    ['$ANSIBLE_VAULT;1.1;AES\n3130', 'cipher AES is not known; AES256 is'],
    ['$ANSIBLE_VAULT;1.1;AES256', 'lines of it are missing or changed'],
    ['$ANSIBLE_VAULT;1.1;AES256\nxyz', 'lines of it are missing or changed'],
    [`$ANSIBLE_VAULT;1.1;AES256\n${'30'.repeat(40)}`, 'lines of it are missing or changed'],
  ])('says what is wrong with %j', (envelope, why) => {
    expect(openVault(envelope, password)).toEqual({ t: 'malformed', why })
  })
})

it.each([0, 1, 15, 16, 17])('%i bytes come back', (length) => {
  const bytes = Buffer.alloc(length, 0x10)
  expect(openVault(sealVault(bytes, password, null), password)).toMatchObject({ t: 'opened', plain: bytes })
})

it('two envelopes of one text differ', () => {
  expect(sealVault(plain, password, null)).not.toBe(sealVault(plain, password, null))
})
