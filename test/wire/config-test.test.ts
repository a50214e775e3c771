import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimeOf } from './environment.ts'
import { bundle, reason } from './wire-test.ts'

const NAMESPACE = `mmha-lint-${process.pid}`
const ip = (...words: string[]) => execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] })

interface Edits {
  readonly global?: string
  readonly script?: string
  readonly instance?: string
  readonly nic?: string
  readonly vip?: string
}

const config = (script: string, { global = 'script_user root', nic = 'eth0', vip = '10.99.8.100', ...more }: Edits) => `
global_defs {
    enable_script_security
    ${global}
}
vrrp_script chk {
    script "${script}"
    ${more.script ?? ''}
}
vrrp_instance VI_1 {
    interface ${nic}
    virtual_router_id 60
    priority 100
    ${more.instance ?? ''}
    virtual_ipaddress {
        ${vip}
    }
    track_script {
        chk
    }
}
`

const unicast = (own: string, peer: string) => `unicast_src_ip ${own}\n    unicast_peer {\n        ${peer}\n    }`

/** keepalived's `-t` beside ours, in a network namespace that has the interface and no way out. */
describe.skipIf(reason !== null)('-t beside keepalived -t', () => {
  // Not below /tmp: what everyone may write to is no place for a script that root runs.
  const directory = reason === null ? mkdtempSync('/usr/local/lib/mmha-config-test-') : ''
  const safe = join(directory, 'safe.sh')
  const open = join(directory, 'open.sh')
  const broken = join(directory, 'broken.sh')
  const file = join(directory, 'keepalived.conf')
  let daemon = ''

  beforeAll(async () => {
    chmodSync(directory, 0o755)
    for (const script of [safe, open]) writeFileSync(script, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    writeFileSync(broken, '#!/bin/sh\nif true; do\n', { mode: 0o755 })
    chmodSync(open, 0o777)
    daemon = await bundle()
    ip('netns', 'add', NAMESPACE)
    ip('-n', NAMESPACE, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1')
    ip('-n', NAMESPACE, 'address', 'add', '10.99.8.11/24', 'dev', 'eth0')
    for (const nic of ['eth0', 'eth1']) ip('-n', NAMESPACE, 'link', 'set', nic, 'up')
  })
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true })
    spawnSync('ip', ['netns', 'del', NAMESPACE])
  })

  function tested(text: string) {
    writeFileSync(file, text)
    const run = (...words: string[]) =>
      spawnSync('ip', ['netns', 'exec', NAMESPACE, ...words], { encoding: 'utf8', cwd: directory })
    const theirs = run('keepalived', '-t', '-f', file)
    const ours = run(runtimeOf('b'), daemon, '-t', '-f', file, '--json')
    const { findings } = JSON.parse(ours.stdout) as { findings: { code: string }[] }
    return { theirs: theirs.status, said: theirs.stderr, ours: ours.status, codes: findings.map(({ code }) => code) }
  }

  it.each<readonly [what: string, edits: Edits, code: string]>([
    ['a weight and nopreempt', { script: 'weight -10', instance: 'nopreempt' }, 'nopreempt-weight'],
    ['a peer that is the node itself', { instance: unicast('10.99.8.11', '10.99.8.11') }, 'unicast-self'],
    ['adverts from the virtual address', { instance: unicast('10.99.8.100', '10.99.8.12') }, 'source-is-vip'],
    ['the address of the network', { vip: '10.99.8.0/24' }, 'vip-not-a-host'],
    ['an address of another network', { vip: '10.99.9.100' }, 'vip-off-subnet'],
    ['a slow check', { script: 'interval 10\n    fall 5' }, 'slow-detection'],
    ['vrrp_strict', { global: 'script_user root\n    vrrp_strict' }, 'strict'],
  ])('%s: legal to keepalived, and named here', (_what, edits, code) => {
    const { theirs, said, ours, codes } = tested(config(safe, edits))
    expect({ theirs, said }).toEqual({ theirs: 0, said: '' })
    expect(codes).toContain(code)
    expect(ours).toBe(0)
  })

  it('a script that no shell understands: legal to keepalived, and named here', () => {
    const { theirs, ours, codes } = tested(config(broken, {}))
    expect({ theirs, ours, codes }).toEqual({ theirs: 0, ours: 0, codes: ['script-syntax'] })
  })

  it('what is right is right to both', () => {
    expect(tested(config(safe, {}))).toEqual({ theirs: 0, said: '', ours: 0, codes: [] })
  })

  it.each<readonly [what: string, edits: Edits, code: string]>([
    ['an interface that is not there', { nic: 'ens33' }, 'interface-missing'],
    ['loopback', { nic: 'lo' }, 'interface-loopback'],
    ['a script_user that is not there', { global: 'script_user mmha-nobody' }, 'script-user'],
    ['a user that is not there', { script: 'user mmha-nobody' }, 'script-user'],
    ['a script that is not there', { script: 'script /none/x.sh' }, 'script-missing'],
  ])('%s: an error to both', (_what, edits, code) => {
    const { theirs, ours, codes } = tested(config(safe, edits))
    expect(codes).toContain(code)
    expect({ theirs, ours }).toEqual({ theirs: 5, ours: 5 })
  })

  it('a script that everyone may write to: an error to both', () => {
    const { theirs, ours, codes } = tested(config(open, {}))
    expect(codes).toContain('script-security')
    expect({ theirs, ours }).toEqual({ theirs: 5, ours: 6 })
  })

  it('scripts without script security: 6 to both', () => {
    const { theirs, ours } = tested(config(safe, {}).replace('enable_script_security', ''))
    expect({ theirs, ours }).toEqual({ theirs: 6, ours: 6 })
  })
})
