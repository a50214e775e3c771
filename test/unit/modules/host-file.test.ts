import { describe, expect, it } from 'vitest'
import { Secret } from '../../../src/inventory/secret.ts'
import { fileStep, type HostFileFacts, shownDiff } from '../../../src/modules/host-file.ts'
import { masked, revealed, sh } from '../../../src/modules/step.ts'
import { renderScript } from '../../../src/modules/template.ts'
import { context } from './pair-context.ts'

const ABSENT: HostFileFacts = { kind: 'absent', mode: '', owner: '', group: '', content: null }

function step(content: ReturnType<typeof sh>, facts: HostFileFacts) {
  return fileStep(
    { path: '/etc/p.cnf', content, mode: '0600', owner: 'root', group: 'root' },
    facts,
    context(null, facts, facts),
  )
}

describe('a template with secrets', () => {
  const view = { user: 'repl', password: new Secret('p{{ss}}&"'), list: [{ key: new Secret('second') }] }
  const script = renderScript('user={{user}}\npassword="{{password}}"\n{{#each list}}key={{key}}\n{{/each}}', view)

  it('keeps them apart from the text', () => {
    expect(masked(script)).toBe('user=repl\npassword="***"\nkey=***\n')
    expect(revealed(script)).toBe('user=repl\npassword="p{{ss}}&""\nkey=second\n')
  })

  it('escapes nothing and takes no missing name', () => {
    expect(revealed(renderScript('{{a}}', { a: 'a=b&c<d>' }))).toBe('a=b&c<d>')
    expect(() => renderScript('{{nope}}', {})).toThrow(/nope/)
  })

  it('is compared with its secrets and shown without', () => {
    const now: HostFileFacts = { kind: 'file', mode: '600', owner: 'root', group: 'root', content: revealed(script) }
    expect(step(script, now)).toBeNull()
    const changed = step(script, { ...now, content: revealed(script).replace('second', 'first') })
    expect(changed?.diff).not.toMatch(/first|second/)
    expect(masked(changed?.run ?? sh``)).not.toContain('second')
    expect(revealed(changed?.run ?? sh``)).toContain('key=second')
  })

  it('shows of the lines of the old file that go only their names', () => {
    const diff = shownDiff(
      '/p',
      'user=old\npassword="old-secret"\n# a comment\n',
      sh`user=new\npassword="${new Secret('new-secret')}"\n`,
    )
    expect(diff).not.toMatch(/old-secret|new-secret/)
    expect(diff).toContain('-password=***')
    expect(diff).toContain('+password="***"')
  })
})

describe('a file without a newline at its end', () => {
  it('gets one, and is then as it should be', () => {
    const written = step(sh`text`, ABSENT)
    expect(revealed(written?.run ?? sh``)).toContain("<<'MMHA_END_OF_FILE'\ntext\nMMHA_END_OF_FILE\n")
    expect(step(sh`text`, { kind: 'file', mode: '600', owner: 'root', group: 'root', content: 'text\n' })).toBeNull()
  })
})
