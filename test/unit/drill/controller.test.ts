import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { RemoteProgram } from '../../../src/drill/remote-program.ts'
import { planFaults, readScenarios } from '../../../src/drill/scenario-list.ts'
import { cleanupStatements, setupStatements } from '../../../src/drill/schema.ts'
import { until } from '../../../src/drill/until.ts'

describe('RemoteProgram', () => {
  function program() {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
    let die: () => void = () => {}
    const closed = new Promise<void>((done) => {
      die = done
    })
    const remote = new RemoteProgram<{ t: string }, { t: string; n?: number }>('writer on c1', {
      stdin,
      stdout,
      stderr,
      closed,
    })
    return { remote, stdin, stdout, stderr, die }
  }

  it('waits for the message that is wanted, over pieces and other messages', async () => {
    const { remote, stdout } = program()
    const wanted = remote.until((message) => (message.t === 'idle' ? message.n : undefined), 5000, 'end')
    stdout.write('{"t":"progress"}\n{"t":"id')
    stdout.write('le","n":7}\n')
    expect(await wanted).toBe(7)
  })

  it('says why when the program ends', async () => {
    const { remote, stderr, die } = program()
    const wanted = remote.until(() => undefined, 5000, 'greeting')
    stderr.write('node: not found\n')
    await new Promise((done) => setImmediate(done))
    die()
    await expect(wanted).rejects.toMatchObject({
      code: 'DRILL_PROGRAM_LOST',
      message: 'writer on c1 was lost: node: not found',
      where: 'greeting',
    })
  })

  it('hands on what the program itself calls fatal', async () => {
    const { remote, stdout } = program()
    const wanted = remote.until(() => undefined, 5000, 'connection through the VIP')
    stdout.write('{"t":"fatal","message":"no connection to 10.0.0.1:3306"}\n')
    await expect(wanted).rejects.toThrow('writer on c1 was lost: no connection to 10.0.0.1:3306')
  })

  it('gives up in time', async () => {
    const { remote } = program()
    await expect(remote.until(() => undefined, 5, 'greeting')).rejects.toMatchObject({ code: 'DRILL_TIMEOUT' })
  })

  it('sends one JSON document a line', () => {
    const { remote, stdin } = program()
    remote.send({ t: 'pause' })
    expect(String(stdin.read())).toBe('{"t":"pause"}\n')
  })
})

describe('until', () => {
  const never = new AbortController().signal

  it('asks until there is an answer', async () => {
    let asked = 0
    expect(await until(5000, 0, never, async () => (++asked === 3 ? 'yes' : undefined))).toBe('yes')
  })

  it('gives nothing after its time', async () => {
    expect(await until(5, 1, never, async () => undefined)).toBeUndefined()
  })

  it('ends with the signal, also while a question is open', async () => {
    const stop = new AbortController()
    const open = until(60_000, 1, stop.signal, () => new Promise(() => {}))
    stop.abort(new Error('interrupted'))
    await expect(open).rejects.toThrow('interrupted')
  })
})

describe('scenario list', () => {
  it('is the shipped playbook: every fault once', () => {
    expect(readScenarios(resolve(import.meta.dirname, '../../../playbooks/verify.yml'))).toEqual([
      { fault: 'sigkill', runs: 1 },
      { fault: 'stop', runs: 1 },
      { fault: 'power', runs: 1 },
    ])
  })

  it.each([
    ['- fault: earthquake\n', /verify\.yml:1:10 \[0\]\.fault/],
    ['- fault: stop\n  runs: 0\n', /verify\.yml:2:9 \[0\]\.runs/],
    ['fault: stop\n', /verify\.yml:1:1/],
    ['- fault: stop\n  times: 2\n', /times/],
  ])('refuses %j with its place', (text, expected) => {
    const directory = mkdtempSync(join(tmpdir(), 'mmha-drill-'))
    const file = join(directory, 'verify.yml')
    writeFileSync(file, text)
    try {
      expect(() => readScenarios(file)).toThrow(expected)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it.each([
    [undefined, undefined, [{ fault: 'stop', runs: 3 }]],
    [undefined, 5, [{ fault: 'stop', runs: 5 }]],
    [
      ['power', 'stop'] as const,
      undefined,
      [
        { fault: 'power', runs: 1 },
        { fault: 'stop', runs: 3 },
      ],
    ],
  ])('faults %j and runs %j of the command line go first', (faults, runs, expected) => {
    expect(planFaults([{ fault: 'stop', runs: 3 }], faults, runs)).toEqual(expected)
  })
})

describe('schema', () => {
  const password = 'a'.repeat(32)

  it('limits the account to the client’s address and the drill’s schema', () => {
    const text = setupStatements('10.77.0.20', password).join(';\n')
    expect(text).toContain("GRANT SELECT, INSERT, UPDATE ON mmha_drill.* TO 'mmha_drill'@'10.77.0.20'")
    expect(text).not.toContain("@'%'")
  })

  it('drops all that it makes', () => {
    expect(cleanupStatements('10.77.0.20')).toEqual([
      "DROP USER IF EXISTS 'mmha_drill'@'10.77.0.20'",
      'DROP DATABASE IF EXISTS mmha_drill',
    ])
  })

  it.each([
    ["10.0.0.1' OR '1", password],
    ['%', password],
    ['10.77.0.20', "short'"],
  ])('refuses address %j or password %j', (address, secret) => {
    expect(() => setupStatements(address, secret)).toThrow()
  })
})
