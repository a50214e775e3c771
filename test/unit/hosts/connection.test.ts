import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../../src/hosts/connection.ts'
import { gather } from '../../../src/hosts/gather.ts'
import { HostKeyError } from '../../../src/hosts/host-key-error.ts'
import { addKnownHost } from '../../../src/hosts/known-hosts-files.ts'
import { runSections } from '../../../src/hosts/run-sections.ts'
import type { SshTarget } from '../../../src/inventory/inventory.ts'
import { type LocalSshd, SSHD, startProxy, startSshd } from './local-sshd.ts'
import { refusal } from './refusal.ts'

/** Steps and facts are root's, and the host is this machine. */
const ROOT = process.getuid?.() === 0

describe.skipIf(SSHD === null)('a connection to a real sshd', () => {
  let sshd: LocalSshd
  let target: SshTarget

  beforeAll(async () => {
    sshd = await startSshd()
    target = sshd.target
  })
  afterAll(() => sshd.stop())

  const knownAs = (text: string): SshTarget => {
    const file = join(sshd.folder, `known_${Math.random()}`)
    writeFileSync(file, text)
    return { ...target, knownHosts: [file] }
  }

  it('runs commands and tells their status', async () => {
    const connection = await connect('m1', target)
    expect(await connection.exec('echo out; echo err >&2; exit 3')).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    expect(await connection.exec('cat', { stdin: 'a=b&c\n' })).toMatchObject({ code: 0, stdout: 'a=b&c\n' })
    expect((await connection.exec('kill -9 $$')).code).toBe(137)
    await connection.close()
  })

  it('asks for the key type that known_hosts holds, not for the one that it likes best', async () => {
    const ecdsa = readFileSync(join(sshd.folder, 'host_ecdsa.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    const connection = await connect('m1', knownAs(`[127.0.0.1]:${target.port} ${ecdsa}\n`))
    expect((await connection.exec('true')).code).toBe(0)
    await connection.close()
  })

  it('refuses an unknown host key, names it, and knows it after a person said yes', async () => {
    const unknown = knownAs('')
    const error = await refusal(connect('m1', unknown))
    expect(error).toBeInstanceOf(HostKeyError)
    expect(error).toMatchObject({ code: 'SSH_HOST_KEY_UNKNOWN', exit: 3, host: 'm1' })
    const key = error instanceof HostKeyError ? error.key : Buffer.alloc(0)
    const file = join(sshd.folder, key.includes('ed25519') ? 'host_ed25519.pub' : 'host_ecdsa.pub')
    expect(execFileSync('ssh-keygen', ['-lf', file]).toString()).toContain((error as HostKeyError).fingerprint)
    addKnownHost(unknown, key)
    await (await connect('m1', unknown)).close()
  })

  it('refuses a changed and a revoked host key', async () => {
    const other = readFileSync(join(sshd.folder, 'user.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    const own = readFileSync(join(sshd.folder, 'host_ed25519.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    const name = `[127.0.0.1]:${target.port}`
    expect(await refusal(connect('m1', knownAs(`${name} ${other}\n`)))).toMatchObject({ code: 'SSH_HOST_KEY_CHANGED' })
    expect(await refusal(connect('m1', knownAs(`${name} ${own}\n@revoked * ${own}\n`)))).toMatchObject({
      code: 'SSH_HOST_KEY_REVOKED',
    })
  })

  it('finds the host under a hashed name', async () => {
    const file = join(sshd.folder, 'hashed')
    writeFileSync(file, readFileSync(target.knownHosts[0] ?? ''))
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/)
    await (await connect('m1', { ...target, knownHosts: [file] })).close()
  })

  it('says which keys it had when it is not let in', async () => {
    const locked = join(sshd.folder, 'locked')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'passphrase', '-f', locked])
    const error = await refusal(connect('m1', { ...target, keys: [locked, '/nowhere'] }))
    expect(error).toMatchObject({ code: 'SSH_DENIED', exit: 3 })
    expect(error.message).toContain('locked has a passphrase')
  })

  it('says that nobody listens', async () => {
    const error = await refusal(connect('m1', { ...target, port: 1 }))
    expect(error).toMatchObject({ code: 'SSH_UNREACHABLE', exit: 3, host: 'm1' })
    expect(error.message).toContain('127.0.0.1 port 1')
  })

  it.skipIf(!ROOT)('takes a link that dies in the middle of a step for a failure of that step', async () => {
    const proxy = await startProxy(target.port, 0)
    const through = { ...target, port: proxy.port }
    const connection = await connect('m1', { ...through, knownHosts: [knownFor(proxy.port)] })
    // It outlives the link, and for as long the next step on this machine waits: keep it short.
    const work = runSections(connection, 'step', [{ id: 'slow', text: 'echo here; exec sleep 3' }], (event) => {
      if (event.t === 'line') proxy.cut()
    })
    expect(await refusal(work)).toMatchObject({ code: 'SSH_LINK_LOST', exit: 3, host: 'm1', where: 'slow' })
    await connection.close()
    await proxy.stop()
  })

  it('needs at most 9 round trips to connect and look, and counts them', async () => {
    const measured: number[] = []
    for (let i = 0; i < 5 && Math.min(...measured, 99) > 9; i += 1) {
      const proxy = await startProxy(target.port, 20)
      const connection = await connect('m1', { ...target, port: proxy.port, knownHosts: [knownFor(proxy.port)] })
      await connection.exec('cat', { stdin: 'x' })
      // The proxy does not see the TCP handshake, which is one trip.
      measured.push(proxy.trips() + 1)
      expect(connection.roundTrips).toBe(9)
      await connection.close()
      await proxy.stop()
    }
    expect(Math.min(...measured)).toBeGreaterThanOrEqual(8)
    expect(Math.min(...measured)).toBeLessThanOrEqual(9)
  }, 30_000)

  it.skipIf(!ROOT)('gathers host facts and probes in one round trip', async () => {
    const connection = await connect('m1', target)
    const before = connection.roundTrips
    const { facts, probes } = await gather(connection, [
      { id: 'a', text: 'printf "no newline"' },
      { id: 'b', text: "echo 'two'; echo '@@fake end 1 0'" },
    ])
    expect(connection.roundTrips - before).toBe(3)
    expect(facts.nics.find((nic) => nic.name === 'lo')?.addresses).toContain('127.0.0.1/8')
    expect(facts.arch).toBe(execFileSync('uname', ['-m']).toString().trim())
    expect(probes.get('a')).toBe('no newline')
    expect(probes.get('b')).toBe('two\n@@fake end 1 0\n')
    await connection.close()
  })

  function knownFor(port: number): string {
    const file = join(sshd.folder, `known_${port}`)
    const own = readFileSync(join(sshd.folder, 'host_ed25519.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
    writeFileSync(file, `[127.0.0.1]:${port} ${own}\n`)
    return file
  }
})
