import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { masked, revealed } from '../../../src/modules/step.ts'
import { cloneScript } from '../../../src/seeding/clone-way.ts'

const login = { from: '10.0.0.2', host: '10.0.0.1', port: 3306, password: new Secret('hunter-2'), tls: true }
const script = cloneScript('mysql.service', login, null)

it('the clone is sh, and its password goes to stdin alone', () => {
  execFileSync('/bin/sh', ['-n'], { input: revealed(script) })
  expect(masked(script)).not.toContain('hunter-2')
  const [before = ''] = revealed(script).split('hunter-2')
  expect(before).toContain('sql >"$said" 2>&1 <<\'MMHA_END_OF_SQL\' &')
})
