import { describe, expect, it } from 'vitest'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { told } from '../../../src/events/message.ts'
import { frame } from '../../../src/events/messages/frame.ts'
import { chooseRenderer, ndjson, plain } from '../../../src/events/renderer.ts'
import { Secret } from '../../../src/inventory/secret.ts'

const EVENTS: readonly MmhaEvent[] = [
  { code: 'phase.begin', level: 'info', message: 'Packages', data: { hosts: ['m1'] } },
  { code: 'step.begin', level: 'info', host: 'm1', message: 'install', data: { key: new Secret('hunter2') } },
  { code: 'step.script', level: 'trace', host: 'm1', message: '$ apt-get install x' },
  { code: 'step.output', level: 'debug', host: 'm1', message: 'Unpacking…' },
  { code: 'step.failed', level: 'error', host: 'm1', message: 'install: failed' },
  { code: 'phase.end', level: 'info', message: 'Packages', data: { hosts: ['m1'] } },
]

function collect() {
  const texts: string[] = []
  return { output: { write: (text: string) => texts.push(text) }, text: () => texts.join('') }
}

describe('plain lines', () => {
  it('say what happens on which host', () => {
    const { output, text } = collect()
    for (const event of EVENTS.filter(({ level }) => level !== 'trace')) plain(output, false).sink(event)
    expect(text()).toBe('== Packages\n  m1: install\n  error: m1: install: failed\n')
  })

  it('show with -v what steps print', () => {
    const { output, text } = collect()
    for (const event of EVENTS) plain(output, true).sink(event)
    expect(text()).toContain('    m1: Unpacking…\n')
  })
})

it('NDJSON is one document a line, without secrets', () => {
  const { output, text } = collect()
  for (const event of EVENTS) ndjson(output).sink(event)
  const documents = text()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(documents.map(({ type, code }) => `${String(type)} ${String(code)}`)).toEqual(
    EVENTS.map(({ code }) => `event ${code}`),
  )
  expect(text()).not.toContain('hunter2')
})

describe('the language', () => {
  const event: MmhaEvent = {
    code: 'lock.wait',
    level: 'warn',
    host: 'm1',
    ...told(frame('lock.wait', { owner: 'x@y' })),
  }

  it('is the one of the terminal, in plain lines', () => {
    const { output, text } = collect()
    for (const language of ['en', 'zh'] as const) plain(output, false, language).sink(event)
    expect(text()).toBe(
      'warning: m1: another mmha is at work: x@y; waiting\n警告：m1: 另一个 mmha 正在运行：x@y；等待中\n',
    )
  })

  it('of NDJSON is English, with the code and the parameters', async () => {
    const documents = await Promise.all(
      (['en', 'zh'] as const).map(async (language) => {
        const [{ output, text }, stderr] = [collect(), collect().output]
        const choice = { json: true, verbose: false, stdout: output, stderr, env: {}, language }
        const { sink } = await chooseRenderer(choice)
        sink(event)
        return text()
      }),
    )
    expect(documents[1]).toBe(documents[0])
    expect(JSON.parse(documents[0] ?? '')).toMatchObject({
      type: 'event',
      message: 'another mmha is at work: x@y; waiting',
      said: { code: 'lock.wait', params: { owner: 'x@y' } },
    })
    expect(documents[0]).not.toContain('等待')
  })
})

it.each([
  ['--json', { json: true }, {}, true, 'stdout'],
  ['no terminal', {}, {}, false, 'stderr'],
  ['NO_COLOR', {}, { NO_COLOR: '1' }, true, 'stderr'],
  ['a dumb terminal', {}, { TERM: 'dumb' }, true, 'stderr'],
  ['-v', { verbose: true }, {}, true, 'stderr'],
])('%s goes without the live display', async (_, flags, env, isTTY, where) => {
  const [out, err] = [collect(), collect()]
  const renderer = await chooseRenderer({
    json: false,
    verbose: false,
    ...flags,
    stdout: out.output,
    stderr: { ...err.output, isTTY },
    env,
  })
  for (const event of EVENTS) renderer.sink(event)
  await renderer.idle()
  expect((where === 'stdout' ? out : err).text()).toContain('Packages')
  expect((where === 'stdout' ? err : out).text()).toBe('')
})

it.each([
  [0, false, false],
  [1, true, false],
  [2, true, true],
])('-v %i times: what steps print %s, what they run %s', async (verbose, prints, runs) => {
  for (const json of [false, true]) {
    const [out, err] = [collect(), collect()]
    const renderer = await chooseRenderer({ json, verbose, stdout: out.output, stderr: err.output, env: {} })
    for (const event of EVENTS) renderer.sink(event)
    const text = out.text() + err.text()
    expect(text.includes('Unpacking')).toBe(prints || json)
    expect(text.includes('$ apt-get install x')).toBe(runs)
  }
})
