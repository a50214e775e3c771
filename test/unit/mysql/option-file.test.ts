import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseOptionFile, readCredentials } from '../../../src/mysql/option-file.ts'

const dir = mkdtempSync(join(tmpdir(), 'mmha-option-file-'))
afterAll(() => rmSync(dir, { recursive: true }))

function file(name: string, content: string, mode: number): string {
  const path = join(dir, name)
  writeFileSync(path, content, { mode })
  return path
}

describe('option files', () => {
  it('are read as the server’s own clients read them', () => {
    const text = `
# comment
; comment
!includedir /etc/other
[mysqld]
skip-name-resolve
[client]
user = mmha
password="a#b;c \\\\ d"   
host=localhost # here
[client]
port=3307
`
    expect(parseOptionFile(text)).toEqual(
      new Map([
        ['mysqld', new Map([['skip_name_resolve', '']])],
        [
          'client',
          new Map([
            ['user', 'mmha'],
            ['password', 'a#b;c \\ d'],
            ['host', 'localhost'],
            ['port', '3307'],
          ]),
        ],
      ]),
    )
  })

  it('give credentials', async () => {
    const { user, password } = await readCredentials(file('good', '[client]\nuser=u\npassword=p=1\n', 0o600))
    expect([user, password.reveal(), `${password}`]).toEqual(['u', 'p=1', '***'])
  })

  it.each([
    ['open', '[client]\nuser=u\n', 0o644, 'others may read it'],
    ['nobody', '[mysql]\nuser=u\n', 0o600, 'no user in [client]'],
  ])('%s is refused', async (name, content, mode, message) => {
    await expect(readCredentials(file(name, content, mode))).rejects.toThrow(message)
  })

  it('a missing one is refused with what to do', async () => {
    await expect(readCredentials(join(dir, 'missing'))).rejects.toMatchObject({
      code: 'OPTION_FILE',
      hint: expect.stringContaining('provision'),
    })
  })
})
