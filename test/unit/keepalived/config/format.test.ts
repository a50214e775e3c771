/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: keepalived's variables look like those of a template */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatConfig } from '../../../../src/keepalived/config/format.ts'
import { NO_FILES } from '../../../../src/keepalived/config/include.ts'
import { readLines } from '../../../../src/keepalived/config/read-lines.ts'
import { type Statement, toTree } from '../../../../src/keepalived/config/tree.ts'
import { fixture, fixturesIn } from './fixtures.ts'

const files = [...fixturesIn('seeds'), ...fixturesIn('quirks')]

/** What a text means before any keyword is looked at: the statements with their words. */
function meaning(text: string): unknown {
  const surroundings = { configId: 'a', environment: {}, random: () => 0 }
  const { lines } = readLines(text, 'f', NO_FILES, surroundings, () => undefined)
  const plain = (statements: readonly Statement[]): unknown =>
    statements.map(({ words, block }) => [words.map(({ text: word }) => word), block === null ? null : plain(block)])
  return plain(
    toTree(
      lines,
      () => false,
      () => undefined,
    ),
  )
}

const comments = (text: string) => text.match(/(?<=^|[\s{}])[#!].*$/gm)?.map((line) => line.trim()) ?? []

describe('the layout of a configuration', () => {
  it('is one, with every comment kept', () => {
    const text = `! Configuration File for keepalived


global_defs
{   # all of it
  router_id   LVS_DEVEL
   notification_email { a@example.com
     b@example.com }
}
$VIP=192.0.2.9
$M= \\
   priority 5 \\
     { a } # not a block
vrrp_instance VI_1{
interface	eth0 # the NIC
virtual_ipaddress{ \${VIP}/24   dev eth0 }   # the address
virtual_ipaddress{ 192.0.2.8/24   dev eth0 }   # the other

# before the end

}
@main   vrrp_script   chk {
script "/bin/x   'y  z'"
    }
~LST({A, B}, {1,2})   x \${A}
`
    expect(formatConfig(text)).toBe(`! Configuration File for keepalived

global_defs { # all of it
    router_id LVS_DEVEL
    notification_email {
        a@example.com
        b@example.com
    }
}
$VIP=192.0.2.9
$M= \\
    priority 5 \\
    { a } # not a block
vrrp_instance VI_1 {
    interface eth0 # the NIC
    virtual_ipaddress{ \${VIP}/24   dev eth0 } # the address
    virtual_ipaddress { # the other
        192.0.2.8/24 dev eth0
    }

    # before the end
}
@main vrrp_script chk {
    script "/bin/x   'y  z'"
}
~LST({A, B}, {1,2})   x \${A}
`)
  })

  it.each(files)('of %s changes neither its meaning nor its comments, and is stable', (file) => {
    const text = fixture(file)
    const formatted = formatConfig(text)
    expect(meaning(formatted)).toEqual(meaning(text))
    expect(comments(formatted)).toEqual(comments(text))
    expect(formatConfig(formatted)).toBe(formatted)
  })

  it('is stable and keeps the meaning, whatever the text', () => {
    const pieces = fc.constantFrom(
      ...['{', '}', '\n', '\n\n', ' ', '\t', 'a', 'vrrp_instance VI', 'x y', '"q r"', "'s t'", '# c', '! d', '\\\n'],
      ...['$X=1', '$X', '${X}', '@a ', '@^a ', '~SEQ(N, 2) ', '\\#', '//', '\u3000', '"', "'", '{ a }', '}}', '\\"'],
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const text = parts.join('')
        const formatted = formatConfig(text)
        expect(formatConfig(formatted)).toBe(formatted)
        expect(meaning(formatted)).toEqual(meaning(text))
      }),
      { numRuns: 1500 },
    )
  })
})
