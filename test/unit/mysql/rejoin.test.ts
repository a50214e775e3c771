import { describe, expect, it } from 'vitest'
import type { Epoch } from '../../../src/mysql/epoch.ts'
import { parseGtidSet } from '../../../src/mysql/gtid-set.ts'
import {
  classify,
  type Evidence,
  type History,
  hasAuthority,
  quarantineOf,
  type Standing,
} from '../../../src/mysql/rejoin.ts'

const ME = 'a9024ed9-e550-11f1-aae1-02ab03741ecf'
const PEER = 'a935a44b-e550-11f1-8541-02cafa17b0a9'
const mysql = (origin: string, text: string): History => ({
  origin,
  executed: parseGtidSet('mysql', text.replaceAll('ME', ME).replaceAll('PEER', PEER)),
})
const maria = (origin: string, text: string): History => ({ origin, executed: parseGtidSet('mariadb', text) })

describe('classification', () => {
  it.each<[string, string, Standing]>([
    ['', '', 'clean'],
    ['ME:1-9,PEER:1-5', 'ME:1-9,PEER:1-5', 'clean'],
    ['ME:1-9,PEER:1-5', 'ME:1-9,PEER:1-8', 'behind'],
    ['ME:1-9,PEER:1-5', 'ME:1-7,PEER:1-5', 'ahead'],
    ['ME:1-9,PEER:1-5', 'ME:1-7,PEER:1-8', 'diverged'],
    // Facts 0.4: the peer has my transactions 10-12, which I have lost.
    ['ME:1-9,PEER:1-5', 'ME:1-12,PEER:1-5', 'rolled-back'],
    ['ME:1-9,PEER:1-6', 'ME:1-12,PEER:1-5', 'rolled-back'],
    // An errant transaction written on the standby under its own name.
    ['ME:1,PEER:1-5', 'PEER:1-5', 'ahead'],
  ])('MySQL: mine %j, theirs %j: %s', (mine, theirs, standing) => {
    expect(classify('mysql', mysql(ME, mine), mysql(PEER, theirs)).standing).toBe(standing)
  })

  it.each<[string, string, Standing]>([
    ['0-1-100', '0-1-100', 'clean'],
    ['0-1-100', '0-1-100,0-2-150', 'behind'],
    ['0-1-100', '0-1-98,0-2-150', 'diverged'],
    ['0-1-100,0-2-150', '0-1-100', 'ahead'],
    // Its own transactions come back (semi-sync replica, strict mode): no roll-back there.
    ['0-1-90', '0-1-100,0-2-150', 'behind'],
  ])('MariaDB: mine %j, theirs %j: %s', (mine, theirs, standing) => {
    expect(classify('mariadb', maria('1', mine), maria('2', theirs)).standing).toBe(standing)
  })

  it('a side that can’t be read is unknown', () => {
    expect(classify('mysql', mysql(ME, ''), null).standing).toBe('unknown')
    expect(classify('mysql', null, mysql(PEER, '')).standing).toBe('unknown')
  })

  it('what came in while the peer was read counts neither as extra nor as missing', () => {
    const found = classify('mysql', mysql(ME, 'PEER:1-5'), mysql(PEER, 'PEER:1-7'), mysql(ME, 'PEER:1-8'))
    expect(found.standing).toBe('clean')
  })
})

describe('quarantine', () => {
  const none: Evidence = { mine: null, theirs: null, myOrigin: ME, refusal: null, doubt: null, before: null }
  const verdict = (mine: string, theirs: string, peerIsHolder: boolean, evidence: Evidence) =>
    quarantineOf(classify('mysql', mysql(ME, mine), mysql(PEER, theirs)), peerIsHolder, evidence)?.standing ?? null
  const epoch = (number: number, holder: string): Epoch => ({ epoch: number, holder, forced: false })

  it.each<[string, string, boolean, string | null]>([
    ['ME:1-9', 'ME:1-9', true, null],
    ['ME:1-9', 'ME:1-9,PEER:1', true, null],
    ['ME:1-9', 'ME:1-8', true, 'diverged'],
    ['ME:1-9', 'ME:1-8', false, null],
    ['ME:1-9', 'ME:1-8,PEER:1', true, 'diverged'],
    ['ME:1-8', 'ME:1-9', false, 'rolled-back'],
  ])('mine %j, theirs %j, peer holds %s: %s', (mine, theirs, holds, standing) => {
    expect(verdict(mine, theirs, holds, none)).toBe(standing)
  })

  it('with no holder, of two diverged servers the one of the last epoch goes on', () => {
    const both = ['ME:1-9', 'ME:1-8,PEER:1'] as const
    expect(verdict(...both, false, { ...none, mine: epoch(3, ME), theirs: epoch(4, PEER) })).toBe('diverged')
    expect(verdict(...both, false, { ...none, mine: epoch(5, ME), theirs: epoch(4, PEER) })).toBeNull()
  })

  const mariadb = (mine: string, theirs: string, evidence: Partial<Evidence>) =>
    quarantineOf(classify('mariadb', maria('1', mine), maria('2', theirs)), true, {
      ...none,
      myOrigin: '1',
      ...evidence,
    })
  const refusal = 'error 1062: Duplicate entry'

  it('MariaDB: rows that stayed when the binary log lost its end keep it from taking its tail back', () => {
    const tail = ['0-1-90', '0-1-100,0-2-150'] as const
    expect(mariadb(...tail, {})).toBeNull()
    const found = mariadb(...tail, { refusal })
    expect(found).toMatchObject({ standing: 'rolled-back', why: expect.stringContaining(refusal) })
    // A restart of the server forgets the applier's error.
    expect(mariadb(...tail, { before: found })).toEqual(found)
    expect(mariadb('0-1-100,0-2-151', '0-1-100,0-2-151', { before: found })).toBeNull()
  })

  it('an applier that stops at what others wrote is no lost tail', () => {
    expect(mariadb('0-1-100,0-2-140', '0-1-100,0-2-150', { refusal })).toBeNull()
  })

  it('equal histories with different epochs: numbers were given twice', () => {
    const same = ['ME:1-9', 'ME:1-9', true] as const
    expect(verdict(...same, { ...none, mine: epoch(3, PEER), theirs: epoch(4, PEER) })).toBe('diverged')
    expect(verdict(...same, { ...none, mine: epoch(4, PEER), theirs: epoch(4, PEER) })).toBeNull()
    expect(verdict(...same, { ...none, mine: null, theirs: epoch(4, PEER) })).toBeNull()
    // The row is on its way.
    expect(
      verdict('ME:1-9', 'ME:1-9,PEER:1', true, { ...none, mine: epoch(3, PEER), theirs: epoch(4, PEER) }),
    ).toBeNull()
  })

  it('a number that was given twice stays so while the holder writes on, until the epochs are the same', () => {
    const apart = { ...none, mine: epoch(3, PEER), theirs: epoch(4, PEER) }
    const judged = (theirs: string, holds: boolean, evidence: Evidence) =>
      quarantineOf(classify('mysql', mysql(ME, 'ME:1-9'), mysql(PEER, theirs)), holds, evidence)
    const before = judged('ME:1-9', true, apart)
    expect(judged('ME:1-9,PEER:1', true, { ...apart, before })).toEqual(before)
    // The holder restarts.
    expect(judged('ME:1-9', false, { ...apart, before })).toEqual(before)
    expect(judged('ME:1-9,PEER:1', true, { ...apart, mine: apart.theirs, before })).toBeNull()
  })

  it('GTIDs that prove nothing: quarantined as soon as somebody else serves, and then for good', () => {
    const lost = { ...none, doubt: 'it ended without a shutdown' }
    expect(verdict('ME:1-9', 'ME:1-9', false, lost)).toBeNull()
    const judged = (holds: boolean, evidence: Evidence) =>
      quarantineOf(classify('mysql', mysql(ME, 'ME:1-9'), mysql(PEER, 'ME:1-9,PEER:1')), holds, evidence)
    const before = judged(true, lost)
    expect(before).toEqual({ standing: 'rolled-back', why: lost.doubt })
    // The holder restarts.
    expect(judged(false, { ...lost, before })).toEqual(before)
    // A copy of the holder has been made.
    expect(judged(true, { ...none, before })).toBeNull()
  })

  it.each([
    [null, null, false],
    [epoch(1, ME), null, true],
    [epoch(2, PEER), epoch(2, PEER), false],
    [epoch(2, ME), epoch(2, ME), true],
    [epoch(1, ME), epoch(2, PEER), false],
  ])('authority of %j over %j: %s', (mine, theirs, expected) => {
    expect(hasAuthority(mine, theirs, ME)).toBe(expected)
  })
})
