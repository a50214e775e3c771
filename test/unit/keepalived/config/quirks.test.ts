import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../../src/keepalived/config/diagnostics.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { fixture } from './fixtures.ts'

/** What `keepalived -t` says of each small file: name, version, `rc=N`, and its messages, `|` between. */
const rows = fixture('quirks/keepalived-says.tsv')
  .trim()
  .split('\n')
  .map((line) => line.split('\t'))
  .filter(([, version]) => version === '227')
  .map(([name = '', , rc = '', said = '']) => ({ name, exit: Number(rc.replace('rc=', '')), said }))

/** What keepalived stumbles over after its first mistake is no mistake of the file, and is not named by us. */
const CASCADES: Readonly<Record<string, readonly number[]>> = {
  // The word before it has lost its meaning by a character that no one sees.
  '17_bom': [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  '24_toplevel_virtual_ipaddress': [16, 17],
}

/** A limit of keepalived (a name is looked up when mail is sent; 0 is no pacing), or nothing that the text alone can tell (the NIC). */
const NO_FAULT = new Set(['43_smtp_host_noresolve', '45_garp_interval_0', '33_iface_missing'])

function check(name: string) {
  const { diagnostics, config } = parseConfig(fixture(`quirks/${name}.conf`), name)
  return { diagnostics, config, exit: exitCodeOf(diagnostics) }
}

describe('beside keepalived -t', () => {
  it('has all files', () => {
    expect(rows).toHaveLength(53)
  })

  it.each(rows.filter(({ exit }) => exit === 0))('$name is good to both', ({ name }) => {
    const { diagnostics, exit } = check(name)
    expect(exit).toBe(0)
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it.each(rows.filter(({ exit }) => exit !== 0))('$name is not passed over in silence', ({ name, said }) => {
    const { diagnostics } = check(name)
    const expected = [...said.matchAll(/\((?:L|Line) (\d+)\)/g)].map(([, line]) => Number(line))
    const lines = new Set(diagnostics.map(({ line }) => line))
    const silent = [...new Set(expected)].filter((line) => !lines.has(line) && !CASCADES[name]?.includes(line))
    if (NO_FAULT.has(name)) return
    expect(diagnostics).not.toEqual([])
    expect(silent).toEqual([])
  })

  it.each(rows.filter(({ exit }) => exit === 2))(
    '$name, which keepalived would not start with, runs here',
    ({ name }) => {
      const { config, exit } = check(name)
      if (name === '41_hello_name') expect(config.virtualServers).toHaveLength(1)
      else expect(config.instances).toHaveLength(1)
      expect(exit).not.toBe(2)
    },
  )
})
