import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { parseConfig } from '../../../src/keepalived/config/parse.ts'
import { type KeepalivedConfigFacts, keepalivedConfig } from '../../../src/modules/keepalived-config.ts'
import { keepalivedView, vipLease } from '../../../src/modules/keepalived-view.ts'
import { masked, revealed, type Step } from '../../../src/modules/step.ts'
import { checkSh, context, fromPeer, INVENTORY, M1, M2, MYSQL, shSyntax } from './pair-context.ts'

const PATH = '/etc/keepalived/keepalived.conf'
const NONE: KeepalivedConfigFacts = {
  shown: null,
  placed: null,
  next: null,
  socket: '/run/mysqld/mysqld.sock',
  pidFile: '/run/mysqld/mysqld.pid',
  daemonRuns: false,
  keepalivedRuns: false,
}

function contentOf(steps: readonly Step[]): string {
  const text = revealed(steps[0]?.run ?? { parts: [] })
  return /MMHA_END_OF_FILE'\n([\s\S]*)MMHA_END_OF_FILE/.exec(text)?.[1] ?? ''
}

describe('keepalived_config', () => {
  it('gives the template the view that it asks for', () => {
    const fixture: unknown = JSON.parse(readFileSync('test/fixtures/keepalived-view.json', 'utf8'))
    expect(keepalivedView(context(MYSQL, NONE, NONE))).toEqual(fixture)
  })

  it.each([
    ['multicast, version 3', INVENTORY.vrrp],
    ['no lease that is short enough', { ...INVENTORY.vrrp, advertInterval: 0.1 }],
    ['unicast', { ...INVENTORY.vrrp, mode: 'unicast' as const }],
    [
      'version 2 with a password',
      { ...INVENTORY.vrrp, version: 2 as const, advertInterval: 1, authPass: new Secret('s3cret#1') },
    ],
  ])('writes what the daemon reads without a word: %s', (_what, vrrp) => {
    const inventory = { ...INVENTORY, vrrp }
    const seen = context(MYSQL, NONE, NONE, { inventory })
    for (const side of [seen, fromPeer(seen)]) {
      const steps = keepalivedConfig.plan({}, side)
      checkSh(steps)
      const { config, diagnostics } = parseConfig(contentOf(steps), PATH)
      expect(diagnostics).toEqual([])
      const [instance] = config.instances
      expect(instance).toMatchObject({
        interface: 'host0',
        priority: side.host.index === 0 ? 254 : 253,
        nopreempt: true,
        vipLease: vipLease(vrrp.advertInterval),
        notify: { any: { argv: ['/etc/keepalived/mmha-notify.sh'], user: 'root' } },
        initialState: 'BACKUP',
        role: { peer: { address: side.peer.address, credentials: '/etc/mmha/peer.cnf' } },
      })
      expect(instance?.authentication?.password ?? null).toBe(vrrp.authPass?.reveal() ?? null)
      expect(JSON.stringify(steps) + steps.map((step) => masked(step.run) + step.diff).join()).not.toContain('s3cret#1')
    }
  })

  it('has nothing to do where the file is the same and closed', () => {
    const content = contentOf(keepalivedConfig.plan({}, context(MYSQL, NONE, NONE)))
    const same = { ...NONE, placed: { content, access: '600 root' } }
    expect(keepalivedConfig.plan({}, context(MYSQL, same, NONE))).toEqual([])
    expect(
      keepalivedConfig.plan({}, context(MYSQL, { ...same, placed: { content, access: '644 root' } }, NONE)),
    ).toHaveLength(1)
  })

  it('shows what changes', () => {
    const content = contentOf(keepalivedConfig.plan({}, context(MYSQL, NONE, NONE)))
    const inventory = { ...INVENTORY, policy: 'consistency' as const }
    const [step] = keepalivedConfig.plan(
      {},
      context(MYSQL, { ...NONE, placed: { content, access: '600 root' } }, NONE, { inventory }),
    )
    expect(step?.diff).toContain('-        policy availability\n+        policy consistency')
  })

  it('says that a running daemon may hand the VIP over', () => {
    const impact = (daemonRuns: boolean) =>
      keepalivedConfig.plan({}, context(MYSQL, { ...NONE, daemonRuns }, NONE))[0]?.impact
    expect([impact(false), impact(true)]).toEqual(['none', 'vip-moves'])
  })

  it('leases the VIP shorter than the peer waits', () => {
    expect([0.1, 0.4, 0.5, 1, 2, 10].map(vipLease)).toEqual([0, 0, 1, 2, 5, 29])
    for (let interval = 0.5; interval < 40; interval += 0.25) {
      expect(vipLease(interval) + 0.35).toBeLessThan(3 * interval)
      expect(vipLease(interval)).toBeGreaterThan(interval)
    }
  })

  it('reads what its probe prints', () => {
    shSyntax(keepalivedConfig.probe({}, { inventory: INVENTORY, host: M1, peer: M2 }))
    const file = Buffer.from('x\n').toString('base64')
    expect(
      keepalivedConfig.parse(
        `daemon_file\t${PATH}\t${file}\naccess\t${PATH}\t600 root\ndaemon\tyes\nvariable\tsocket\t/s.sock\nvariable\tpid_file\tm1.pid\nvariable\tdatadir\t/var/lib/mysql/\n`,
      ),
    ).toEqual({
      shown: ['socket', 'pid_file', 'datadir'],
      placed: { content: 'x\n', access: '600 root' },
      next: null,
      socket: '/s.sock',
      pidFile: '/var/lib/mysql/m1.pid',
      daemonRuns: true,
      keepalivedRuns: false,
    })
    expect(keepalivedConfig.parse('')).toEqual({
      shown: null,
      placed: null,
      next: null,
      socket: null,
      pidFile: null,
      daemonRuns: false,
      keepalivedRuns: false,
    })
  })
})
