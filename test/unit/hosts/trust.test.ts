import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connect } from '../../../src/hosts/connection.ts'
import type { SshTarget } from '../../../src/inventory/inventory.ts'
import { type LocalSshd, SSHD, startProxy, startSshd } from './local-sshd.ts'
import { refusal } from './refusal.ts'

// Many real programs, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const printOf = (file: string) => /SHA256:\S+/.exec(execFileSync('ssh-keygen', ['-lf', file]).toString())?.[0] ?? ''

describe.skipIf(SSHD === null)('a host key', () => {
  let sshd: LocalSshd
  let target: SshTarget
  beforeAll(async () => {
    sshd = await startSshd()
    target = sshd.target
  })
  afterAll(() => sshd.stop())

  it('of a new host is remembered with accept-new, hashed when that is asked for, and known from then on', async () => {
    for (const hashKnownHosts of [false, true]) {
      const file = join(sshd.folder, 'new', String(hashKnownHosts))
      const fresh: SshTarget = { ...target, knownHosts: [file], hashKnownHosts }
      expect(await refusal(connect('m1', fresh))).toMatchObject({ code: 'SSH_HOST_KEY_UNKNOWN', exit: 3 })
      expect(existsSync(file)).toBe(false)
      await (await connect('m1', { ...fresh, hostKeys: 'accept-new' })).close()
      execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${target.port}`, '-f', file])
      expect(readFileSync(file, 'utf8').includes('127.0.0.1')).toBe(!hashKnownHosts)
      await (await connect('m1', fresh)).close()
    }
  })

  it('that has changed, or is of another type than the known ones, is refused with accept-new, too', async () => {
    const file = join(sshd.folder, 'old')
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(sshd.folder, 'rsa')])
    for (const [key, code] of [
      ['user', 'SSH_HOST_KEY_CHANGED'],
      ['rsa', 'SSH_HOST_KEY_OTHER'],
    ]) {
      const line = `[127.0.0.1]:${target.port} ${readFileSync(join(sshd.folder, `${key}.pub`), 'utf8')}`
      writeFileSync(file, line)
      const error = await refusal(connect('m1', { ...target, knownHosts: [file], hostKeys: 'accept-new' }))
      expect(error).toMatchObject({ code, exit: 3, host: 'm1' })
      expect(error.message).toContain(`${file}:1`)
      expect(readFileSync(file, 'utf8')).toBe(line)
    }
  })

  it('is the one of the fingerprint in the inventory, whatever its type and whatever known_hosts says', async () => {
    for (const type of ['ed25519', 'ecdsa']) {
      const fingerprints = [printOf(join(sshd.folder, `host_${type}.pub`))]
      await (await connect('m1', { ...target, knownHosts: [], fingerprints })).close()
    }
    const other = printOf(join(sshd.folder, 'user.pub'))
    const error = await refusal(connect('m1', { ...target, fingerprints: [other], hostKeys: 'accept-new' }))
    expect(error).toMatchObject({ code: 'SSH_HOST_KEY_PINNED', exit: 3 })
    expect(error.message).toContain(other)
  })
})

describe.skipIf(SSHD === null)('jump hosts', () => {
  let target: SshTarget
  const sshds: LocalSshd[] = []
  beforeAll(async () => {
    for (let i = 0; i < 3; i += 1) sshds.push(await startSshd(i === 2 ? [] : ['PermitOpen 127.0.0.1:*']))
    const [first, second, last] = sshds.map((sshd) => sshd.target)
    if (first === undefined || second === undefined || last === undefined) throw new Error('three were started')
    target = { ...last, jumps: [first, second] }
  })
  afterAll(() => Promise.all(sshds.map((sshd) => sshd.stop())))
  const jumpsWith = (i: number, change: Partial<SshTarget>): SshTarget => ({
    ...target,
    jumps: (target.jumps ?? []).map((jump, at) => (at === i ? { ...jump, ...change } : jump)),
  })

  it('are gone through in order, each with a key and a host key of its own', async () => {
    const connection = await connect('m1', target)
    expect(await connection.exec('echo $SSH_CONNECTION; cat', { stdin: 'x'.repeat(300_000) })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(` ${target.port}\nx{300000}$`)),
    })
    await connection.close()
  })

  it('are refused each for its own fault, by name', async () => {
    const errors = await Promise.all([
      refusal(connect('m1', jumpsWith(0, { knownHosts: [] }))),
      refusal(connect('m1', jumpsWith(1, { knownHosts: [] }))),
      refusal(connect('m1', jumpsWith(1, { keys: [] }))),
      refusal(connect('m1', jumpsWith(1, { port: 1 }))),
      refusal(connect('m1', { ...target, port: 1 })),
    ])
    expect(errors.map(({ code, exit, host }) => [code, exit, host])).toEqual([
      ['SSH_HOST_KEY_UNKNOWN', 3, 'm1'],
      ['SSH_HOST_KEY_UNKNOWN', 3, 'm1'],
      ['SSH_DENIED', 3, 'm1'],
      ['SSH_UNREACHABLE', 3, 'm1'],
      ['SSH_UNREACHABLE', 3, 'm1'],
    ])
    expect(errors[1]?.message).toContain(`port ${target.jumps?.[1]?.port}`)
    expect(errors[4]?.message).toMatch(/port 1 from the jump host 127.0.0.1: Connection refused/)
  })

  it('that go away take the connection with them', async () => {
    const [first, second] = target.jumps ?? []
    const proxy = await startProxy(second?.port ?? 0, 0)
    const through = { ...target, jumps: [first, second].flatMap((hop) => (hop === undefined ? [] : [hop])) }
    const connection = await connect('m1', {
      ...through,
      jumps: through.jumps.map((hop, i) =>
        i === 0 ? hop : { ...hop, port: proxy.port, hostKeyAlias: `[127.0.0.1]:${hop.port}` },
      ),
    })
    const work = connection.exec('echo begun; exec sleep 30', { what: 'step 1', onStdout: () => proxy.cut() })
    expect(await refusal(work)).toMatchObject({ code: 'SSH_LINK_LOST', where: 'step 1', exit: 3 })
    await connection.close()
    await proxy.stop()
  })
})
