import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readDocument } from '../../../src/inventory/document.ts'
import { loadInventory, placeInInventory } from '../../../src/inventory/load.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { PASSWORD_FILE_VARIABLE, PASSWORD_VARIABLE, vaultPasswordFrom } from '../../../src/inventory/vault-password.ts'
import { refusal } from './refusal.ts'

const fixtures = resolve(import.meta.dirname, '../../fixtures/vault')
const fixture = (name: string) => join(fixtures, name)
const env = { [PASSWORD_FILE_VARIABLE]: fixture('password') }
const wrong = { [PASSWORD_VARIABLE]: 'tr0ub4dor' }
const folder = mkdtempSync(join(tmpdir(), 'mmha-vault-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('an inventory with encrypted values', () => {
  it('has the secret of a !vault value, and shows it nowhere', () => {
    const inventory = loadInventory(fixture('values.yml'), { env })
    expect(inventory.replication.password?.reveal()).toBe('s3cret-ü')
    expect(JSON.stringify(inventory)).not.toContain('s3cret')
  })

  it('has places for messages', () => {
    const inventory = loadInventory(fixture('values.yml'), { env })
    expect(placeInInventory(inventory, ['replication'])).toBe(`${fixture('values.yml')}:5:3`)
  })

  it('is opened as a whole, of either format', () => {
    const other = { [PASSWORD_FILE_VARIABLE]: fixture('password-prod') }
    expect(loadInventory(fixture('whole-1.1.yml'), { env }).masters[0].ssh.password?.reveal()).toBe('sesame-åß中文')
    const inventory = loadInventory(fixture('whole-1.2.yml'), { env: other })
    expect(inventory.masters[1].ssh.password?.reveal()).toBe('sesame-åß中文')
    expect(placeInInventory(inventory, ['nic'])).toContain(fixture('whole-1.2.yml'))
  })

  it('takes an encrypted file of a secret', () => {
    copyFileSync(fixture('whole-1.1.yml'), join(folder, 'secret'))
    const file = written(
      'file.yml',
      'vip: 10.0.0.9\nnic: e\nmasters: [10.0.0.1, 10.0.0.2]\nssh: {password: {file: secret}}\n',
    )
    expect(loadInventory(file, { env }).masters[0].ssh.password?.reveal()).toBe('vip: 10.77.0.100/24')
  })

  it.each([
    ['values.yml', 5],
    ['whole-1.1.yml', 1],
  ])('%s and a wrong password: exit 4, with the place', (name, line) => {
    const { message, exit } = refusal(() => loadInventory(fixture(name), { env: wrong }))
    expect(message).toContain(`${fixture(name)}:${line}:`)
    expect(message).toContain('is not opened by the vault password')
    expect(message).not.toContain('tr0ub4dor')
    expect(exit).toBe(4)
  })

  it('and without a password: exit 4, with the place and the ways to give one', () => {
    const { message, exit } = refusal(() => loadInventory(fixture('values.yml'), { env: {} }))
    expect(message).toMatch(
      /values\.yml:5:\d+ replication\.password: it is encrypted: there is no vault password; give --v/,
    )
    expect(exit).toBe(4)
  })

  it('where no secret belongs is refused with its place', () => {
    const file = written('nic.yml', 'vip: 10.0.0.9\nnic: !vault x\nmasters: [10.0.0.1, 10.0.0.2]\n')
    expect(refusal(() => loadInventory(file, { env })).message).toBe(
      `${file}:2:13 nic: expected text, got an encrypted value, which only secrets may be`,
    )
  })

  it('that are no envelope says so, once for both masters', () => {
    const file = written('bad.yml', 'vip: 10.0.0.9\nnic: e\nmasters: [10.0.0.1, 10.0.0.2]\nssh: {password: !vault x}\n')
    expect(refusal(() => loadInventory(file, { env })).message).toBe(
      `${file}:4:24 ssh.password: it is no value of ansible-vault: its first line is not $ANSIBLE_VAULT;…`,
    )
  })
})

describe('any other document', () => {
  it('with an encrypted value is refused: nothing would keep it out of plans', () => {
    const file = written('play.yml', 'a:\n  b: !vault |\n    x\n')
    expect(refusal(() => readDocument(file)).message).toBe(
      `${file}:2:13 YAML syntax: !vault is only for the secrets of an inventory`,
    )
  })

  it('that is encrypted is refused', () => {
    expect(refusal(() => readDocument(fixture('whole-1.1.yml')))).toMatchObject({
      code: 'DOCUMENT_UNREADABLE',
      exit: 4,
    })
  })
})

describe('the vault password', () => {
  const nobody = () => null
  const script = (name: string, body: string) => {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o700 })
    return { [PASSWORD_FILE_VARIABLE]: file }
  }

  it.each([
    ['a file, without white space round it', { [PASSWORD_FILE_VARIABLE]: written('pass', ' pa ss\n') }, 'pa ss'],
    ['what an executable prints', script('ask.sh', 'echo from-a-store'), 'from-a-store'],
    ['the environment', { [PASSWORD_VARIABLE]: 'env' }, 'env'],
    ['the file before the environment', { ...script('b.sh', 'echo file'), [PASSWORD_VARIABLE]: 'env' }, 'file'],
  ])('is %s', (_, variables, expected) => {
    expect(vaultPasswordFrom(variables, nobody)().reveal()).toBe(expected)
  })

  it.each([
    [
      'missing',
      { [PASSWORD_FILE_VARIABLE]: '/nonexistent/pass' },
      'cannot read the vault password file /nonexistent/pass',
    ],
    ['empty', { [PASSWORD_FILE_VARIABLE]: written('empty', '\n') }, 'gives an empty password'],
    ['an executable that fails', script('c.sh', 'echo leaked; exit 3'), 'running it fails: status 3'],
  ])('of a file that is %s: exit 4', (_, variables, expected) => {
    const error = refusal(vaultPasswordFrom({ ...variables, [PASSWORD_VARIABLE]: 'env' }, nobody))
    expect(error.message).toContain(expected)
    expect(error.message).not.toContain('leaked')
    expect(error.exit).toBe(4)
  })

  it.each([
    ['answers', new Secret('typed')],
    ['does not answer', null],
  ])('is asked for once, whoever %s', (_, answer) => {
    let asked = 0
    const password = vaultPasswordFrom({}, () => {
      asked += 1
      return answer
    })
    for (const _time of [1, 2]) {
      if (answer === null) expect(refusal(password).code).toBe('VAULT_PASSWORD')
      else expect(password().reveal()).toBe('typed')
    }
    expect(asked).toBe(1)
  })
})
