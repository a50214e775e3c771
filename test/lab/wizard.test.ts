import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/inventory/load.ts'
import { KEY_FILE, run, type SshPair, upSshPair } from './wizard/namespaces.ts'
import { openTerminal, type TestTerminal } from './wizard/terminal.ts'

const MMHA = resolve(import.meta.dirname, '../../bin/mmha')

let pair: SshPair
let terminal: TestTerminal
let cwd: string
let home: string
let runs = 0

beforeAll(async () => {
  pair = await upSshPair(`wizard-${process.pid}`)
})

afterAll(() => pair?.down())

beforeEach(() => {
  runs += 1
  cwd = join(pair.folder, `cwd-${runs}`)
  home = join(pair.folder, `home-${runs}`)
  mkdirSync(cwd)
  mkdirSync(home)
})

afterEach(() => terminal.close())

function start(...args: readonly string[]): void {
  const inNamespace = ['ip', 'netns', 'exec', pair.controller]
  const command = ['/usr/bin/env', `HOME=${home}`, MMHA, 'init', ...args]
  terminal = openTerminal(join(pair.folder, `tmux-${runs}`), inNamespace, command, { cwd, env: {} })
}

async function answer(question: string, typed: string): Promise<void> {
  await terminal.shows(new RegExp(`\\? ${question}`))
  terminal.type(typed)
  terminal.press('Enter')
}

/** Both hosts are reached; their keys are not known yet. */
async function reachBoth(): Promise<void> {
  const [first, second] = pair.hosts
  await answer('First host', first.address)
  await answer('SSH user', '')
  await answer('SSH port', '')
  await answer('Private key file', join(pair.folder, KEY_FILE))
  expect(await terminal.shows('Is this its key?')).toContain(`ssh-ed25519 ${first.fingerprint}`)
  await answer('Is this its key', 'yes')
  await answer('Second host', second.address)
  await answer('Reach it the same way', '')
  await terminal.shows(second.fingerprint)
  terminal.type(second.fingerprint)
  terminal.press('Enter')
  await terminal.shows('? Interface that carries the VIP')
}

/** The server is asked for when this machine, whose files the hosts share, has none. */
async function passServer(): Promise<void> {
  if (/\? Database server/.test(await terminal.shows(/\? Database server|Server: keep/))) terminal.press('Enter')
}

function leftBehind(): string[] {
  return [cwd, home].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }))
}

function openConnections(): string {
  return run('ip', ['netns', 'exec', pair.controller, 'ss', '-Htn', 'state', 'established'])
}

async function cancelled(): Promise<void> {
  const code = await terminal.ended()
  expect(`${terminal.screen().trim()}\nexit ${code}`).toContain('exit 130')
  expect(terminal.screen()).toContain('cancelled: nothing was written')
  expect(leftBehind()).toEqual([])
  expect(openConnections()).toBe('')
}

describe('mmha init in a terminal', () => {
  it('asks, looks, corrects, and writes an inventory that loads', async () => {
    start()
    await reachBoth()
    expect(terminal.screen()).toMatch(/❯ front0 \(10\.91\.7\.11\/24, 10\.91\.7\.12\/24\)/)
    terminal.press('Down')
    await terminal.shows('❯ back0')
    terminal.press('Enter')

    await answer('Virtual IP', '10.91.7.100')
    await terminal.shows('10.91.7.100 is outside the subnet of the interface, 10.91.8.0/24')
    terminal.press('C-u')
    await answer('Virtual IP', '10.91.8.1')
    await terminal.shows(/10\.91\.8\.1 is in use: ([0-9a-f]{2}:){5}[0-9a-f]{2} answers to it/i)
    terminal.press('C-u')
    await answer('Virtual IP', '10.91.8.100')
    await terminal.shows('nobody answers to 10.91.8.100')

    await passServer()
    await answer('Write the inventory to', 'shop.yml')
    await terminal.shows('? And then')
    terminal.press('Down', 'Down', 'Enter')
    expect(await terminal.ended()).toBe(0)

    expect(terminal.screen()).toContain('wrote shop.yml')
    expect(leftBehind()).toEqual(['shop.yml', '.ssh', '.ssh/known_hosts'])
    expect(readFileSync(join(home, '.ssh/known_hosts'), 'utf8')).toBe(
      pair.hosts.map((host) => host.knownHostsLine).join(''),
    )
    expect(openConnections()).toBe('')
    const inventory = loadInventory(join(cwd, 'shop.yml'))
    expect(inventory.vip).toMatchObject({ address: '10.91.8.100', prefix: 24 })
    expect(inventory.masters).toMatchObject([
      { name: 'db1', address: '10.91.8.11', nic: 'back0', ssh: { host: '10.91.7.11', user: 'root', port: 22 } },
      { name: 'db2', address: '10.91.8.12', nic: 'back0', ssh: { host: '10.91.7.12', user: 'root', port: 22 } },
    ])
    expect(inventory.masters.map((master) => master.ssh.keys)).toEqual([
      [join(pair.folder, KEY_FILE)],
      [join(pair.folder, KEY_FILE)],
    ])
  })

  it('lets a person correct a host that is not there', async () => {
    start()
    await answer('First host', '10.91.7.13')
    await answer('SSH user', '')
    await answer('SSH port', '')
    await answer('Private key file', join(pair.folder, KEY_FILE))
    await terminal.shows('cannot reach 10.91.7.13')
    await terminal.shows(/\? First host, address or name: \(10\.91\.7\.13\)/)
    terminal.press('C-c')
    await cancelled()
  })

  it('refuses a host whose key has changed, without a question', async () => {
    const [first, second] = pair.hosts
    mkdirSync(join(home, '.ssh'))
    writeFileSync(join(home, '.ssh/known_hosts'), second.knownHostsLine.replace(second.address, first.address))
    start()
    await answer('First host', first.address)
    await answer('SSH user', '')
    await answer('SSH port', '')
    await answer('Private key file', join(pair.folder, KEY_FILE))
    const screen = await terminal.shows(/\? First host.*\(10\.91\.7\.11\)/)
    expect(screen.replaceAll('\n', '')).toContain('is not the one in known_hosts')
    expect(screen).not.toContain('Is this its key?')
  })
})

describe('leaving', () => {
  it.each(['C-c', 'C-d'])('with %s at the first question', async (key) => {
    start()
    await terminal.shows('? First host')
    terminal.press(key)
    await cancelled()
  })

  it('with Ctrl-C while a host is being reached', async () => {
    start()
    await answer('First host', '10.91.7.99')
    await answer('SSH user', '')
    await answer('SSH port', '')
    await answer('Private key file', 'default')
    await terminal.shows('Looking at root@10.91.7.99')
    terminal.press('C-c')
    await cancelled()
  })

  it('with Ctrl-C in the list, both hosts reached and both keys accepted', async () => {
    start()
    await reachBoth()
    terminal.press('C-c')
    await cancelled()
  })

  it('with Ctrl-C while the VIP is being probed', async () => {
    start()
    await reachBoth()
    terminal.press('Enter')
    await answer('Virtual IP', '10.91.7.100')
    terminal.press('C-c')
    await cancelled()
  })

  it.each(['C-c', 'C-d'])('with %s at the last question', async (key) => {
    start('-o', 'shop.yml')
    await reachBoth()
    terminal.press('Enter')
    await answer('Virtual IP', '10.91.7.100')
    await passServer()
    await terminal.shows('? And then')
    terminal.press(key)
    await cancelled()
  })
})
