import { describe, expect, it } from 'vitest'
import type { HostFacts, ServerFacts } from '../../../src/hosts/host-facts.ts'
import { type Packages, parsePackages, serverChoices } from '../../../src/wizard/server-choice.ts'
import { hostWith } from './facts.ts'

const mysql: ServerFacts = { flavour: 'mysql', version: '8.4.3', running: true, unit: 'mysql' }
const mariadb: ServerFacts = { flavour: 'mariadb', version: '11.8.3-MariaDB', running: false, unit: 'mariadb' }
const none: Packages = { mysql: null, mariadb: null }
const running = (server: ServerFacts | null): HostFacts => ({ ...hostWith('eth0 10.0.0.1/24'), server })

const choices = (a: ServerFacts | null, b: ServerFacts | null, packages: [Packages, Packages] = [none, none]) =>
  serverChoices([running(a), running(b)], packages)

describe('the servers that a pair may run', () => {
  it.each([
    [mysql, mysql, 'mysql'],
    [mysql, null, 'mysql'],
    [null, mariadb, 'mariadb'],
  ])('what is there stays, also when only one host has it', (a, b, preferred) => {
    expect(choices(a, b)).toMatchObject({ kind: 'ask', preferred, choices: [{ value: preferred }] })
  })

  it('two flavours are refused', () => {
    expect(choices(mysql, mariadb)).toMatchObject({
      kind: 'refused',
      problem: {
        en: "the first host has MySQL 8.4.3 (running), the second MariaDB 11.8.3-MariaDB (stopped): they can't replicate to each other",
      },
    })
  })

  it('fresh hosts choose between what both can install', () => {
    const answer = choices(null, null, [
      { mysql: '9.7.4-1', mariadb: '11.8.3-1' },
      { mysql: null, mariadb: '11.8.3-1' },
    ])
    expect(answer).toMatchObject({
      kind: 'ask',
      preferred: 'mariadb',
      choices: [
        {
          value: 'mysql',
          disabled: { en: '(not in the package sources of host 2)', zh: '（第 2 个节点的软件源里没有）' },
        },
        { value: 'mariadb', label: 'MariaDB 11.8.3-1' },
      ],
    })
  })

  it('fresh hosts that can install neither are refused', () => {
    expect(choices(null, null)).toMatchObject({ kind: 'refused' })
  })

  it('lists that were never fetched refuse nothing', () => {
    expect(choices(null, null, ['unknown', none])).toMatchObject({ kind: 'ask', preferred: 'auto' })
  })
})

describe('what apt would install', () => {
  const policy = (name: string, candidate: string) =>
    `${name}:\n  Installed: (none)\n  Candidate: ${candidate}\n  Version table:\n     1:9 500\n`

  it.each([
    ['both', policy('mysql-server', '9.7.4-1') + policy('mariadb-server', '1:11.8.3-1'), '9.7.4-1', '1:11.8.3-1'],
    ['one', policy('mysql-server', '(none)') + policy('mariadb-server', '1:11.8.3-1'), null, '1:11.8.3-1'],
    ['one that apt has never heard of', policy('mariadb-server', '1:11.8.3-1'), null, '1:11.8.3-1'],
    ['neither', '', null, null],
  ])('%s', (_case, stdout, mysql, mariadb) => {
    expect(parsePackages(stdout)).toEqual({ mysql, mariadb })
  })

  it('is unknown while the lists were never fetched', () => {
    expect(parsePackages('unknown\n')).toBe('unknown')
  })
})
