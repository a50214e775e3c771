import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Sandbox } from '../sandbox.ts'

const FOLDER = new URL('../../../../templates/scripts', import.meta.url).pathname

describe('scripts to take over into keepalived.conf', () => {
  let sandbox: Sandbox
  beforeEach(() => {
    sandbox = new Sandbox()
  })
  afterEach(() => sandbox.remove())

  function run(name: string, ...words: string[]) {
    const env = { PATH: `${sandbox.path}:${process.env.PATH ?? ''}`, XDG_RUNTIME_DIR: sandbox.path }
    return spawnSync(join(FOLDER, name), words, { env, encoding: 'utf8' })
  }

  it('tell-state.sh mails what keepalived or the file says', () => {
    sandbox.script('sendmail', `echo "$@" > ${sandbox.file('how')}; cat > ${sandbox.file('mail')}`)
    expect(run('tell-state.sh', 'dba@example.com', 'INSTANCE', 'VI_1', 'MASTER', '100').status).toBe(0)
    expect(sandbox.read('how')).toBe('-t -i\n')
    const [to, subject, blank, text] = sandbox.read('mail').split('\n')
    expect([to, subject, blank]).toEqual(['To: dba@example.com', `Subject: [${hostname()}] VI_1 is MASTER`, ''])
    expect(text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*: VI_1 is MASTER\. Addresses: /)
    expect(run('tell-state.sh', 'dba@example.com', 'FAULT').status).toBe(0)
    expect(sandbox.read('mail')).toContain('VRRP is FAULT')
    expect(run('tell-state.sh', 'FAULT')).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') })
  })

  it('restart-before-fault.sh restarts as often as it may, and only what does not work', () => {
    const restarts = sandbox.file('restarts')
    sandbox.script('systemctl', `echo "$@" >> ${restarts}`)
    const worksAfter = (count: number) => `[ "$(grep -c . ${restarts} 2>/dev/null)" -ge ${count} ]`
    const check = (restartsAllowed: string, works: string) =>
      run('restart-before-fault.sh', 'mysql', restartsAllowed, works).status
    expect(check('2', 'true')).toBe(0)
    expect(sandbox.read('restarts')).toBe('')
    expect(check('2', worksAfter(2))).toBe(0)
    expect(sandbox.read('restarts')).toBe('restart mysql\nrestart mysql\n')
    expect(check('2', 'false')).toBe(1)
    expect(sandbox.read('restarts')).toBe('restart mysql\n'.repeat(4))
  })
})
