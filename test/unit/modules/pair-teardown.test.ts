import { describe, expect, it } from 'vitest'
import { type PairTeardownParams, pairTeardown } from '../../../src/modules/pair-teardown.ts'
import { masked } from '../../../src/modules/step.ts'
import { parseTeardown, withoutRole } from '../../../src/modules/teardown-facts.ts'
import { checkSh, context, hostFacts, M1, M2, MARIADB, MYSQL } from './pair-context.ts'

const FILE = `# Settings of an mmha pair.
[mysqld]

# only the daemon starts a channel
skip_replica_start = ON

# only the daemon opens a server
read_only = ON

# also for administrators
super_read_only = ON

# events run where the address is
event_scheduler = OFF

# the same rows on both
sync_binlog = 1
`

/** What a host of a whole pair prints. */
function said(readOnly: '0' | '1', file: string = FILE): string {
  return [
    `file\t/etc/mysql/x.cnf\t${Buffer.from(file).toString('base64')}`,
    'daemon\tyes',
    'enabled\tmmha-keepalived.service',
    'installed\tyes',
    'left\t/etc/mmha/role.cnf',
    `read_only\t${readOnly}`,
    'channel\tSlave_IO_State\tx',
    'channel_threads\t2',
    'account\treplication',
    'grant\tGRANT x',
    'account\trole',
    'grant\tGRANT x',
    'epochs\t3',
    '',
  ].join('\n')
}

const holding = (address: string) => ({
  ...hostFacts(address, MYSQL),
  nics: [{ name: 'host0', up: true, mac: '', addresses: [`${address}/24`, '10.77.0.100/24'] }],
})

function planned(
  part: PairTeardownParams['part'],
  changes: Partial<PairTeardownParams> = {},
  holds: 'me' | 'peer' | 'nobody' = 'me',
  mine = said(holds === 'me' ? '0' : '1'),
  theirs = said(holds === 'me' ? '1' : '0'),
) {
  const steps = pairTeardown.plan(
    { part, standby: 'replica', holder: null, ...changes },
    context(MYSQL, parseTeardown(mine), parseTeardown(theirs), {
      ...(holds === 'me' ? { facts: holding(M1.address) } : {}),
      ...(holds === 'peer' ? { peerFacts: holding(M2.address) } : {}),
    }),
  )
  checkSh(steps)
  return steps
}

const ids = (steps: ReturnType<typeof planned>) => steps.map(({ id }) => id.split('/').at(-1))

describe('the option file after a teardown', () => {
  it('of the host that takes the writes has nothing of a role left', () => {
    expect(withoutRole(FILE, 'source')).toBe(
      '# mmha teardown: this server takes the writes. The file is yours now.\n[mysqld]\n\n# the same rows on both\nsync_binlog = 1\n',
    )
  })

  it('of a replica stays read-only, and follows again after a restart', () => {
    const text = withoutRole(FILE, 'replica')
    expect(text).toContain('\nread_only = ON\n')
    expect(text).toContain('\nsuper_read_only = ON\n')
    expect(text).not.toContain('skip_replica_start')
  })

  it('says what the server is, so that a run that was cut goes on with the same', () => {
    for (const role of ['source', 'replica', 'alone'] as const) {
      expect(parseTeardown(said('1', withoutRole(FILE, role))).role).toBe(role)
    }
    expect(parseTeardown(said('1')).role).toBeNull()
  })
})

describe('a teardown', () => {
  it('takes the writes where the VIP is', () => {
    expect(planned('settings')[0]?.title).toContain('takes the writes')
    expect(planned('settings', {}, 'peer')[0]?.title).toContain('follows')
    expect(planned('settings', { standby: 'alone' }, 'peer')[0]?.title).toContain('is alone')
  })

  it('goes by what is written when the VIP is gone already', () => {
    const source = said('1', withoutRole(FILE, 'source'))
    const replica = said('1', withoutRole(FILE, 'replica'))
    expect(planned('settings', {}, 'nobody', source, replica)).toEqual([])
    expect(planned('settings', {}, 'nobody', said('1'), source)[0]?.title).toContain('follows')
    expect(planned('settings', {}, 'nobody', said('1'), replica)[0]?.title).toContain('takes the writes')
    expect(ids(planned('daemon', {}, 'nobody', source, replica))).toEqual(['daemon', 'open'])
  })

  it('goes by who has the VIP now, where a takeover came after a run that was cut', () => {
    const [source, replica] = (['source', 'replica'] as const).map((role) => said('1', withoutRole(FILE, role)))
    const [mine] = planned('settings', {}, 'peer', source, replica)
    expect(mine?.title).toContain('follows')
    // It had been opened: the one that follows is closed again, also after a restart.
    const text = masked(mine?.run ?? { parts: [] })
    for (const line of ['super_read_only = ON', 'read_only = ON', 'event_scheduler = OFF'])
      expect(text.split(`\n${line}\n`)).toHaveLength(2)
    expect(text).not.toContain('skip_replica_start')
    expect(planned('settings', {}, 'me', replica, source)[0]?.title).toContain('takes the writes')
    expect(planned('settings', {}, 'me', source, replica)).toEqual([])
    for (const part of ['daemon', 'replication', 'remains'] as const) {
      expect(() => planned(part, {}, 'peer', source, replica)).toThrow(
        expect.objectContaining({ code: 'VIP_MOVED', exit: 5 }),
      )
    }
  })

  it('takes no --holder that has not the VIP while the other one has', () => {
    expect(() => planned('settings', { holder: 'm2' })).toThrow(
      expect.objectContaining({ code: 'HOLDER_ELSEWHERE', exit: 5 }),
    )
    expect(planned('settings', { holder: 'm1' })[0]?.title).toContain('takes the writes')
  })

  it('asks which host when nothing says so', () => {
    expect(() => planned('settings', {}, 'nobody')).toThrow(expect.objectContaining({ code: 'NO_HOLDER', exit: 5 }))
    expect(planned('settings', { holder: 'm2' }, 'nobody')[0]?.title).toContain('follows')
  })

  it('opens the server that the daemon closes as it stops, and no replica', () => {
    const [stop, open] = planned('daemon')
    expect(stop?.impact).toBe('vip-moves')
    // What opens it must not close it again, as our sessions do that find it closed.
    expect(open === undefined ? '' : masked(open.run)).not.toContain('super_read_only')
    expect(ids(planned('daemon', {}, 'peer'))).toEqual(['daemon'])
    expect(ids(planned('daemon', { standby: 'alone' }, 'peer'))).toEqual(['daemon', 'open'])
  })

  it('lets the replica follow, and nobody else', () => {
    expect(ids(planned('replication'))).toEqual(['channel'])
    expect(planned('replication', {}, 'peer')).toEqual([])
    const stopped = said('1').replace('channel_threads\t2', 'channel_threads\t0')
    expect(planned('replication', {}, 'peer', stopped)[0]?.title).toBe('go on following')
  })

  it('keeps the account that the replica follows with', () => {
    const drops = (...args: Parameters<typeof planned>) =>
      planned(...args).find(({ id }) => id.endsWith('/accounts'))?.diff
    expect(drops('remains')).not.toContain('mmha_repl')
    expect(drops('remains', { standby: 'alone' })).toContain('mmha_repl')
    expect(drops('remains', {}, 'peer')).toContain('mmha_repl')
  })

  it('works for MariaDB', () => {
    const steps = pairTeardown.plan(
      { part: 'daemon', standby: 'replica', holder: 'm1' },
      context(MARIADB, parseTeardown(said('0')), parseTeardown(said('1'))),
    )
    checkSh(steps)
    expect(ids(steps)).toEqual(['daemon', 'open'])
  })
})
