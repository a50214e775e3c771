import { describe, expect, it } from 'vitest'
import type { TrackProcess } from '../../../../src/keepalived/config/tracked.ts'
import { fileValue, fileVerdict } from '../../../../src/keepalived/track/file-value.ts'
import {
  commandLine,
  hasQuorum,
  matches,
  runningComm,
  type SeenProcess,
} from '../../../../src/keepalived/track/process-match.ts'
import { type Settled, settle, settlesAt } from '../../../../src/keepalived/track/settle.ts'

const wanted = (overrides: Partial<TrackProcess>): TrackProcess => ({
  name: 'p',
  process: 'mysqld',
  parameters: [],
  paramMatch: null,
  fullCommand: false,
  quorum: 1,
  quorumMax: null,
  forkDelay: 0,
  terminateDelay: 0,
  weight: 0,
  reverse: false,
  ...overrides,
})

describe('a tracked file', () => {
  it.each([
    ['12\n', 12],
    [' -3 because\n', -3],
    ['+7', 7],
    ['', 0],
    ['\n', 0],
    ['12abc', null],
    ['on', null],
  ])('%j is %s', (text, value) => {
    expect(fileValue(text)).toBe(value)
  })

  it.each([
    [0, 0, false, { up: true, weight: null, reverse: false }],
    [1, 0, false, { up: false, weight: null, reverse: false }],
    [1, 0, true, { up: false, weight: null, reverse: true }],
    [5, 10, false, { up: true, weight: 50, reverse: false }],
    [-5, 10, false, { up: false, weight: -50, reverse: false }],
    [5, 10, true, { up: false, weight: -50, reverse: false }],
    [0, 10, false, { up: true, weight: null, reverse: false }],
    [300, 10, false, { up: true, weight: 253, reverse: false }],
    [-254, 1, false, { up: false, weight: null, reverse: false }],
    [-1, 254, false, { up: false, weight: null, reverse: false }],
  ])('%i with weight %i, reverse %s', (value, weight, reverse, verdict) => {
    expect(fileVerdict(value, { weight, reverse })).toEqual(verdict)
  })
})

describe('a tracked process', () => {
  const python: SeenProcess = { comm: 'python3', args: ['/usr/bin/python3', '-u', '/srv/app.py'] }
  const named = (process: string, parameters: string[] = [], paramMatch: TrackProcess['paramMatch'] = null) =>
    wanted({ process, parameters, paramMatch })

  it.each([
    ['its name', named('python3'), true],
    ['not a part of its name', named('python'), false],
    ['no path without full_command', named('/usr/bin/python3'), false],
    ['its path with full_command', wanted({ process: '/usr/bin/python3', fullCommand: true }), true],
    ['its bare name with full_command', wanted({ process: 'python3', fullCommand: true }), true],
    ['all parameters', named('python3', ['-u', '/srv/app.py']), true],
    ['too few parameters', named('python3', ['-u']), false],
    ['the first parameters, partial', named('python3', ['-u'], 'partial'), true],
    ['another first parameter, partial', named('python3', ['-v'], 'partial'), false],
    ['the beginning of the last one, initial', named('python3', ['-u', '/srv/'], 'initial'), true],
    ['the beginning of the last one, partial', named('python3', ['-u', '/srv/'], 'partial'), false],
    ['no parameters at all, asked for by param_match', named('python3', [], 'partial'), false],
  ])('%s', (_, one, matched) => {
    expect(matches(one, python)).toBe(matched)
  })

  it('a name longer than the kernel keeps', () => {
    expect(matches(named('systemd-timesyncd'), { comm: 'systemd-timesyn', args: [] })).toBe(true)
  })

  it('name and state of /proc/PID/stat, also of odd names', () => {
    expect(runningComm('12 (mysqld) S 1 12')).toBe('mysqld')
    expect(runningComm('12 (a) b (c) R 1 12')).toBe('a) b (c')
    expect(runningComm('12 (mysqld) Z 1 12')).toBeNull()
  })

  it('/proc/PID/cmdline', () => {
    expect(commandLine('a\0b c\0\0')).toEqual(['a', 'b c', ''])
    expect(commandLine('')).toEqual([])
  })

  it.each([
    [1, null, 0, false],
    [1, null, 1, true],
    [2, null, 1, false],
    [1, 1, 2, false],
    [0, 0, 0, true],
    [0, 0, 1, false],
  ])('quorum %i, quorum_max %s, %i running: %s', (quorum, quorumMax, count, up) => {
    expect(hasQuorum(wanted({ quorum, quorumMax }), count)).toBe(up)
  })
})

describe('a delayed change', () => {
  const delays = { downMs: 300, upMs: 100 }
  const looks = (states: readonly (readonly [boolean, number])[]): (boolean | undefined)[] => {
    let settled: Settled | null = null
    return states.map(([up, now]) => {
      settled = settle(settled, up, delays, now)
      return settled.up
    })
  }

  it('counts when it has lasted', () => {
    expect(
      looks([
        [true, 0],
        [false, 1000],
        [false, 1299],
        [false, 1300],
      ]),
    ).toEqual([true, true, true, false])
  })

  it('starts anew after it was taken back', () => {
    expect(
      looks([
        [true, 0],
        [false, 1000],
        [true, 1200],
        [false, 1250],
        [false, 1500],
        [false, 1550],
      ]),
    ).toEqual([true, true, true, true, true, false])
  })

  it('the first look counts at once', () => {
    expect(looks([[false, 0]])).toEqual([false])
  })

  it('says when to look again', () => {
    const settled = settle(settle(null, false, delays, 0), true, delays, 50)
    expect(settlesAt(settled, delays)).toBe(150)
    expect(settlesAt(settle(null, false, delays, 0), delays)).toBeNull()
  })
})
