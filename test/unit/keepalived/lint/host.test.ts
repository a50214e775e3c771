import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { type Host, lintOnHost, thisHost } from '../../../../src/keepalived/lint/host.ts'
import { fileFault } from '../../../../src/keepalived/lint/named-files.ts'
import { shebangFault, syntaxFault, unreachableFor } from '../../../../src/keepalived/lint/script-file.ts'
import { sample } from './sample.ts'

const directory = mkdtempSync(join(tmpdir(), 'mmha-lint-'))
chmodSync(directory, 0o755)
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function script(name: string, text: string, mode = 0o755): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const HOST: Host = {
  interfaces: new Set(['lo', 'eth0']),
  addressesOf: (nic) => (nic === 'eth0' ? [{ address: '10.0.0.3', prefix: 24, family: 4 }] : []),
  user: (name) =>
    name === 'root' ? { name, uid: 0, gids: [0] } : name === 'dba' ? { name, uid: 4711, gids: [4711] } : null,
  fileFault,
}

const on = (host: Host, text: string) => lintOnHost(parseConfig(text, join(directory, 'k.conf')), host)
const codes = (text: string) => on(HOST, text).map(({ code }) => code)

describe('what the host does not have', () => {
  it('nothing is missing', () => {
    expect(on(HOST, sample())).toEqual([])
  })

  it('an interface, and which there are', () => {
    expect(on(HOST, sample({ nic: 'ens33' }))).toMatchObject([
      {
        code: 'interface-missing',
        severity: 'error',
        line: 12,
        message: 'VI_1: this host has no interface ens33',
        fix: 'one of eth0',
      },
    ])
    expect(on({ ...HOST, interfaces: null }, sample({ nic: 'ens33' }))).toEqual([])
  })

  it.each([
    ['in the network', '10.0.0.100', []],
    ['in another one', '10.9.0.100', ['vip-off-subnet']],
    ['in another one, with a prefix of its own', '10.9.0.100/24', []],
    ['on loopback', '10.9.0.100 dev lo', []],
    ['on an interface that has no address yet', '10.9.0.100 dev eth1', []],
    ['held already', '10.0.0.3', []],
  ])('an address %s', (_what, vips, expected) => {
    expect(codes(sample({ vips }))).toEqual(expected)
  })

  it('files that it reads when they are needed', () => {
    const open = script('password', 'secret', 0o644)
    const good = script('token', 'secret', 0o600)
    const gone = join(directory, 'gone.pem')
    const global = `global_defs {\n smtp_auth dba ${open}\n webhook_header X-Key ${good}\n smtp_tls_ca ${gone}\n}\n`
    const found = on(HOST, `${global}SSL {\n key ${directory}/none.pem\n}\n${sample()}`)
    expect(found.map(({ line, message, fix }) => [line, message, fix])).toEqual([
      [2, `smtp_auth: ${open} is open to others than root`, `chmod 600 ${open}`],
      [4, `smtp_tls_ca: ${gone} is not there`, 'create it, or correct the path'],
      [7, `key: ${directory}/none.pem is not there`, 'create it, or correct the path'],
    ])
    expect(found.every(({ code, severity }) => code === 'file-unusable' && severity === 'warning')).toBe(true)
  })

  it('users', () => {
    const plain = sample().replace('script_user root', '')
    expect(codes(sample().replace('script_user root', 'script_user nobody-here'))).toEqual(['script-user'])
    expect(codes(plain)).toEqual(['script-user'])
    expect(codes(plain.replace('enable_script_security', ''))).toEqual([])
    expect(codes(sample({ script: 'script /bin/true\nuser nobody-here' }))).toEqual(['script-user'])
    expect(codes(sample({ script: 'script /bin/true\nuser dba' }))).toEqual([])
  })

  it('a shell that understands the script', () => {
    const broken = script('broken.sh', '#!/bin/sh\nif true; do\n')
    const [finding, ...more] = on(HOST, sample({ script: `script ${broken}` }))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'script-syntax', line: 7, fix: `correct it, then: sh -n ${broken}` })
  })

  it('is what this host says of itself', () => {
    const host = thisHost()
    expect(host.interfaces?.has('lo')).toBe(true)
    expect(host.user('root')).toMatchObject({ uid: 0 })
    expect(host.user('-u')).toBeNull()
    expect(host.user('nobody-has-this-name')).toBeNull()
  })
})

describe('the file of a script', () => {
  it.each([
    ['no.sh', 'exit 0\n', 'no #! line'],
    ['dos.sh', '#!/bin/sh\r\nexit 0\r\n', 'as on Windows'],
    ['lost.sh', '#!/opt/none/bash\nexit 0\n', '/opt/none/bash is not there'],
  ])('%s can not be started', (name, text, said) => {
    expect(shebangFault(script(name, text))?.said).toContain(said)
  })

  it.each([
    ['sh.sh', '#!/bin/sh\nexit 0\n'],
    ['space.sh', '#! /bin/sh -e\nexit 0\n'],
    ['env.sh', '#!/usr/bin/env sh\nexit 0\n'],
  ])('%s can be started', (name, text) => {
    expect(shebangFault(script(name, text))).toBeNull()
    expect(syntaxFault(script(name, text))).toBeNull()
  })

  it('a program has no first line', () => {
    expect(shebangFault(process.execPath)).toBeNull()
    expect(syntaxFault(process.execPath)).toBeNull()
  })

  it('is read by its own shell', () => {
    const array = '\na=(1 2)\necho $a\n'
    expect(syntaxFault(script('bash.sh', `#!/bin/bash${array}`))).toBeNull()
    expect(syntaxFault(script('open.sh', '#!/usr/bin/env bash\nif true; then\n'))?.said).toContain('bash -n')
    expect(syntaxFault(script('check.py', '#!/usr/bin/python3\nif True:\n  pass\n'))).toBeNull()
  })

  it('is not run while it is read', () => {
    const proof = join(directory, 'proof')
    expect(syntaxFault(script('writes.sh', `#!/bin/sh\n: >${proof}\n`))).toBeNull()
    expect(() => chmodSync(proof, 0o600)).toThrow('ENOENT')
  })

  it('is out of reach for a user who may not enter a directory, or not read it', () => {
    const dba = { name: 'dba', uid: 4711, gids: [4711] }
    const closed = join(directory, 'closed')
    mkdirSync(closed)
    const inside = script('closed/x.sh', '#!/bin/sh\n')
    chmodSync(closed, 0o700)
    expect(unreachableFor(inside, dba)).toMatchObject({ said: `user dba may not enter ${closed}` })
    chmodSync(closed, 0o755)
    expect(unreachableFor(inside, dba)).toBeNull()
    chmodSync(inside, 0o700)
    expect(unreachableFor(inside, dba)?.said).toContain('may not read and run')
    expect(unreachableFor(inside, { name: 'root', uid: 0, gids: [0] })).toBeNull()
  })
})
