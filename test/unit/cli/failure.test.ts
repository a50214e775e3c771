import { describe, expect, it } from 'vitest'
import { describeFailure } from '../../../src/cli/failure.ts'
import { MmhaError } from '../../../src/events/error.ts'

const options = {
  code: 'STEP_FAILED',
  source: 'user',
  exit: 1,
  host: 'm1',
  where: 'server/install',
  hint: 'mend it',
} as const

describe('what a person is told', () => {
  it('is what happened, where, and what to do', () => {
    const failure = describeFailure(new MmhaError('install failed', options), false)
    expect(failure.text).toBe('error: install failed\n  where: m1, server/install\n  do: mend it')
    expect(failure.exit).toBe(1)
    expect(failure.document).toEqual({
      type: 'error',
      version: 1,
      message: 'install failed',
      code: 'STEP_FAILED',
      host: 'm1',
      where: 'server/install',
      hint: 'mend it',
      exit: 1,
    })
  })

  it('does not name a place twice', () => {
    const error = new MmhaError('i.yml:1:6 vip: wrong', {
      code: 'INVENTORY_INVALID',
      source: 'user',
      exit: 4,
      where: 'i.yml:1:6',
    })
    expect(describeFailure(error, false).text).toBe('error: i.yml:1:6 vip: wrong')
  })

  it('is that an unexpected error is our bug; the stack only for those who ask', () => {
    const error = new TypeError('x is undefined')
    expect(describeFailure(error, false)).toMatchObject({
      exit: 1,
      text: expect.stringContaining('this is a bug in mmha'),
    })
    expect(describeFailure(error, false).text).not.toContain('failure.test.ts')
    expect(describeFailure(error, true).text).toContain('failure.test.ts')
  })

  it('has the causes for those who ask', () => {
    const error = new MmhaError('outer', { ...options, cause: new Error('inner reason') })
    expect(describeFailure(error, true).text).toContain('caused by Error: inner reason')
  })
})
