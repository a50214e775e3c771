import { describe, expect, it } from 'vitest'
import type { MmhaEvent } from '../../../src/events/event.ts'
import { chooseRenderer, ndjson, plain } from '../../../src/events/renderer.ts'
import { Secret } from '../../../src/inventory/secret.ts'

const EVENTS: readonly MmhaEvent[] = [
  { code: 'phase.begin', level: 'info', message: 'Packages', data: { hosts: ['m1'] } },
  { code: 'step.begin', level: 'info', host: 'm1', message: 'install', data: { key: new Secret('hunter2') } },
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
    for (const event of EVENTS) plain(output, false).sink(event)
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
