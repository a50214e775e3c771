import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type FrameEvent, FrameReader, frameScript, type Section } from '../../../src/hosts/remote-script.ts'

const SHELLS = ['/bin/sh', '/bin/bash', '/bin/busybox'].filter(
  (shell) => spawnSync(shell, ['--help']).error === undefined,
)

/** Runs sections in a real shell and reads what came, in chunks of any size. */
function run(shell: string, kind: 'probe' | 'step', sections: readonly Section[], chunk = 7): FrameEvent[] {
  const input = frameScript(sections, { nonce: 'abc123', kind })
  const { stdout } = spawnSync(shell, [...(shell.endsWith('busybox') ? ['sh'] : []), '-s', '0', '1'], { input })
  const events: FrameEvent[] = []
  const reader = new FrameReader(sections, 'abc123', (event) => events.push(event))
  for (let i = 0; i < stdout.length; i += chunk) reader.feed(stdout.subarray(i, i + chunk))
  return events
}

function ends(events: readonly FrameEvent[]) {
  return events.flatMap((event) =>
    event.t === 'end' ? [{ id: event.id, code: event.code, output: event.output }] : [],
  )
}

describe.each(SHELLS)('steps in %s', (shell) => {
  it('run in order, each seen as it begins, speaks and ends', () => {
    const events = run(shell, 'step', [
      { id: 'a', text: 'echo one; echo two >&2' },
      { id: 'b', text: 'printf "no newline"' },
    ])
    expect(events).toEqual([
      { t: 'begin', id: 'a' },
      { t: 'line', id: 'a', text: 'one' },
      { t: 'line', id: 'a', text: 'two' },
      { t: 'end', id: 'a', code: 0, output: 'one\ntwo\n' },
      { t: 'begin', id: 'b' },
      { t: 'line', id: 'b', text: 'no newline' },
      { t: 'end', id: 'b', code: 0, output: 'no newline' },
    ])
  })

  it('stop at the first that fails, also in the middle of a script', () => {
    const events = run(shell, 'step', [
      { id: 'a', text: 'echo before\nfalse\necho after' },
      { id: 'b', text: 'echo never' },
    ])
    expect(ends(events)).toEqual([{ id: 'a', code: 1, output: 'before\n' }])
  })

  it('keep a broken script inside: quotes, braces, here-documents, exit', () => {
    for (const text of ["echo 'open", '{ echo', 'cat <<END\nno end', 'exit 7', '}', ')', 'fi']) {
      const [end] = ends(
        run(shell, 'step', [
          { id: 'a', text },
          { id: 'b', text: 'echo never' },
        ]),
      )
      // A here-document without an end is one to the end of the script, for all of these shells.
      if (!text.startsWith('cat')) expect(end?.code, text).not.toBe(0)
      expect(
        ends(
          run(shell, 'probe', [
            { id: 'a', text },
            { id: 'b', text: 'echo still' },
          ]),
        ).at(-1),
        text,
      ).toEqual({ id: 'b', code: 0, output: 'still\n' })
    }
  })

  it('have nothing on stdin, a strict umask, an unset variable as a failure', () => {
    expect(ends(run(shell, 'step', [{ id: 'a', text: 'cat; umask' }]))).toEqual([
      { id: 'a', code: 0, output: '0077\n' },
    ])
    expect(ends(run(shell, 'step', [{ id: 'a', text: 'echo "$nope"' }]))[0]?.code).not.toBe(0)
  })

  it('are not fooled by output that looks like a frame, nor by cut characters', () => {
    const text = "printf '\\n@@other end 0 0\\n@@abc end 0 0\\nžluťoučký 字\\n'"
    for (const chunk of [1, 2, 3, 64]) {
      const output = '\n@@other end 0 0\n@@abc end 0 0\nžluťoučký 字\n'
      expect(ends(run(shell, 'step', [{ id: 'a', text }], chunk))).toEqual([{ id: 'a', code: 0, output }])
    }
  })
})
