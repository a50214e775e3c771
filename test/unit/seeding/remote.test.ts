import { expect, it } from 'vitest'
import { rowsOf, seedFailed } from '../../../src/seeding/remote.ts'

it('reads rows as the client prints them', () => {
  expect(rowsOf('a\tb\n\nx\\ty\t\\\\n\\n\n')).toEqual([
    ['a', 'b'],
    ['x\ty', '\\n\n'],
  ])
})

it.each([
  ['ERROR 1114 (HY000) at line 7: The table ‘t’ is full', /its disk is full/],
  ['ERROR 2013 (HY000): Lost connection to server', /its server went away/],
  ['its server went away meanwhile', /its server went away/],
])('%s: said with what to do', (said, hint) => {
  const error = seedFailed('m2', 'load the dump', `--------------\n\n${said}\n`)
  expect(error.message).toBe(`could not load the dump: ${said}`)
  expect(error.hint).toMatch(hint)
  expect({ exit: error.exit, host: error.host }).toEqual({ exit: 1, host: 'm2' })
})

it('no hash of a password gets into the message: what a statement was near to is left out', () => {
  const said = "ERROR 1064 (42000) at line 3: You have an error near 'IDENTIFIED BY PASSWORD '*5AD8F88516BD021DD43F'"
  expect(seedFailed('m2', 'set up the accounts', said).message).not.toContain('5AD8')
})

it.each([
  [
    "--------------\nINSERT INTO `t` VALUES (1,'a customer')\n--------------\n\nERROR 1114 (HY000) at line 7: The table 't' is full\n",
  ],
  [
    "of a long one only its end is kept: a customer')\n--------------\n\nERROR 1114 (HY000) at line 7: The table 't' is full",
  ],
])('nothing of the statement that failed gets into the message, as MariaDB prints it: %j', (said) => {
  expect(seedFailed('m2', 'load the dump', said).message).toBe(
    "could not load the dump: ERROR 1114 (HY000) at line 7: The table 't' is full",
  )
})
