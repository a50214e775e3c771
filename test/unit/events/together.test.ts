import { expect, it } from 'vitest'
import { MmhaError } from '../../../src/events/error.ts'
import { together } from '../../../src/events/together.ts'

const trouble = (message: string, hint: string) =>
  new MmhaError(message, { code: 'X', source: 'user', exit: 3, host: 'm1', where: 'connecting', hint })

it('one error stays itself', () => {
  const one = trouble('m1 is down', 'start it')
  expect(together([one])).toBe(one)
})

it('two are said at once, each with what to do', () => {
  expect(together([trouble('m1 is down', 'start it'), trouble('m2 lets nobody in', 'give a key')])).toMatchObject({
    message: 'm1 is down\nm2 lets nobody in',
    code: 'X',
    exit: 3,
    where: 'connecting',
    hint: 'start it\n  or: give a key',
  })
  expect(together([trouble('a', 'the same'), trouble('b', 'the same')])).toMatchObject({ hint: 'the same' })
})

it('a bug is never hidden behind a trouble', () => {
  const bug = new TypeError('x is undefined')
  expect(together([trouble('m1 is down', 'start it'), bug])).toBe(bug)
})
