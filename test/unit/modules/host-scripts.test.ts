import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { shippedTemplate } from '../../../src/modules/shipped-template.ts'
import { revealed } from '../../../src/modules/step.ts'
import { renderScript } from '../../../src/modules/template.ts'
import { alivenessOf } from '../../../src/mysql/aliveness.ts'
import { SqlError } from '../../../src/mysql/sql-session.ts'
import { INVENTORY, M1 } from './pair-context.ts'
import { runScript } from './run-script.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mmha-scripts-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A program beside the script, found before the system's. */
function program(name: string, body: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`)
  chmodSync(join(folder, name), 0o755)
}

function place(text: string): string {
  const path = join(folder, 'script.sh')
  writeFileSync(path, text)
  chmodSync(path, 0o700)
  // SC2016: a name in single quotes with a $ in it is what one of the tests is about.
  const checked = spawnSync('shellcheck', ['-s', 'sh', '-e', 'SC2016', path], { encoding: 'utf8' })
  if (checked.error === undefined) expect(checked.stdout).toBe('')
  return path
}

const env = (): NodeJS.ProcessEnv => ({ PATH: `${folder}:/usr/bin:/bin` })

describe('templates/notify.sh.hbs', () => {
  const WORDS = ['INSTANCE', 'MMHA', 'MASTER', '254']

  function notify(
    changes: { command?: string; mail?: readonly string[]; name?: string; deadline?: number },
    words: readonly string[] = WORDS,
  ) {
    const { command = null, mail = [], name = 'pair', deadline = 20 } = changes
    const inventory = { ...INVENTORY, name, notify: { command, mail } }
    const text = revealed(renderScript(shippedTemplate('notify.sh.hbs'), { inventory, host: M1, deadline }))
    program('logger', `printf '%s|' "$@" >>${folder}/log; echo >>${folder}/log`)
    const run = spawnSync(place(text), words, { env: env(), encoding: 'utf8' })
    return { status: run.status, said: run.stdout + run.stderr, log: readFileSync(join(folder, 'log'), 'utf8') }
  }

  it('writes one line to the journal', () => {
    expect(notify({})).toEqual({
      status: 0,
      said: '',
      log: '-t|mmha-notify|-p|daemon.notice|--|INSTANCE MMHA is MASTER, priority 254 (pair pair, VIP 10.77.0.100)|\n',
    })
  })

  it('stands a name that the shell would act on, and no words at all', () => {
    const name = `it's "$(touch ${folder}/pwned)"`
    expect(notify({ name, mail: ['dba@example.com'] }, []).log).toContain(`is unknown, priority 0 (pair ${name},`)
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  })

  it('gives the four words to the command, with its own arguments before them', () => {
    program('page', `printf '%s|' "$@" >${folder}/paged`)
    expect(notify({ command: `page --team 'data base'` }).status).toBe(0)
    expect(readFileSync(join(folder, 'paged'), 'utf8')).toBe('--team|data base|INSTANCE|MMHA|MASTER|254|')
  })

  it.each([
    ['fails', 'echo why >&2; exit 3;', 'exit code 3: why|'],
    ['is no shell', 'if (', 'exit code 2: '],
    ['hangs', 'sleep 60 & wait;', 'exit code 124: '],
  ])('a command that %s is a line of the journal, and no failure', (_what, command, code) => {
    const { status, log } = notify({ command, deadline: 0.2 })
    expect(status).toBe(0)
    expect(log.split('\n')[1]).toContain(`-t|mmha-notify|-p|daemon.err|--|notify.command: ${code}`)
  })

  it('sends mail through sendmail, and says when there is none', () => {
    const mail = ['dba@example.com', 'night+shift@example.com']
    program('sendmail', `cat >${folder}/mail`)
    expect(notify({ mail }).log.split('\n')).toHaveLength(2)
    expect(readFileSync(join(folder, 'mail'), 'utf8')).toBe(`To: dba@example.com, night+shift@example.com
Subject: [pair] m1: MMHA is MASTER

INSTANCE MMHA on m1 is MASTER, priority 254.
The pair is pair, its address 10.77.0.100. More, on the host: mmha-keepalived ctl status
`)
    program('sendmail', 'echo no relay >&2; exit 75')
    expect(notify({ mail }).log).toContain('daemon.err|--|notify.mail: sendmail: exit code 75: no relay|')
  })

  it('takes no secret', () => {
    expect(() => renderScript('{{shell password}}', { password: new Secret('x') })).toThrow('not for secrets')
  })
})

/** First packet of a server that refuses: length, sequence 0, 0xff, code, text. */
function refusal(code: number): Buffer {
  const text = Buffer.from('no')
  const packet = Buffer.alloc(7 + text.length)
  packet.writeUIntLE(3 + text.length, 0, 3)
  packet[4] = 0xff
  packet.writeUInt16LE(code, 5)
  text.copy(packet, 7)
  return packet
}

const client = ['mariadb', 'mysql'].find((name) => spawnSync(name, ['--version']).error === undefined)

describe('templates/check-mysql.sh.hbs', () => {
  const credentials = (): string => join(folder, "it's role.cnf")
  const rendered = (): string =>
    revealed(renderScript(shippedTemplate('check-mysql.sh.hbs'), { credentials: credentials(), deadline: 1 }))

  it('knows the answers of a server that lives as the daemon does', () => {
    const known = /^([\d |]+)\) exit 0/m.exec(rendered())?.[1]?.split(' | ').map(Number)
    const lives = Array.from({ length: 4000 }, (_, code) => code).filter(
      (errno) => alivenessOf(new SqlError('', { errno, code: '', lost: false })) === 'degraded',
    )
    expect(known).toEqual(lives)
  })

  describe.skipIf(client === undefined)('with a client (none is installed here)', () => {
    /** What a peer that greets like this makes of the check. */
    async function check(greet: (socket: Socket) => void) {
      const sockets = new Set<Socket>()
      const server: Server = createServer((socket) => {
        sockets.add(socket.on('error', () => undefined))
        greet(socket)
      })
      const path = join(folder, 's.sock')
      await new Promise<void>((resolve) => server.listen(path, resolve))
      writeFileSync(credentials(), `[client]\nuser=mmha\npassword="p"\nsocket=${path}\n`)
      const ended = await runScript(place(rendered()), { ...env(), HOME: folder })
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      return ended
    }

    it.each([1040, 1045, 1129, 1203])('a server that refuses with %i is alive', async (code) => {
      expect(await check((socket) => socket.end(refusal(code)))).toEqual({ status: 0, stderr: '' })
    })

    it('one that shuts down is not', async () => {
      const { status, stderr } = await check((socket) => socket.end(refusal(1053)))
      expect(status).toBe(1)
      expect(stderr).toContain('1053')
    })

    it('one that is silent is not, after the deadline', async () => {
      expect(await check(() => undefined)).toEqual({ status: 1, stderr: 'no answer within 1 s\n' })
    })

    it('nobody is not, and no password is shown', async () => {
      writeFileSync(credentials(), `[client]\nuser=mmha\npassword="s3cret"\nsocket=${folder}/nobody.sock\n`)
      const { status, stderr } = await runScript(place(rendered()), env())
      expect(status).toBe(1)
      expect(stderr).toContain('ERROR 2002')
      expect(stderr).not.toContain('s3cret')
    })
  })

  it('a host without a client is not checked, which is said', () => {
    const run = spawnSync('/bin/sh', [place(rendered())], { env: { PATH: folder }, encoding: 'utf8' })
    expect([run.status, run.stderr]).toEqual([1, 'there is no mysql or mariadb client on this host\n'])
  })
})
