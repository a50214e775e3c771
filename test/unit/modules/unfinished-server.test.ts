import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { purgeOurPackage } from '../../../src/modules/keepalived-install.ts'
import { installScript } from '../../../src/modules/package-install.ts'
import { aptRemove } from '../../../src/modules/package-remove.ts'
import { masked, type Script } from '../../../src/modules/step.ts'
import { REFUSE_TO_RESTART } from '../../../src/modules/unfinished-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-unfinished-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Host {
  /** What dpkg-query says of its packages. */
  readonly packages: readonly string[]
  /** What its server says when it is asked whether it is read-only; null: it does not answer. */
  readonly readOnly: string | null
}

const UNFINISHED = 'half-configured mysql-server-8.4'

/** Runs a script as a step is run, on a host whose programs are stand-ins; apt-get only says that it was called. */
function run(script: Script, { packages, readOnly }: Host) {
  const bin = mkdtempSync(join(folder, 'bin-'))
  const programs = {
    'dpkg-query': `cat <<'EOF'\n${['installed base-files', ...packages].join('\n')}\nEOF`,
    mysql: readOnly === null ? 'exit 1' : `echo ${readOnly}`,
    mariadb: readOnly === null ? 'exit 1' : `echo ${readOnly}`,
    'apt-get': 'echo changed',
  }
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const env = { PATH: `${bin}:/usr/bin:/bin`, LC_ALL: 'C' }
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-eu'], { input: masked(script), env, encoding: 'utf8' })
  return { status, changed: stdout.includes('changed'), stderr }
}

const CHANGES: readonly (readonly [string, Script])[] = [
  ['a package is installed', installScript(['nftables'], true)],
  ['a package is removed', aptRemove(['nftables'])],
  ['our package is taken out', purgeOurPackage()],
]

describe.each(CHANGES)('%s', (_what, script) => {
  it.each(['0', 'OFF'])('not where that would restart a server in use (read_only is %s)', (readOnly) => {
    const { status, changed, stderr } = run(script, { packages: [UNFINISHED], readOnly })
    expect({ status, changed }).toEqual({ status: 1, changed: false })
    expect(stderr).toContain('the installation of mysql-server-8.4 was never finished')
    expect(stderr).toContain('dpkg --configure -a')
  })

  it.each<[string, Host]>([
    ['every package is whole', { packages: ['installed mysql-server-8.4'], readOnly: '0' }],
    ['another’s is not', { packages: ['unpacked postfix', 'config-files mysql-server-8.0'], readOnly: '0' }],
    ['the server is closed', { packages: [UNFINISHED], readOnly: '1' }],
    ['no server answers', { packages: [UNFINISHED], readOnly: null }],
  ])('where %s', (_when, host) => {
    expect(run(script, host)).toEqual({ status: 0, changed: true, stderr: '' })
  })
})

it('names each state that dpkg finishes', () => {
  const script = { parts: [REFUSE_TO_RESTART] }
  const states = ['unpacked', 'half-configured', 'half-installed', 'config-files', 'installed']
  const refused = states.filter(
    (state) => run(script, { packages: [`${state} mariadb-server`], readOnly: 'OFF' }).status === 1,
  )
  expect(refused).toEqual(['unpacked', 'half-configured', 'half-installed'])
})
