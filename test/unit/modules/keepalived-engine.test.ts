import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { readByHand, speakAlike } from '../../../src/modules/keepalived-by-hand.ts'
import { type KeepalivedConfigFacts, keepalivedConfig } from '../../../src/modules/keepalived-config.ts'
import { keepalivedInstall } from '../../../src/modules/keepalived-install.ts'
import { keepalivedRole } from '../../../src/modules/keepalived-role.ts'
import { keepalivedSwitch } from '../../../src/modules/keepalived-switch.ts'
import { parsePreflight } from '../../../src/modules/preflight/facts.ts'
import { otherKeepalived } from '../../../src/modules/preflight/other-keepalived.ts'
import { revealed, type Step } from '../../../src/modules/step.ts'
import { checkSh, context, fromPeer, hostFacts, INVENTORY, M1, M2, MARIADB, MYSQL, shSyntax } from './pair-context.ts'

const PACKAGE: Inventory = { ...INVENTORY, keepalived: { engine: 'package', source: null, sha256: null } }
const NONE: KeepalivedConfigFacts = {
  shown: null,
  placed: null,
  next: null,
  socket: '/run/mysqld/mysqld.sock',
  pidFile: '/run/mysqld/mysqld.pid',
  daemonRuns: false,
  keepalivedRuns: false,
}

function written(steps: readonly Step[]): string {
  return /MMHA_END_OF_FILE'\n([\s\S]*)MMHA_END_OF_FILE/.exec(revealed(steps[0]?.run ?? { parts: [] }))?.[1] ?? ''
}

function configFor(inventory: Inventory): string {
  return written(keepalivedConfig.plan({}, context(MARIADB, NONE, NONE, { inventory })))
}

/** keepalived -t asks whether the interface is there, and takes no loopback. */
const NIC = Object.keys(networkInterfaces()).find((name) => name !== 'lo')
const hasKeepalived = spawnSync('keepalived', ['--version']).error === undefined

const placed = (content: string) => ({ content, access: '600 root' })

/** As the wiki page has it. */
const BY_HAND = `! Configuration File for keepalived
global_defs {
   router_id MySQL-HA
}
vrrp_instance VI_1 {
    state BACKUP
    interface host0
    virtual_router_id 51   # the same on both
    priority 100
    advert_int 1
    nopreempt
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        10.77.0.100/24
    }
}
virtual_server 10.77.0.100 3306
{
    delay_loop 2
    real_server 10.77.0.11 3306 {
        notify_down /etc/keepalived/kill_keepalived.sh
        TCP_CHECK { connect_timeout 3 }
    }
}
`

describe('keepalived_config for keepalived itself', () => {
  it.skipIf(!hasKeepalived || NIC === undefined).each([
    ['multicast, version 3', INVENTORY.vrrp],
    ['unicast', { ...INVENTORY.vrrp, mode: 'unicast' as const }],
    [
      'version 2 with a password',
      { ...INVENTORY.vrrp, version: 2 as const, advertInterval: 1, authPass: new Secret('s3cret#1') },
    ],
  ])('writes what keepalived -t takes: %s', (_what, vrrp) => {
    const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-engine-'))
    try {
      const script = join(folder, 'role.sh')
      writeFileSync(script, '#!/bin/sh\n', { mode: 0o700 })
      const file = join(folder, 'keepalived.conf')
      // The script, and the interface, of a host that this machine is not.
      const text = configFor({ ...PACKAGE, vrrp })
        .replaceAll('/etc/keepalived/mmha-role.sh', script)
        .replaceAll('host0', NIC ?? '')
      writeFileSync(file, text, { mode: 0o600 })
      const { status, stdout, stderr } = spawnSync('keepalived', ['-t', '-f', file], { encoding: 'utf8' })
      expect(stdout + stderr).toBe('')
      expect(status).toBe(0)
      writeFileSync(file, text.replace('virtual_router_id 100', 'virtual_router_id 300'))
      expect(spawnSync('keepalived', ['-t', '-f', file]).status).not.toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('waits beside the file by which another daemon runs, and is checked by its own', () => {
    const plan = (inventory: Inventory, mine: Partial<KeepalivedConfigFacts>) =>
      keepalivedConfig.plan({}, context(MARIADB, { ...NONE, ...mine }, NONE, { inventory }))
    const ours = configFor(INVENTORY)
    const plain = configFor(PACKAGE)
    const writes = (inventory: Inventory, mine: Partial<KeepalivedConfigFacts>) => plan(inventory, mine)[0]?.writes
    expect(writes(PACKAGE, { daemonRuns: true, placed: placed(ours) })).toEqual([
      '/etc/keepalived/keepalived.conf.mmha-next',
    ])
    expect(writes(INVENTORY, { keepalivedRuns: true, placed: placed(plain) })).toEqual([
      '/etc/keepalived/keepalived.conf.mmha-next',
    ])
    expect(writes(PACKAGE, { keepalivedRuns: true, placed: placed(BY_HAND) })).toEqual([
      '/etc/keepalived/keepalived.conf.mmha-next',
    ])
    expect(writes(PACKAGE, { keepalivedRuns: true, placed: placed('# m1: written by mmha, x\n') })).toEqual([
      '/etc/keepalived/keepalived.conf',
    ])
    expect(plan(PACKAGE, { keepalivedRuns: true, placed: placed(plain) })).toEqual([])
    expect(plan(PACKAGE, { daemonRuns: true, placed: placed(ours), next: placed(plain) })).toEqual([])
    expect(revealed(plan(PACKAGE, {})[0]?.run ?? { parts: [] })).toContain('$(keepalived -t -f')
    checkSh(plan(PACKAGE, {}))
  })
})

describe('keepalived_role', () => {
  it.each([MYSQL, MARIADB, { ...MYSQL, version: '8.0.20' }])('is sh for $flavour $version', (server) => {
    for (const policy of ['availability', 'consistency'] as const) {
      const none = { shown: null, files: {} }
      const inventory = { ...PACKAGE, policy }
      const steps = keepalivedRole.plan({}, context(server, none, none, { inventory }))
      expect(steps.flatMap(({ writes = [] }) => writes)).toEqual([
        '/etc/keepalived/mmha-role.sh',
        '/etc/systemd/system/keepalived.service.d/mmha.conf',
      ])
      checkSh(steps)
      shSyntax(written(steps))
      const files = Object.fromEntries(
        steps.map((step) => {
          const access = step.writes?.[0]?.endsWith('.sh') === true ? '700 root' : '644 root'
          return [step.writes?.[0] ?? '', { content: written([step]), access }]
        }),
      )
      expect(keepalivedRole.plan({}, context(server, { shown: null, files }, none, { inventory }))).toEqual([])
    }
    expect(keepalivedRole.plan({}, context(server, { shown: null, files: {} }, { shown: null, files: {} }))).toEqual([])
  })

  it('compares histories of MariaDB without the server', () => {
    const [step] = keepalivedRole.plan(
      {},
      context(MARIADB, { shown: null, files: {} }, { shown: null, files: {} }, { inventory: PACKAGE }),
    )
    const [covers = ''] = /^covers\(\) \{[\s\S]*?^\}$/m.exec(written(step === undefined ? [] : [step])) ?? []
    const asked = (has: string, wants: string) =>
      spawnSync('sh', ['-c', `${covers}\ncovers "$1" "$2"`, 'sh', has, wants]).status === 0
    expect(asked('0-1-100,0-2-40', '0-1-99,0-2-40')).toBe(true)
    expect(asked('0-1-100', '')).toBe(true)
    expect(asked('0-1-98,0-2-99', '0-1-100')).toBe(false)
    expect(asked('0-1-100', '0-1-100,0-2-1')).toBe(false)
    expect(asked('', '0-1-1')).toBe(false)
  })
})

describe('keepalived_install of the other engines', () => {
  const install = keepalivedInstall(() => ({ file: 'x.deb', version: '1', size: 1 }))
  const facts = (packages: Record<string, string>, stamp: string | null = null) => ({
    installed: null,
    packages,
    stamp,
  })

  it('takes the distribution’s, and starts nothing', () => {
    const none = facts({})
    const [step] = install.plan({}, context(MARIADB, none, none, { inventory: PACKAGE }))
    expect(step?.title).toContain('install keepalived')
    expect(revealed(step?.run ?? { parts: [] })).toContain('policy-rc.d')
    expect(install.plan({}, context(MARIADB, facts({ keepalived: '1:2.2.7' }), none, { inventory: PACKAGE }))).toEqual(
      [],
    )
    shSyntax(install.probe({}, { inventory: PACKAGE, host: M1, peer: M2 }))
  })

  it('builds a tarball once, refuses another one than was named', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-engine-'))
    try {
      const source = join(folder, 'keepalived-2.3.4.tar.gz')
      writeFileSync(source, 'a tarball')
      const sha256 = execFileSync('sha256sum', [source], { encoding: 'utf8' }).slice(0, 64)
      const inventory = (sum: string | null): Inventory => ({
        ...INVENTORY,
        keepalived: { engine: 'source', source, sha256: sum },
      })
      const plan = (mine: ReturnType<typeof facts>, sum: string | null = sha256, changes = {}) =>
        install.plan({}, context(MARIADB, mine, mine, { inventory: inventory(sum), ...changes }))
      const steps = plan(facts({ gcc: '12' }))
      expect(steps.map(({ id }) => id)).toEqual(['play/task', 'play/task/build'])
      expect(steps[0]?.diff).not.toContain('gcc')
      expect(steps[1]).toMatchObject({ payload: { file: source, size: 9 }, title: 'the task: build keepalived 2.3.4' })
      checkSh(steps)
      expect(plan(facts({}, sha256))).toEqual([])
      const dnf = plan(facts({}), null, { facts: hostFacts(M1.address, MARIADB, { packageManager: 'dnf' }) })
      expect(dnf[0]?.diff).toContain('+ package openssl-devel')
      expect(() => plan(facts({}), 'f'.repeat(64))).toThrow('is not what keepalived.sha256 says')
      shSyntax(install.probe({}, { inventory: inventory(null), host: M1, peer: M2 }))
      rmSync(source)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('keepalived_switch', () => {
  const ours = placed(configFor(INVENTORY))
  const plain = placed(configFor(PACKAGE))
  const withVip = (address: string) => ({
    ...hostFacts(address, MARIADB),
    nics: [{ name: 'host0', up: true, mac: '', addresses: [`${address}/24`, '10.77.0.100/24'] }],
  })
  const both = (inventory: Inventory, facts: Partial<KeepalivedConfigFacts>) => {
    const side = { ...NONE, ...facts }
    const seen = context(MARIADB, side, side, { inventory, facts: withVip(M1.address) })
    const peer = { ...fromPeer(seen), facts: seen.peerFacts, peerFacts: seen.facts }
    const [holder, standby] = [seen, peer].map((one) => keepalivedSwitch.plan({ timeout: 60 }, one))
    return { holder: holder?.[0], standby: standby?.[0] }
  }

  it.each([
    [
      'bundled → package',
      PACKAGE,
      { daemonRuns: true, placed: ours },
      'replace mmha-keepalived.service by keepalived.service',
    ],
    [
      'package → bundled',
      INVENTORY,
      { keepalivedRuns: true, placed: plain },
      'replace keepalived.service by mmha-keepalived.service',
    ],
  ] as const)('%s: the address moves once, the standby has its new daemon first', (_what, inventory, facts, title) => {
    const { holder, standby } = both(inventory, facts)
    expect(holder?.title).toContain(title)
    expect([standby?.impact, holder?.impact]).toEqual(['none', 'vip-moves'])
    for (const step of [holder, standby]) {
      expect(step?.diff).toContain('started, enabled')
      checkSh(step === undefined ? [] : [step])
    }
  })

  it('waits for a whole pair only where one serves: else the other host may need its new daemon first', () => {
    const waits = (step: Step | undefined) => revealed(step?.run ?? { parts: [] }).includes('not whole after')
    const facts = { daemonRuns: true, placed: ours }
    const { holder, standby } = both(PACKAGE, facts)
    const side = { ...NONE, ...facts }
    const [alone] = keepalivedSwitch.plan({ timeout: 60 }, context(MARIADB, side, side, { inventory: PACKAGE }))
    expect([holder, standby, alone].map(waits)).toEqual([true, true, false])
    checkSh(alone === undefined ? [] : [alone])
  })

  it('closes the server of a keepalived set up by hand just before its address moves: nobody else does', () => {
    const alike = { ...INVENTORY, takeOver: true }
    const written = placed(configFor(alike).replace(/^# .*\n/, ''))
    const { holder, standby } = both(alike, { keepalivedRuns: true, placed: written })
    const text = (step: Step | undefined) => revealed(step?.run ?? { parts: [] })
    expect([standby, holder].map((step) => text(step).includes('SET GLOBAL read_only=ON'))).toEqual([false, true])
    expect(text(holder).indexOf('SET GLOBAL read_only=ON')).toBeLessThan(
      text(holder).indexOf('systemctl stop keepalived'),
    )
    checkSh([holder, standby].filter((step) => step !== undefined))
  })

  it('ends both before either begins where the two would not hear each other', () => {
    const { holder, standby } = both(INVENTORY, { keepalivedRuns: true, placed: placed(BY_HAND) })
    expect(standby?.diff).toContain('stopped only')
    expect(revealed(standby?.run ?? { parts: [] })).not.toContain('enable --now mmha-keepalived')
    expect(holder?.diff).toContain('the old ones end first')
    expect(revealed(holder?.run ?? { parts: [] })).toContain('enable --now mmha-keepalived')
    for (const step of [holder, standby]) checkSh(step === undefined ? [] : [step])
  })

  it('has nothing to do where the right one runs, or none', () => {
    expect(both(PACKAGE, { keepalivedRuns: true, placed: plain }).holder).toBeUndefined()
    expect(both(INVENTORY, { daemonRuns: true, placed: ours }).holder).toBeUndefined()
    expect(both(INVENTORY, {}).standby).toBeUndefined()
  })
})

describe('a keepalived that was set up by hand', () => {
  it('is read as far as a takeover needs it', () => {
    expect(readByHand(BY_HAND)).toEqual({
      instances: [
        {
          name: 'VI_1',
          nic: 'host0',
          virtualRouterId: '51',
          version: '2',
          advertInterval: '1',
          auth: '1111',
          unicast: false,
          addresses: ['10.77.0.100'],
        },
      ],
      others: ['virtual_server 10.77.0.100 3306'],
      commands: ['notify_down /etc/keepalived/kill_keepalived.sh'],
      includes: [],
    })
  })

  it('speaks alike with what says the same on the wire', () => {
    expect(speakAlike(configFor(PACKAGE), configFor(INVENTORY))).toBe(true)
    expect(speakAlike(BY_HAND, configFor(INVENTORY))).toBe(false)
    const vrrp = { ...INVENTORY.vrrp, version: 2 as const, advertInterval: 1, virtualRouterId: 51 }
    const same = { ...INVENTORY, vrrp: { ...vrrp, authPass: new Secret('1111') } }
    expect(speakAlike(BY_HAND, configFor(same))).toBe(true)
    expect(speakAlike(BY_HAND, configFor({ ...same, vrrp }))).toBe(false)
  })

  const found = (config: string | null, inventory: Inventory = INVENTORY) => {
    const mine = { ...parsePreflight('keepalived\tyes\n'), keepalivedConfig: config }
    return otherKeepalived(context(MARIADB, mine, mine, { inventory }))
  }

  it('blocks until leave is given, and says what is there and what is not taken along', () => {
    const [asked] = found(BY_HAND)
    expect(asked).toMatchObject({ severity: 'blocks', code: 'OTHER_KEEPALIVED' })
    expect(asked?.what).toContain('vrrp_instance VI_1 (VRRP 2 with a password, router 51 on host0, 10.77.0.100)')
    expect(asked?.todo).toContain('--take-over-keepalived')
    const [leave, wire] = found(BY_HAND, { ...INVENTORY, takeOver: true })
    expect(wire).toMatchObject({ severity: 'warns', code: 'OTHER_VRRP' })
    expect(wire?.todo).toContain('vrrp: { version: 2, virtualRouterId: 51, advertInterval: 1, authPass: "…" }')
    const vrrp = {
      ...INVENTORY.vrrp,
      version: 2,
      virtualRouterId: 51,
      advertInterval: 1,
      authPass: new Secret('1111'),
    } as const
    expect(found(BY_HAND, { ...INVENTORY, vrrp, takeOver: true })).toHaveLength(1)
    expect(leave).toMatchObject({ severity: 'warns' })
    expect(leave?.todo).toContain('kill_keepalived.sh')
    expect(JSON.stringify([asked, leave])).not.toContain('1111')
  })

  it('never takes over one that carries more, and knows our own', () => {
    const more = BY_HAND.replace('10.77.0.100/24\n', '10.77.0.100/24\n        10.77.0.101/24\n')
    expect(found(more, { ...INVENTORY, takeOver: true })[0]).toMatchObject({ severity: 'blocks' })
    expect(found(null, { ...INVENTORY, takeOver: true })[0]).toMatchObject({ severity: 'blocks' })
    expect(found(configFor(PACKAGE))).toEqual([])
  })
})
