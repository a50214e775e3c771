import { describe, expect, it } from 'vitest'
import { holdersOf, problemsOf } from '../../../src/cli/pair-status.ts'
import { plainCommand, plainStatus } from '../../../src/cli/plain-status.ts'
import { english } from '../../../src/events/message.ts'

const HOLDER =
  'holds\tyes\nunfit\t\napart\t\nclosed\tno\npeer\tyes\nthreads\tNoNo\nbehind\tNULL\nsemi_sync\tON\nstandbys\t1\nepoch\t3\n'
const STANDBY =
  'holds\t\nunfit\t\napart\t\nclosed\tyes\npeer\tno\nthreads\tYesYes\nbehind\t0\nsemi_sync\tOFF\nstandbys\t0\nepoch\t3\n'
const pair = (one: string, other: string) => [plainStatus('m1', '10.0.0.1', one), plainStatus('m2', '10.0.0.2', other)]

describe('status where keepalived itself runs', () => {
  it('is whole: one holder that waits for its standby, which follows', () => {
    const nodes = pair(HOLDER, STANDBY)
    expect(holdersOf(nodes)).toEqual(['m1'])
    expect(problemsOf(nodes, 'pair.yml')).toEqual([])
  })

  it.each([
    [
      'a standby that is set aside',
      HOLDER,
      STANDBY.replace('apart\t', 'apart\tmine 0-1-2'),
      /^is quarantined, diverged/,
      /^to save its own transactions .*mmha rejoin pair.yml m2/,
    ],
    [
      'one whose binary log lost its end',
      HOLDER,
      STANDBY.replace('apart\t', 'apart\tthe holder has transactions that this server wrote and has lost: it would'),
      /^is quarantined, rolled-back/,
      /cannot be saved from there.*mmha rejoin pair.yml m2/,
    ],
    [
      'one that may not take over',
      HOLDER,
      STANDBY.replace('unfit\t', 'unfit\tit has not caught up'),
      /it has not caught up/,
      /-t mmha-role/,
    ],
    [
      'a holder that waits for nobody',
      HOLDER.replace('ON', 'OFF'),
      STANDBY,
      /tells clients OK without the standby/,
      /bring/,
    ],
    ['a holder that is read-only', HOLDER.replace('closed\tno', 'closed\tyes'), STANDBY, /is read-only/, /read_only/],
    ['a standby that follows nobody', HOLDER, STANDBY.replace('YesYes', 'NoNo'), /does not replicate/, /-t mmha-role/],
    ['nobody', HOLDER.replace('holds\tyes', 'holds\t'), STANDBY, /nobody holds the address/, /./],
  ])('says %s', (_what, one, other, text, hint) => {
    const problems = problemsOf(pair(one, other), 'pair.yml')
    expect(problems.some((problem) => text.test(english(problem.text)) && hint.test(english(problem.hint)))).toBe(true)
  })

  it('moves the address by the script, and refuses what only the daemon can do', () => {
    expect(plainCommand('switch')).toBe('/etc/keepalived/mmha-role.sh handover')
    expect(plainCommand('promote force')).toContain('exit 1')
  })
})
