import { expect, it, vi } from 'vitest'
import { liveRenderer } from '../../../src/events/live.ts'

it('how far a copy is stands on one line of the terminal, until something else is said', async () => {
  let shown = ''
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    shown += String(text)
    return true
  })
  try {
    const { sink, idle } = liveRenderer('en')
    const say = (code: 'seed.stage' | 'seed.progress', message: string) =>
      sink({ code, level: 'info', host: 'm2', message })
    say('seed.stage', 'takes a dump')
    say('seed.progress', '1 MB')
    say('seed.progress', '2 MB')
    say('seed.stage', 'is compared')
    say('seed.progress', '3 MB')
    await idle()
  } finally {
    stderr.mockRestore()
  }
  const replace = '\r\x1b[2K'
  expect(shown).toBe(`m2: takes a dump\nm2: 1 MB${replace}m2: 2 MB${replace}m2: is compared\nm2: 3 MB\n`)
})
