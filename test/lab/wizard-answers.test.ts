import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadInventory } from '../../src/inventory/load.ts'
import { KEY_FILE, type SshPair, upSshPair } from './wizard/namespaces.ts'

const MMHA = resolve(import.meta.dirname, '../../bin/mmha')

let pair: SshPair
let cwd: string
let runs = 0

beforeAll(async () => {
  pair = await upSshPair(`answers-${process.pid}`)
})

afterAll(() => pair?.down())

beforeEach(() => {
  runs += 1
  cwd = join(pair.folder, `run-${runs}`)
  mkdirSync(cwd)
})

function answers(change: Readonly<Record<string, unknown>> = {}, fingerprints = pair.hosts.map((h) => h.fingerprint)) {
  const [first, second] = pair.hosts
  return {
    masters: [
      { host: first.address, key: join(pair.folder, KEY_FILE), fingerprint: fingerprints[0] },
      { host: second.address, fingerprint: fingerprints[1] },
    ],
    vip: '10.91.7.100',
    ...change,
  }
}

/** Runs `mmha init --answers` with no terminal and an empty home. */
function replay(document: object, ...args: readonly string[]) {
  writeFileSync(join(cwd, 'answers.yml'), stringify(document))
  const argv = ['netns', 'exec', pair.controller, '/usr/bin/env', `HOME=${cwd}`]
  const command = [...argv, MMHA, 'init', '--answers', 'answers.yml', ...args]
  const { status, stdout, stderr } = spawnSync('ip', command, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { status, stdout, stderr }
}

describe('mmha init --answers', () => {
  it('writes the inventory, its schema and the accepted host keys, without a terminal', () => {
    expect(replay(answers(), '-o', 'pair.yml', '--schema', 'pair.schema.json')).toMatchObject({
      status: 0,
      stdout: 'wrote pair.yml\n',
    })
    expect(loadInventory(join(cwd, 'pair.yml'))).toMatchObject({
      name: 'pair',
      vip: { address: '10.91.7.100', prefix: 24 },
      masters: [
        { name: 'db1', address: '10.91.7.11', nic: 'front0' },
        { name: 'db2', address: '10.91.7.12', nic: 'front0' },
      ],
    })
    expect(readFileSync(join(cwd, 'pair.yml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=pair\.schema\.json\n/,
    )
    expect(JSON.parse(readFileSync(join(cwd, 'pair.schema.json'), 'utf8'))).toMatchObject({ title: 'mmha inventory' })
    expect(readFileSync(join(cwd, '.ssh/known_hosts'), 'utf8')).toBe(pair.hosts.map((h) => h.knownHostsLine).join(''))
  })

  it.each([
    ['an address in use', { vip: '10.91.7.1' }, /answers\.yml:\d+:6.*|vip: 10\.91\.7\.1 is in use/],
    ['an address outside', { vip: '10.92.0.1' }, /vip: 10\.92\.0\.1 is outside the subnet/],
    ['an interface that is not shared', { nic: 'eth9' }, /nic: "eth9" can't be chosen: choose one of: front0, back0/],
  ])('%s: exit 4, and nothing is written', (_case, change, message) => {
    const { status, stderr } = replay(answers(change), '-o', 'pair.yml')
    expect(stderr).toMatch(message)
    expect(status).toBe(4)
    expect(existsSync(join(cwd, 'pair.yml')) || existsSync(join(cwd, '.ssh'))).toBe(false)
  })

  it('a host that shows another key than was expected is not trusted', () => {
    const [first, second] = pair.hosts
    const { status, stderr } = replay(answers({}, [second.fingerprint, second.fingerprint]))
    expect(stderr).toContain(`the host shows ${first.fingerprint}: not the same`)
    expect(status).toBe(4)
  })

  it('a host that cannot be reached: exit 3', () => {
    const { status, stderr } = replay(answers({ masters: [{ host: '10.91.7.13' }, { host: '10.91.7.12' }] }))
    expect(stderr).toContain('cannot reach 10.91.7.13')
    expect(status).toBe(3)
  })

  it('a file that exists is replaced only when the answers say so', () => {
    writeFileSync(join(cwd, 'inventory.yml'), 'mine\n')
    const refused = replay(answers())
    expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining('inventory.yml exists') })
    expect(readFileSync(join(cwd, 'inventory.yml'), 'utf8')).toBe('mine\n')
    expect(replay(answers({ overwrite: true })).status).toBe(0)
    expect(loadInventory(join(cwd, 'inventory.yml')).vip.address).toBe('10.91.7.100')
  })
})
