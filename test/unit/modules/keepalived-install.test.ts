import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildPackage } from '../../../scripts/build-package.mjs'
import { builtPackage, keepalivedInstall } from '../../../src/modules/keepalived-install.ts'
import { keepalivedService } from '../../../src/modules/keepalived-service.ts'
import { masked, sh } from '../../../src/modules/step.ts'
import { checkSh, context, INVENTORY, M1, M2, MYSQL, shSyntax } from './pair-context.ts'

const BUILT = { file: '/somewhere/mmha.deb', version: '0.1.0+abc', size: 12 }
const PROBE = { inventory: INVENTORY, host: M1, peer: M2 }
const install = keepalivedInstall(() => BUILT)

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mmha-unit-package-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const NOTHING = { installed: null, packages: {}, stamp: null }
const facts = (installed: string | null) => ({ installed, packages: {}, stamp: null })

describe('keepalived_install', () => {
  const plan = (installed: string | null) => install.plan({}, context(MYSQL, facts(installed), facts(installed)))

  it('sends the package and installs it where another build, or none, is installed', () => {
    const [first] = plan(null)
    const to = '/var/cache/mmha/mmha-keepalived_0.1.0+abc_amd64.deb'
    expect(first).toMatchObject({ payload: { file: BUILT.file, size: 12, to }, impact: 'none' })
    expect(plan('0.1.0+old')[0]).toMatchObject({
      diff: '- mmha-keepalived 0.1.0+old\n+ mmha-keepalived 0.1.0+abc',
      impact: 'none',
    })
    checkSh([...plan(null), ...plan('0.1.0+old')])
    expect(plan('0.1.0+abc')).toEqual([])
  })

  it('reads what its probe prints', () => {
    shSyntax(install.probe({}, PROBE))
    expect(install.parse('ours\t0.1.0+abc\n')).toEqual(facts('0.1.0+abc'))
    expect(install.parse('')).toEqual(facts(null))
  })

  it('finds the package that was built last, or says how to build it', () => {
    expect(() => builtPackage('x86_64', join(directory, 'missing'))).toThrow('is not built')
    expect(() => builtPackage('x86_64', directory)).toThrow('is not built')
    const file = join(directory, 'mmha-keepalived_0.1.0+abc_amd64.deb')
    writeFileSync(file, 'four')
    expect(builtPackage('x86_64', directory)).toEqual({ file, version: '0.1.0+abc', size: 4 })
    const before = join(directory, 'mmha-keepalived_0.1.0+def_amd64.deb')
    writeFileSync(before, '')
    utimesSync(before, 1000, 1000)
    expect(builtPackage('x86_64', directory).version).toBe('0.1.0+abc')
    utimesSync(file, 999, 999)
    expect(builtPackage('x86_64', directory).version).toBe('0.1.0+def')
    expect(() => builtPackage('aarch64', directory)).toThrow('for aarch64 is not built')
    const arm = join(directory, 'mmha-keepalived_0.1.0+arm_arm64.deb')
    writeFileSync(arm, '')
    expect(builtPackage('aarch64', directory)).toEqual({ file: arm, version: '0.1.0+arm', size: 0 })
    expect(builtPackage('x86_64', directory).version).toBe('0.1.0+def')
    expect(() => builtPackage('riscv64', directory)).toThrow('for riscv64 is not built')
  })
})

describe('keepalived_service', () => {
  const facts = {
    known: true,
    active: true,
    enabled: true,
    needsDaemonReload: false,
    newer: [] as string[],
    otherEnabled: false,
  }
  const plan = (changes: Partial<typeof facts>) =>
    keepalivedService.plan({ timeout: 60 }, context(MYSQL, { ...facts, ...changes }, facts))

  it('leaves a daemon that runs by its files', () => {
    expect(plan({})).toEqual([])
  })

  it('is restarted after a package, and reloaded after a configuration, that the same plan brings', () => {
    const look = (...writes: readonly string[]) =>
      keepalivedService
        .plan({ timeout: 60 }, context(MYSQL, facts, facts, { written: new Set(writes) }))
        .map(({ id, impact }) => [id, impact])
    const [installed] = install.plan({}, context(MYSQL, NOTHING, NOTHING))
    expect(look(...(installed?.writes ?? []))).toEqual([['play/task/restarted', 'restart']])
    expect(look('/etc/keepalived/keepalived.conf')).toEqual([['play/task/reloaded', 'reload']])
    expect(look('/etc/other')).toEqual([])
  })

  it('starts it without waiting for the peer, and waits after a restart or reload', () => {
    const waits = (changes: Partial<typeof facts>) =>
      plan(changes).map((step) => [
        step.id.replace('play/task/', ''),
        masked(step.run).includes('not whole after 60 s'),
      ])
    expect(waits({ active: false })).toEqual([['started', false]])
    expect(waits({ newer: ['/var/lib/dpkg/info/mmha-keepalived.list'] })).toEqual([['restarted', true]])
    expect(waits({ newer: ['/etc/keepalived/keepalived.conf'] })).toEqual([['reloaded', true]])
    checkSh(plan({ newer: ['/etc/keepalived/keepalived.conf'] }))
    // Where nobody was served there is nothing to wait for: the other host may need the same change first.
    const [reload] = plan({ newer: ['/etc/keepalived/keepalived.conf'] })
    const script = masked(reload?.run ?? sh``)
    const order = ['served=yes', 'reload', '[ -n "$served" ] || exit 0', 'not whole after'].map((part) =>
      script.indexOf(part),
    )
    expect(order).toEqual([...order].sort((a, b) => a - b))
    expect(order).not.toContain(-1)
  })
})

describe.skipIf(process.platform !== 'linux')('the package', () => {
  it('is the same bytes for the same contents, and says so in its version', () => {
    const daemonDir = join(directory, 'daemon')
    execFileSync('mkdir', [daemonDir])
    const runtime = join(directory, 'node')
    writeFileSync(runtime, '#!/bin/sh\n')
    writeFileSync(join(daemonDir, 'mmha-keepalived.cjs'), '1')
    writeFileSync(join(daemonDir, 'koffi.node'), '')
    const build = (name: string) => buildPackage({ daemonDir, outDir: join(directory, name), runtime })
    const [first, second] = [build('a'), build('b')]
    expect(first.version).toBe(second.version)
    expect(readFileSync(first.file).equals(readFileSync(second.file))).toBe(true)
    expect(build('a')).toMatchObject({ version: first.version, built: false })
    writeFileSync(join(daemonDir, 'mmha-keepalived.cjs'), '2')
    const changed = build('a')
    expect(changed.version).not.toBe(first.version)
    expect(builtPackage('x86_64', join(directory, 'a')).version).toBe(changed.version)
    writeFileSync(join(daemonDir, 'mmha-keepalived.cjs'), '3')
    const third = build('a')
    expect(readdirSync(join(directory, 'a')).sort()).toEqual(
      [changed, third].map(({ version }) => `mmha-keepalived_${version}_amd64.deb`).sort(),
    )
    const list = execFileSync('dpkg-deb', ['-c', changed.file], { encoding: 'utf8' })
    const paths = list
      .split('\n')
      .flatMap((line) => (line.startsWith('-') ? [line.replace(/^(\S+ \S+).* (\S+)$/, '$1 $2')] : []))
    expect(paths).toEqual([
      '-rwxr-xr-x root/root ./etc/init.d/mmha-keepalived',
      '-rw-r--r-- root/root ./usr/lib/mmha/koffi.node',
      '-rw-r--r-- root/root ./usr/lib/mmha/mmha-keepalived.cjs',
      '-rwxr-xr-x root/root ./usr/lib/mmha/node',
      '-rw-r--r-- root/root ./usr/lib/systemd/system/mmha-keepalived.service',
      '-rwxr-xr-x root/root ./usr/sbin/mmha-keepalived',
    ])
  })
})
