import { describe, expect, it } from 'vitest'
import { limitFleet } from '../../../src/cli/fleet-limit.ts'
import { Floor, HeldOutput, pairRenderer } from '../../../src/cli/fleet-output.ts'
import { fleetTable, type PairOutcome, Tally, worstExit } from '../../../src/cli/fleet-summary.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import type { FleetPair } from '../../../src/inventory/fleet.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'

function pair(name: string, net: number, names: readonly [string, string] = ['m1', 'm2']): FleetPair {
  const masters = names.map((host, i) => `{name: ${host}, address: 10.${net}.0.1${i}}`).join(', ')
  const text = `name: ${name}\nvip: 10.${net}.0.100/24\nnic: eth0\nmasters: [${masters}]\n`
  return { name, place: `${name}.yml:1:7`, inventory: inventoryFrom(parseSource(text, `${name}.yml`)), error: null }
}

const chosen = (fleet: readonly FleetPair[], limit?: string) =>
  limitFleet(fleet, limit).map(({ pair: { name }, hosts }) => [name, ...hosts].join(' '))

describe('--limit PAIR[,HOST]', () => {
  const fleet = [pair('shop', 1), pair('crm', 2), pair('stock', 3, ['db7', 'db8'])]

  it.each([
    [undefined, ['shop', 'crm', 'stock']],
    ['crm', ['crm']],
    ['stock,shop', ['shop', 'stock']],
    ['crm,m2', ['crm m2']],
    ['m1', ['shop m1', 'crm m1']],
    ['db7', ['stock db7']],
  ])('%s', (limit, expected) => {
    expect(chosen(fleet, limit)).toEqual(expected)
  })

  it.each([
    ['crn', 'did you mean crm?'],
    ['crm,db7', 'hosts: m1, m2'],
  ])('%s is refused', (limit, hint) => {
    expect(() => chosen(fleet, limit)).toThrow(expect.objectContaining({ code: 'NO_SUCH_PAIR', exit: 4 }))
    expect(() => chosen(fleet, limit)).toThrow(expect.objectContaining({ hint: expect.stringContaining(hint) }))
  })
})

describe('the exit code', () => {
  it.each([
    [[], 0],
    [[0, 2, 0], 2],
    [[2, 4, 0], 4],
    [[4, 75], 75],
    [[75, 5], 5],
    [[5, 3, 0], 3],
    [[3, 1, 5], 1],
    [[1, 130], 130],
  ])('of %j is the worst: %i', (exits, worst) => {
    expect(worstExit(exits)).toBe(worst)
  })
})

describe('the table', () => {
  it('has a row a host, why pairs failed, and how many did not', () => {
    const tally = new Tally()
    tally.hear({ code: 'step.changed', level: 'info', message: '', host: 'm2' })
    tally.hear({ code: 'step.changed', level: 'info', message: '', host: 'm2', data: { step: 'ready', waited: true } })
    tally.hear({ code: 'host.unreachable', level: 'debug', message: '', host: 'm1' })
    const outcomes: PairOutcome[] = [
      {
        pair: 'shop',
        exit: 0,
        ms: 840,
        error: null,
        hosts: [{ host: 'm1', ok: 14, changed: 0, pending: 0, failed: 0, unreachable: 0 }],
      },
      {
        pair: 'crm',
        exit: 3,
        ms: 5010,
        error: { code: 'SSH_UNREACHABLE', message: 'cannot reach m1\nmore', host: 'm1' },
        hosts: tally.of(['m1', 'm2'], 'm1', true),
      },
      {
        pair: 'bad',
        exit: 4,
        ms: 0,
        error: { code: 'INVENTORY_INVALID', message: 'bad.yml:1:1 no', host: null },
        hosts: [],
      },
    ]
    expect(
      fleetTable(outcomes, 5020, { planned: false, language: 'en' }),
    ).toBe(`pair  host  ok  changed  failed  unreachable    time
shop  m1    14        0       0            0  0.84 s
crm   m1     -        0       0            1  5.01 s
crm   m2     -        1       0            0  5.01 s
bad   -      -        -       -            -  0.00 s
crm: cannot reach m1 (SSH_UNREACHABLE, exit 3)
bad: bad.yml:1:1 no (INVENTORY_INVALID, exit 4)
1 of 3 pairs done, 5.02 s`)
  })
})

describe('what pairs say beside each other', () => {
  const collected = () => {
    const texts: string[] = []
    return { texts, output: new HeldOutput({ write: (text) => texts.push(text) }) }
  }

  it('carries the name of the pair, in lines and in JSON; a phase in which nothing happens is not said', () => {
    const { texts, output } = collected()
    const both = { verbose: 0, stdout: output, stderr: output }
    const { sink } = pairRenderer('shop', { json: false, ...both })
    sink({ code: 'phase.begin', level: 'info', message: 'connect' })
    sink({ code: 'phase.end', level: 'info', message: 'connect' })
    sink({ code: 'phase.begin', level: 'info', message: 'server' })
    sink({ code: 'step.changed', level: 'info', host: 'm1', message: 'install' })
    pairRenderer('crm', { json: true, ...both }).sink({ code: 'lab.up', level: 'info', message: 'x' })
    expect(texts.join('')).toBe(
      '== shop: server\n  shop m1: install\n{"type":"event","version":1,"code":"lab.up","level":"info","message":"x","pair":"crm"}\n',
    )
  })

  it('waits while one is asked; the next is asked then', async () => {
    const { texts, output } = collected()
    const floor = new Floor([output])
    const answers: ((answer: string) => void)[] = []
    const ask = () => new Promise<string>((resolve) => answers.push(resolve))
    const [first, second] = [floor.take(ask), floor.take(ask)]
    await expect.poll(() => answers.length).toBe(1)
    output.write('meanwhile')
    expect(texts).toEqual([])
    answers[0]?.('yes')
    expect(await first).toBe('yes')
    await expect.poll(() => answers.length).toBe(2)
    expect(texts).toEqual(['meanwhile'])
    answers[1]?.('no')
    expect(await second).toBe('no')
  })

  it('asks nobody any more when a person has left', async () => {
    const floor = new Floor([])
    const left = floor.take(() => Promise.reject(Object.assign(new Error('left'), { name: 'ExitPromptError' })))
    const next = floor.take(() => Promise.resolve('asked'))
    await expect(left).rejects.toMatchObject({ exit: 130 })
    await expect(next).rejects.toMatchObject({ exit: 130 })
  })
})
