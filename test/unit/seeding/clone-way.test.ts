import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { masked, revealed } from '../../../src/modules/step.ts'
import { CLONE_STATUS } from '../../../src/mysql/clone.ts'
import { cloneScript } from '../../../src/seeding/clone-way.ts'

const login = { from: '10.0.0.2', host: '10.0.0.1', port: 3306, password: new Secret('hunter-2'), tls: true }
const script = cloneScript('mysql.service', login, null)

it('the clone is sh, and its password goes to stdin alone', () => {
  execFileSync('/bin/sh', ['-n'], { input: revealed(script) })
  expect(masked(script)).not.toContain('hunter-2')
  const [before = ''] = revealed(script).split('hunter-2')
  expect(before).toContain('sql >"$said" 2>&1 <<\'MMHA_END_OF_SQL\' &')
})

it.each([
  ['restarted with the clone', ['In Progress\\t\\t', 'Completed\\t\\tabc:1-5'], 'Completed\t\tabc:1-5'],
  ['was killed, and stands on what it had: nothing goes on', ['Died\\tinterrupted\\t'], 'Died\tinterrupted\t'],
])('the server went away: it %s', (_, states, last) => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha clone-'))
  const answers = states.map((state, i) => `${i + 1}) printf '${state}\\n' ;;`).join(' ')
  const client = `#!/bin/sh
case "$*" in
*clone_status*) echo >>"$ASKED"; case $(wc -l <"$ASKED") in ${answers} esac ;;
*clone_progress*) exit 1 ;;
*) echo 'ERROR 2013 (HY000): Lost connection to server'; exit 1 ;;
esac
`
  try {
    for (const name of ['mariadb', 'mysql']) writeFileSync(join(folder, name), client, { mode: 0o700 })
    writeFileSync(join(folder, 'systemctl'), '#!/bin/sh\n', { mode: 0o700 })
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, ASKED: join(folder, 'asked') }
    const printed = execFileSync('/bin/sh', ['-eus'], { input: revealed(script), env, encoding: 'utf8' })
    expect(printed.trimEnd().split('\n').at(-1)).toBe(last.trimEnd())
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('a stage that failed ends a clone, whatever its state says', () => {
  expect(CLONE_STATUS).toMatch(/'In Progress' AND EXISTS\(.*clone_progress WHERE STATE='Failed'\), 'Died'/)
})
