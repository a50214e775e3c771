import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { pairPreflight } from '../../../src/modules/pair-preflight.ts'
import { type PairReadyFacts, pairReady } from '../../../src/modules/pair-ready.ts'
import { type PreflightFacts, parsePreflight } from '../../../src/modules/preflight/facts.ts'
import { masked } from '../../../src/modules/step.ts'
import { checkSh, context, fromPeer, hostFacts, INVENTORY, M1, M2, MYSQL, shSyntax } from './pair-context.ts'

const PROBE = { inventory: INVENTORY, host: M1, peer: M2 }

/** The host holds the VIP. */
function holding(facts: HostFacts): HostFacts {
  return { ...facts, nics: facts.nics.map((nic) => ({ ...nic, addresses: [...nic.addresses, '10.77.0.100/24'] })) }
}

describe('pair_preflight', () => {
  const QUIET: PreflightFacts = { ...parsePreflight('server\tup\n'), vipAnswers: false }
  const LOOK = { close: false }
  const look = (facts: Partial<HostFacts>, mine: PreflightFacts = QUIET, peerFacts = hostFacts(M2.address, MYSQL)) =>
    pairPreflight.plan(LOOK, context(MYSQL, mine, QUIET, { facts: hostFacts(M1.address, MYSQL, facts), peerFacts }))

  it('lets fit hosts pass', () => {
    expect(look({})).toEqual([])
    expect(look({ glibc: '2.28' })).toEqual([])
    expect(look({ glibc: '3.0' })).toEqual([])
    expect(look({ uid: 1000, sudo: true })).toEqual([])
  })

  const nic = { name: 'host0', up: true, mac: '', addresses: ['10.77.0.11/24'] }
  it.each<[Partial<HostFacts>, string]>([
    [{ arch: 'armv7l' }, 'its processor is armv7l'],
    [{ init: 'sysv' }, 'it was not started by systemd'],
    [{ glibc: '2.17' }, 'its C library is glibc 2.17'],
    [{ glibc: '' }, 'its C library is not glibc'],
    [{ uid: 1000, sudo: false }, 'not root and may not sudo'],
    [{ nics: [{ ...nic, up: false }] }, 'its interface host0 is down'],
    [{ nics: [nic, { ...nic, name: 'lo', addresses: ['10.77.0.100/32'] }] }, 'the VIP is an address of lo already'],
  ])('refuses %j', (facts, message) => {
    expect(() => look(facts)).toThrow(message)
    expect(() => look(facts)).toThrow(expect.objectContaining({ exit: 5, host: 'm1' }))
  })

  it('says everything at once', () => {
    expect(() => look({ arch: 'armv7l', init: 'sysv' })).toThrow(/armv7l; it was not started by systemd/)
  })

  it('refuses a VIP of somebody else, and another keepalived', () => {
    expect(() => look({}, { ...QUIET, vipAnswers: true })).toThrow('another machine answers at the VIP')
    expect(() => look({}, { ...QUIET, keepalivedRuns: true })).toThrow('keepalived runs there, and not by')
    // Our own holder answers, of course.
    expect(look({}, { ...QUIET, vipAnswers: true }, holding(hostFacts(M2.address, MYSQL)))).toEqual([])
    // Also when it took the VIP after it was looked at.
    expect(look({}, { ...QUIET, vipAnswers: true, vipMac: '52:54:00:00:00:01' })).toEqual([])
    expect(() => look({}, { ...QUIET, vipAnswers: true, vipMac: '52:54:00:00:00:99' })).toThrow('another machine')
  })

  it('refuses a port that another program has, and takes a database server for what it is', () => {
    expect(() => look({}, { ...QUIET, portUser: 'docker-proxy' })).toThrow('port 3306 is taken by docker-proxy')
    expect(look({}, { ...QUIET, portUser: 'mysqld' })).toEqual([])
    expect(look({}, { ...QUIET, portUser: 'mariadbd' })).toEqual([])
  })

  it('sees who listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const inventory = { ...PROBE.inventory, server: { ...PROBE.inventory.server, port } }
    const probe = pairPreflight.probe(LOOK, { ...PROBE, inventory })
    const said = execFileSync('sh', ['-s'], { input: probe, encoding: 'utf8' })
    server.close()
    // Node names its main thread as it likes from version to version.
    expect(pairPreflight.parse(said).portUser).not.toBeNull()
  })

  it('reads what its probe prints', () => {
    shSyntax(pairPreflight.probe(LOOK, PROBE))
    expect(pairPreflight.parse('keepalived\tyes\nvip\tyes\n')).toMatchObject({
      keepalivedRuns: true,
      vipAnswers: true,
      vipMac: null,
      portUser: null,
      server: 'down',
      close: null,
    })
    expect(pairPreflight.parse('vip\tno\nserver\tup\n')).toEqual(QUIET)
    expect(pairPreflight.parse('server\tup\n')).toEqual({ ...QUIET, vipAnswers: null })
  })
})

describe('pair_ready', () => {
  const HOLDER: PairReadyFacts = {
    daemonRuns: true,
    keepalivedRuns: false,
    readOnly: false,
    channelRuns: true,
    semiSyncSource: true,
    semiSyncReplica: true,
  }
  const STANDBY: PairReadyFacts = { ...HOLDER, readOnly: true, semiSyncSource: false }
  const plan = (mine: PairReadyFacts, theirs: PairReadyFacts, vips: readonly ('m1' | 'm2')[] = ['m1']) => {
    const facts = (host: typeof M1) => {
      const base = hostFacts(host.address, MYSQL)
      return vips.some((name) => name === host.name) ? holding(base) : base
    }
    const seen = context(MYSQL, mine, theirs, { facts: facts(M1), peerFacts: facts(M2) })
    return { seen, steps: pairReady.plan({ timeout: 60 }, seen) }
  }

  it('has nothing to wait for in a whole pair, whoever holds the VIP', () => {
    const { seen, steps } = plan(HOLDER, STANDBY)
    expect(steps).toEqual([])
    expect(pairReady.plan({ timeout: 60 }, fromPeer(seen))).toEqual([])
    expect(plan(STANDBY, HOLDER, ['m2']).steps).toEqual([])
  })

  it.each<[string, PairReadyFacts, PairReadyFacts, ('m1' | 'm2')[], string]>([
    ['nobody holds', STANDBY, STANDBY, [], '- no host holds the VIP'],
    ['both hold', HOLDER, STANDBY, ['m1', 'm2'], '- both hosts hold the VIP'],
    ['read-only holder', { ...HOLDER, readOnly: true }, STANDBY, ['m1'], '- m1: holds the VIP and is read-only'],
    [
      'writable standby',
      HOLDER,
      { ...STANDBY, readOnly: false },
      ['m1'],
      '- m2: does not hold the VIP and is writable',
    ],
    ['dead server', HOLDER, { ...STANDBY, readOnly: null }, ['m1'], '- m2: the server does not answer'],
    ['no daemon', HOLDER, { ...STANDBY, daemonRuns: false }, ['m1'], '- m2: mmha-keepalived does not run'],
    ['no channel', { ...HOLDER, channelRuns: false }, STANDBY, ['m1'], '- m1: does not replicate from its peer'],
    ['async holder', { ...HOLDER, semiSyncSource: false }, STANDBY, ['m1'], '- m1: semi-sync is off on the holder'],
    ['async standby', HOLDER, { ...STANDBY, semiSyncReplica: false }, ['m1'], '- m2: semi-sync is off on the standby'],
  ])('waits, on both hosts: %s', (_what, mine, theirs, vips, missing) => {
    const { seen, steps } = plan(mine, theirs, vips)
    for (const found of [steps, pairReady.plan({ timeout: 60 }, fromPeer(seen))]) {
      expect(found).toHaveLength(1)
      expect(found[0]?.diff.split('\n')).toContain(missing)
      checkSh(found)
    }
  })

  it.each([
    ['Rpl_semi_sync_source_status\\tON\\nRpl_semi_sync_replica_status\\tOFF', [true, false]],
    ['Rpl_semi_sync_master_status\\tOFF\\nRpl_semi_sync_slave_status\\tON', [false, true]],
    ['', [false, false]],
  ])('goes by the counters that the server has: %s', (counters, expected) => {
    const script = masked(plan(HOLDER, HOLDER).steps[0]?.run ?? { parts: [] })
    const asked = script.split('\n').find((line) => line.startsWith('is_on()'))
    const isOn = (names: string) =>
      spawnSync('sh', ['-c', `sql() { printf '${counters}\\n'; }\n${asked}\nis_on '${names}'`]).status === 0
    expect(['source|master', 'replica|slave'].map(isOn)).toEqual(expected)
    expect(script).toContain("is_on 'source|master'")
    expect(script).toContain("is_on 'replica|slave'")
  })

  it('reads what its probe prints', () => {
    shSyntax(pairReady.probe({ timeout: 60 }, PROBE))
    const mysql =
      'daemon\tyes\nread_only\t0\nRpl_semi_sync_replica_status\tON\nRpl_semi_sync_source_status\tON\nchannel_threads\t2\n'
    expect(pairReady.parse(mysql)).toEqual(HOLDER)
    const mariadb =
      'daemon\tyes\nread_only\tNO_LOCK\nRpl_semi_sync_master_status\tOFF\nRpl_semi_sync_slave_status\tON\nchannel_threads\t2\n'
    expect(pairReady.parse(mariadb)).toEqual(STANDBY)
    expect(pairReady.parse('channel_threads\t0\n')).toEqual({
      daemonRuns: false,
      keepalivedRuns: false,
      readOnly: null,
      channelRuns: false,
      semiSyncSource: false,
      semiSyncReplica: false,
    })
  })
})
