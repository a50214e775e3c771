import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from '../../../src/hosts/connection.ts'
import type { SshTarget } from '../../../src/inventory/inventory.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { type LocalSshd, SSHD, startSshd } from './local-sshd.ts'
import { refusal } from './refusal.ts'

// Many real programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

describe.skipIf(SSHD === null)('logging in to a real sshd that takes three tries', () => {
  let sshd: LocalSshd
  let target: SshTarget
  let agent: ChildProcess
  let socket: string
  const at = (name: string) => join(sshd.folder, name)

  beforeAll(async () => {
    sshd = await startSshd(['MaxAuthTries 3'])
    target = sshd.target
    socket = at('agent')
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' })
    for (const [name, type, passphrase] of [
      ['rsa', 'rsa', ''],
      ['locked', 'ed25519', 'tree top'],
      ['stranger', 'ed25519', ''],
    ] as const) {
      execFileSync('ssh-keygen', ['-q', '-t', type, '-a', '1', '-N', passphrase, '-f', at(name)])
      if (name !== 'stranger') appendFileSync(at('authorized_keys'), readFileSync(at(`${name}.pub`)))
    }
    await vi.waitUntil(() => existsSync(socket), { timeout: 20_000, interval: 20 })
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    execFileSync('ssh-add', ['-q', '-D'], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
  })
  afterAll(async () => {
    agent.kill()
    await sshd.stop()
  })

  /** Keys that the agent gets, the first is the first that it offers. */
  function hold(...keys: readonly string[]): void {
    vi.stubEnv('SSH_AUTH_SOCK', socket)
    execFileSync('ssh-add', ['-q', ...keys], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'ignore' })
  }
  function strangers(count: number): string[] {
    return Array.from({ length: count }, (_, i) => {
      rmSync(at(`s${i}`), { force: true })
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', `s${i}`, '-f', at(`s${i}`)])
      return at(`s${i}`)
    })
  }

  it.each([['rsa'], ['user']])('takes a key of the agent (%s)', async (name) => {
    hold(at(name))
    await (await connect('m1', { ...target, keys: [] })).close()
  })

  it('has the agent sign for a file that is locked, or only public', async () => {
    execFileSync('ssh-keygen', ['-q', '-p', '-P', 'tree top', '-N', '', '-f', at('locked')])
    hold(at('locked'))
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'tree top', '-f', at('locked')])
    for (const key of ['locked', 'locked.pub']) {
      const connection = await connect('m1', { ...target, keys: [at(key)], identitiesOnly: true })
      expect(connection.roundTrips).toBe(6)
      await connection.close()
    }
  })

  it('offers a named key before the agent’s many, each once, and only it when that is wanted', async () => {
    hold(...strangers(5))
    const named = await connect('m1', target)
    expect(named.roundTrips).toBe(6)
    await named.close()
    const only = { ...target, keys: [at('stranger')], identitiesOnly: true }
    const error = await refusal(connect('m1', only))
    expect(error).toMatchObject({ code: 'SSH_DENIED', exit: 3, host: 'm1' })
    expect(error.message).toMatch(/tried \S*stranger$/)
  })

  it('says what it tried when the host has enough of it', async () => {
    hold(...strangers(5))
    const error = await refusal(connect('m1', { ...target, keys: [] }))
    expect(error).toMatchObject({ code: 'SSH_DENIED', exit: 3, host: 'm1' })
    expect(error.message).toMatch(/tried the agent's s\d/)
    expect(error.hint).toContain('identitiesOnly')
  })

  it('opens a key with the passphrase of the inventory, and says when it is a wrong one', async () => {
    const locked = { ...target, keys: [at('locked')] }
    const error = await refusal(connect('m1', { ...locked, passphrase: new Secret('tree bottom') }))
    expect(error).toMatchObject({ code: 'SSH_DENIED' })
    expect(error.message).toContain(`${at('locked')} is not opened by the passphrase`)
    expect(error.message).not.toContain('tree bottom')
    await (await connect('m1', { ...locked, passphrase: new Secret('tree top') })).close()
  })

  it('goes on without an agent that is gone', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', at('nobody'))
    await (await connect('m1', target)).close()
    const error = await refusal(connect('m1', { ...target, keys: [] }))
    expect(error.message).toContain(`${at('nobody')} does not answer`)
  })
})
