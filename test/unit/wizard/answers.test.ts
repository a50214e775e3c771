import { describe, expect, it } from 'vitest'
import { MmhaError } from '../../../src/events/error.ts'
import { english } from '../../../src/events/message.ts'
import { parseAnswers } from '../../../src/wizard/answers.ts'
import { replayAsker } from '../../../src/wizard/replay-asker.ts'

const document = `masters:
  - { host: 10.0.0.1, port: 2222 }
  - host: 10.0.0.2
vip: 10.0.0.100
overwrite: true
`

function failure(run: () => unknown): MmhaError {
  try {
    run()
  } catch (error) {
    if (error instanceof MmhaError) return error
    throw error
  }
  throw new Error('it did not fail')
}

async function rejection(promise: Promise<unknown>): Promise<MmhaError> {
  const outcome = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  return failure(() => {
    if (outcome !== null) throw outcome
  })
}

describe('an answers file', () => {
  it('gives answers by the key of the question, with their places', () => {
    expect([...parseAnswers(document, 'a.yml')]).toEqual([
      ['masters.0.host', { value: '10.0.0.1', where: 'a.yml:2:13' }],
      ['masters.0.port', { value: '2222', where: 'a.yml:2:29' }],
      ['masters.1.host', { value: '10.0.0.2', where: 'a.yml:3:11' }],
      ['vip', { value: '10.0.0.100', where: 'a.yml:4:6' }],
      ['overwrite', { value: true, where: 'a.yml:5:12' }],
    ])
  })

  it.each([
    ['vip: [1', 'a.yml:1:8'],
    [`${document}nick: eth0\n`, 'a.yml:6:1'],
    [document.replace('true', 'perhaps'), 'a.yml:5:12'],
    ['vip: 10.0.0.100\n', 'a.yml:1:1'],
    [document.replace('10.0.0.2', '{a: 1}'), 'a.yml:3:11'],
    [document.replace('host: 10.0.0.2', 'host: x\n    fingerprint: "yes"'), 'a.yml:4:18'],
  ])('%j is refused at its place', (source, where) => {
    expect(failure(() => parseAnswers(source, 'a.yml'))).toMatchObject({ exit: 4, where })
  })
})

describe('answering from a file', () => {
  const said: string[] = []
  const ask = replayAsker(parseAnswers(document, 'a.yml'), (line) => said.push(english(line)))
  const fine = () => null

  it('takes the answer, else the default, and says what it took', async () => {
    expect(await ask.text({ key: 'masters.0.port', message: 'Port:', default: '22', validate: fine })).toBe('2222')
    expect(await ask.text({ key: 'masters.1.port', message: 'Port:', default: '22', validate: fine })).toBe('22')
    expect(await ask.yesNo({ key: 'overwrite', message: 'Overwrite?', default: false })).toBe(true)
    expect(said).toEqual(['Port: 2222', 'Port: 22', 'Overwrite? yes'])
  })

  it('has the same validation as the terminal, and says where the bad answer is', async () => {
    const error = await rejection(ask.text({ key: 'vip', message: 'VIP:', validate: () => 'is in use' }))
    expect(error).toMatchObject({ exit: 4, message: 'vip: is in use', where: 'a.yml:4:6' })
  })

  it('names the key of an answer that is missing', async () => {
    const error = await rejection(
      ask.text({ key: 'masters.0.fingerprint', message: 'Is this its key?', validate: fine }),
    )
    expect(error).toMatchObject({ code: 'ANSWER_MISSING', exit: 4, where: 'masters.0.fingerprint' })
  })

  it('chooses only what is offered', async () => {
    const choices = [
      { value: 'mysql', label: 'MySQL', disabled: '(no package)' },
      { value: 'mariadb', label: 'MariaDB' },
    ]
    const choose = (value: string) => ask.choice({ key: 'server', message: 'Server:', choices, default: value })
    expect(await choose('mariadb')).toBe('mariadb')
    expect((await rejection(choose('mysql'))).message).toBe('server: "mysql" can\'t be chosen: (no package)')
    expect((await rejection(choose('oracle'))).message).toBe(
      'server: "oracle" can\'t be chosen: choose one of: mariadb',
    )
  })
})
