import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDocument } from '../../../src/inventory/document.ts'
import { loadInventory } from '../../../src/inventory/load.ts'

const root = resolve(import.meta.dirname, '../../..')
const fixtures = join(root, 'test/fixtures/vault')
const plain = readFileSync(join(fixtures, 'plain.yml'), 'utf8')
const examples = [...readFileSync(join(root, 'docs/vault.md'), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
const PATIENCE = 60_000

// `npm test` builds before it tests; without a build there is nothing to ask.
describe.skipIf(!existsSync(join(root, 'dist/mmha.js')))('mmha vault', () => {
  let folder = ''
  let inventory = ''
  let env: NodeJS.ProcessEnv = {}

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mmha-vault-cli-'))
    inventory = join(folder, 'inventory.yml')
    copyFileSync(join(fixtures, 'whole-1.2.yml'), inventory)
    env = {
      PATH: `${folder}:${process.env.PATH}`,
      MMHA_VAULT_PASSWORD_FILE: join(fixtures, 'password-prod'),
      SEEN: join(folder, 'seen'),
    }
    script('mmha', `exec ${process.execPath} ${join(root, 'dist/mmha.js')} "$@"`)
    script('pwgen', 'echo from-pwgen')
  })
  afterEach(() => {
    // What a failed test may have left in memory.
    if (existsSync(seen())) rmSync(dirname(edited()), { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  })

  function script(name: string, body: string): string {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o700 })
    return file
  }

  const seen = () => join(folder, 'seen')
  /** The path that the editor was given. */
  const edited = () => readFileSync(seen(), 'utf8').trim()
  /** An editor that says first which file it was given. */
  const editor = (body: string) => script('editor', `echo "$1" > "$SEEN.new"\nmv "$SEEN.new" "$SEEN"\n${body}`)

  function sh(text: string, input = '') {
    return spawnSync('/bin/sh', ['-euc', text], { cwd: folder, env, input, encoding: 'utf8', timeout: PATIENCE })
  }

  it(
    'does what its page shows',
    () => {
      writeFileSync(inventory, plain)
      chmodSync(inventory, 0o644)
      env.EDITOR = editor('stat -c %a "$1" "$(dirname "$1")"\nsed -i s/10.77.0.12/10.77.0.13/ "$1"')
      const [file = '', value = ''] = examples.map((match) => match[1] ?? '')
      const first = sh(file)
      expect(first).toMatchObject({ status: 0, stdout: `${plain}600\n700\n` })
      expect(readFileSync(inventory, 'utf8')).toBe(plain.replace('10.77.0.12', '10.77.0.13'))
      expect(statSync(inventory).mode & 0o777).toBe(0o600)
      expect(edited()).toMatch(/^\/dev\/shm\/.*\/inventory\.yml$/)
      expect(existsSync(dirname(edited()))).toBe(false)

      writeFileSync(inventory, 'vip: 10.0.0.9\nnic: e\nmasters: [10.0.0.1, 10.0.0.2]\nssh:\n  ')
      // The value's lines belong under its key.
      expect(sh(value.replace('>>', '| sed "2,\\$s/^/  /" >>'))).toMatchObject({
        status: 0,
      })
      expect(loadInventory(inventory, { env }).masters[0].ssh.password?.reveal()).toBe('from-pwgen')
    },
    PATIENCE,
  )

  it(
    'keeps the vault id and the mode of a file, and encrypts it anew only when it was changed',
    () => {
      const before = readFileSync(inventory, 'utf8')
      env.EDITOR = editor(':')
      expect(sh('mmha vault edit inventory.yml')).toMatchObject({ status: 0, stderr: 'inventory.yml is unchanged\n' })
      expect(readFileSync(inventory, 'utf8')).toBe(before)
      env.EDITOR = editor('echo "# more" >> "$1"')
      expect(sh('chmod 640 inventory.yml; mmha vault edit inventory.yml').status).toBe(0)
      expect(readFileSync(inventory, 'utf8')).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/)
      expect(statSync(inventory).mode & 0o777).toBe(0o640)
      expect(sh('mmha vault view inventory.yml').stdout).toBe(`${plain}# more\n`)
    },
    PATIENCE,
  )

  it.each([
    ['fails', 'echo x >> "$1"; exit 7', 'status 7'],
    ['removes the file', 'rm "$1"', 'left no file'],
  ])(
    'an editor that %s: exit 1, no plain file, nothing changed',
    (_, body, why) => {
      const before = readFileSync(inventory, 'utf8')
      env.EDITOR = editor(body)
      const { status, stderr } = sh('mmha vault edit inventory.yml')
      expect(stderr).toContain(why)
      expect(status).toBe(1)
      expect(existsSync(dirname(edited()))).toBe(false)
      expect(readFileSync(inventory, 'utf8')).toBe(before)
    },
    PATIENCE,
  )

  it.each([
    ['SIGTERM, whatever the editor thinks of it', 'SIGTERM', 'trap "" TERM\n', 130],
    ['the end of the terminal', 'SIGHUP', '', 130],
    ['Ctrl-C that ends the editor', 'SIGINT', '', 1],
  ] as const)(
    '%s: no plain file, nothing changed',
    async (_, signal, trap, exit) => {
      const before = readFileSync(inventory, 'utf8')
      env.EDITOR = editor(`${trap}echo open\nread -r line`)
      const child = spawn(process.execPath, [join(root, 'dist/mmha.js'), 'vault', 'edit', 'inventory.yml'], {
        cwd: folder,
        env,
        stdio: ['pipe', 'pipe', 'ignore'],
        detached: true,
      })
      const ended = new Promise((done) => child.once('exit', (status) => done(status)))
      await new Promise((done) => child.stdout.once('data', done))
      expect(readFileSync(edited(), 'utf8')).toBe(plain)
      // As a terminal does it: to all of the group.
      process.kill(-Number(child.pid), signal)
      expect(await ended).toBe(exit)
      expect(existsSync(dirname(edited()))).toBe(false)
      expect(readFileSync(inventory, 'utf8')).toBe(before)
    },
    PATIENCE,
  )

  it.each([
    ['the same twice', 'one\n', 'inventory.yml is encrypted', true],
    ['two that differ', 'two\n', 'the two are not the same; nothing was changed', false],
  ])(
    'a new password at a terminal: %s',
    async (_, again, expected, encrypted) => {
      writeFileSync(inventory, plain)
      const child = spawn('script', ['-qec', 'mmha vault encrypt inventory.yml', '/dev/null'], {
        cwd: folder,
        env: { ...env, MMHA_VAULT_PASSWORD_FILE: '' },
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      const answers = [
        { question: 'Vault password: ', answer: 'one\n' },
        { question: 'Vault password again: ', answer: again },
      ]
      let shown = ''
      child.stdout.on('data', (chunk: Buffer) => {
        shown += chunk.toString()
        // Who types before the question has turned the echo off would see it.
        if (answers[0] !== undefined && shown.includes(answers[0].question))
          child.stdin.write(answers.shift()?.answer ?? '')
      })
      await new Promise((done) => child.once('close', done))
      expect(shown).toContain(expected)
      expect(shown).not.toContain(again.trim() === 'one' ? 'one\r' : 'two\r')
      expect(readFileSync(inventory, 'utf8').startsWith('$ANSIBLE_VAULT;1.1;AES256\n')).toBe(encrypted)
    },
    PATIENCE,
  )

  it(
    'drops an edit of a file that somebody else changed meanwhile',
    () => {
      env.EDITOR = editor('echo x >> "$1"; echo theirs > inventory.yml')
      expect(sh('mmha vault edit inventory.yml')).toMatchObject({ status: 5, stdout: '' })
      expect(readFileSync(inventory, 'utf8')).toBe('theirs\n')
      expect(existsSync(dirname(edited()))).toBe(false)
    },
    PATIENCE,
  )

  it(
    'a wrong password: exit 4, no stack trace, nothing changed',
    () => {
      const before = readFileSync(inventory, 'utf8')
      const { status, stdout, stderr } = sh(
        'echo tr0ub4dor > pass; mmha vault decrypt inventory.yml --vault-password-file pass',
      )
      expect(stderr).toMatch(/^error: inventory\.yml:1:1 is not opened by the vault password \(vault id prod\)/)
      expect(stderr).toContain('\n  do: ')
      expect(stderr).not.toMatch(/tr0ub4dor|\n {4}at |bug/)
      expect({ status, stdout }).toEqual({ status: 4, stdout: '' })
      expect(readFileSync(inventory, 'utf8')).toBe(before)
    },
    PATIENCE,
  )

  it(
    'encrypts nothing twice, and leaves nothing beside the file',
    () => {
      expect(sh('mmha vault encrypt inventory.yml')).toMatchObject({ status: 4 })
      expect(readdirSync(folder).filter((name) => name.startsWith(basename(inventory)))).toEqual(['inventory.yml'])
    },
    PATIENCE,
  )

  it(
    'prints a value with a vault id; the value is on no command line',
    () => {
      const { stdout, status } = sh('mmha vault encrypt-string --vault-id prod --name authPass > value.yml', 'a\nb')
      expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
      const { data } = readDocument(join(folder, 'value.yml'), () => '')
      expect(data).toMatchObject({ authPass: { vault: expect.stringMatching(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/) } })
    },
    PATIENCE,
  )
})
