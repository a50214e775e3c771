import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A program on a terminal of its own (script), to which somebody types. */
function onTerminal(program: string, typed: string): Promise<string> {
  const child = spawn('script', ['-qec', `${process.execPath} ${program}; stty -a`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return new Promise((resolve) => {
    let seen = ''
    child.stdout.on('data', (chunk: Buffer) => {
      const before = seen.includes('Passphrase of x:')
      seen += chunk.toString()
      // Who types before the question has turned the echo off would see it.
      if (!before && seen.includes('Passphrase of x:')) child.stdin.write(typed)
    })
    child.once('close', () => resolve(seen))
  })
}

describe('a secret that is asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-ask-'))
  const program = join(folder, 'ask.cjs')
  beforeAll(async () => {
    const contents = `
      import { askSecret } from ${JSON.stringify(join(import.meta.dirname, '../../../src/hosts/terminal-secret.ts'))}
      const answer = askSecret('Passphrase of x:')
      console.log('got ' + (answer === null ? 'nothing' : Buffer.from(answer.reveal()).toString('hex')))`
    await build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      platform: 'node',
      outfile: program,
      logLevel: 'error',
    })
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is not shown while it is typed, and the terminal is as before', async () => {
    const secret = `tr'e"e \\t $(op)`
    const seen = await onTerminal(program, `${secret}\n`)
    expect(seen).toContain(`got ${Buffer.from(secret).toString('hex')}`)
    expect(seen).not.toContain(secret)
    expect(seen).toMatch(/ echo /)
  }, 60_000)

  it('is nothing when nothing is typed', async () => {
    expect(await onTerminal(program, '\n')).toContain('got nothing')
  }, 60_000)

  it('is not asked for where nobody is', async () => {
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'pipe'] })
    let out = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        out += chunk.toString()
      })
    await new Promise((resolve) => child.once('close', resolve))
    expect(out).toBe('got nothing\n')
  }, 60_000)
})
