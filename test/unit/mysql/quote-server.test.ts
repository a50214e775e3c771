import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { SQL_FUNCTIONS } from '../../../src/modules/mysql-client.ts'
import { sqlIdentifier, sqlString } from '../../../src/mysql/quote.ts'
import { openSession, type WatchedSession } from '../../../src/mysql/session.ts'
import { text } from '../../../src/mysql/sql-session.ts'
import { RealServer } from './real-server.ts'

/** What is known to break quoting, among letters of one to four bytes. */
const unit = fc.constantFrom(
  "'",
  '"',
  '`',
  '\\',
  '\0',
  '\n',
  '\r',
  '\t',
  '\x1a',
  ';',
  '-',
  '%',
  'n',
  'Z',
  'é',
  '文',
  '😀',
)
const values = fc.oneof(fc.string({ unit, maxLength: 30 }), fc.string({ unit, minLength: 1000, maxLength: 1000 }))
const hex = (value: string) => Buffer.from(value, 'utf8').toString('hex').toUpperCase()
const asUtf8 = (literal: string) => `HEX(CONVERT(${literal} USING utf8mb4))`

/** The server's own mode: what an administrator may have set for the applications. */
describe.each(['', 'NO_BACKSLASH_ESCAPES', 'ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'])(
  'quoting, read back from a real server with sql_mode=%j',
  (mode) => {
    const server = new RealServer()
    let session: WatchedSession

    beforeAll(async () => {
      await server.start(`--sql-mode=${mode}`, '--character-set-server=latin1')
      const credentials = { user: 'root', password: new Secret('') }
      session = await openSession({
        target: { socket: server.socket },
        credentials,
        connectTimeoutMs: 30_000,
        queryTimeoutMs: 30_000,
      })
      await session.query('CREATE DATABASE quoting')
    }, 90_000)
    afterAll(async () => {
      session?.close()
      await server.stop()
    })

    it('the server has that mode, for whoever does not ask for another', async () => {
      expect(text((await session.query('SELECT @@global.sql_mode AS mode'))[0], 'mode')).toBe(
        mode.split(',').reverse().join(','),
      )
    })

    it('a literal is what was quoted', async () => {
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          const [row] = await session.query(`SELECT ${asUtf8(sqlString(value))} AS hex`)
          expect(text(row, 'hex')).toBe(hex(value))
        }),
        { numRuns: 100 },
      )
    })

    it('an identifier is what was quoted', async () => {
      // Names are of the basic plane; a server takes no blank at their end.
      const unit = fc.constantFrom("'", '"', '`', '\\', '\n', ';', '.', 'a', 'é', '文')
      const name = fc.string({ unit, minLength: 1, maxLength: 10 }).filter((one) => one === one.trimEnd())
      await fc.assert(
        fc.asyncProperty(name, async (table) => {
          await session.query(`CREATE TABLE quoting.${sqlIdentifier(table)} (id INT PRIMARY KEY) ENGINE=MEMORY`)
          const [row] = await session.query(
            "SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA='quoting'",
          )
          await session.query(`DROP TABLE quoting.${sqlIdentifier(table)}`)
          expect(text(row, 'name')).toBe(table)
        }),
        { numRuns: 25 },
      )
    })

    it('also through the command line client, as steps and probes use it', () => {
      const all = fc.sample(values, { numRuns: 60, seed: 7 })
      // The host's client, on this socket; nothing of this machine's option files.
      const client = join(server.folder, 'mariadb')
      writeFileSync(client, `#!/bin/sh\nexec /usr/bin/mariadb --no-defaults --socket=${server.socket} "$@"\n`)
      chmodSync(client, 0o755)
      const script = `${SQL_FUNCTIONS}sql <<'MMHA_END_OF_SQL'
${all.map((value) => `SELECT ${asUtf8(sqlString(value))};`).join('\n')}
MMHA_END_OF_SQL
`
      const env = { PATH: `${server.folder}:${process.env.PATH ?? ''}`, LC_ALL: 'C' }
      const said = execFileSync('/bin/sh', ['-eu'], { input: script, encoding: 'utf8', env })
      const read = said.replace(/\n$/, '').split('\n')
      expect(read).toHaveLength(all.length)
      expect(all.filter((value, i) => read[i] !== hex(value)).map((value) => value.slice(0, 40))).toEqual([])
    })
  },
)
