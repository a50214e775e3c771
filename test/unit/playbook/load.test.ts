import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Play, View } from '../../../src/engine/play.ts'
import { viewOf } from '../../../src/engine/survey.ts'
import { MmhaError } from '../../../src/events/error.ts'
import { parseSource } from '../../../src/inventory/document.ts'
import { Secret } from '../../../src/inventory/secret.ts'
import { checkPlays } from '../../../src/playbook/check.ts'
import { type Modules, playbookFrom } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2 } from '../modules/pair-context.ts'

const modules: Modules = {
  note: {
    name: 'note',
    params: z.strictObject({
      text: z.string(),
      port: z.int().default(0),
      list: z.array(z.string()).default([]),
      key: z.instanceof(Secret).optional(),
    }),
    probe: () => '',
    parse: () => null,
    plan: () => [],
  },
}

const facts = new Map([
  ['m1', hostFacts(M1.address, null)],
  ['m2', hostFacts(M2.address, null)],
])

function load(text: string, tags: readonly string[] = []): Play[] {
  return playbookFrom(parseSource(text, 'p.yml'), { modules, tags })
}

function only(text: string, view: View = viewOf(INVENTORY, M1, facts)) {
  const task = load(text)[0]?.tasks[0]
  if (task === undefined) throw new Error('no task')
  return { task, params: () => task.params(view), when: () => task.when(view) }
}

function refusal(work: () => unknown): MmhaError {
  try {
    work()
  } catch (error) {
    if (error instanceof MmhaError) return error
    throw error
  }
  throw new Error('it was accepted')
}

const play = (task: string, more = '') =>
  `- name: Play one\n  hosts: masters\n${more}  tasks:\n    - name: Say it\n      ${task}\n`

describe('a playbook', () => {
  it('gives tasks an id, their place, and what they notify', () => {
    const text = `${play('note: { text: x }\n      notify: Restart', '')}  handlers:\n    - name: Restart\n      note: { text: y }\n`
    const [first] = load(text)
    expect(first).toMatchObject({ name: 'Play one', hosts: 'masters', serial: false, where: 'p.yml:1:3' })
    expect(first?.tasks[0]).toMatchObject({
      id: 'play-one/say-it',
      notify: ['Restart'],
      where: 'p.yml:4:7',
      needsFacts: false,
    })
    expect(first?.handlers[0]).toMatchObject({ id: 'play-one/restart' })
  })

  it('fills in expressions and keeps the type of a whole one', () => {
    const { params } = only(
      play(
        'note: { text: "{{host.name}} at {{peer.address}}", port: "{{inventory.server.port}}", list: ["{{vars.a}}", b] }',
        '  vars: { a: "{{host.name}}-x" }\n',
      ),
    )
    expect(params()).toEqual({ text: 'm1 at 10.77.0.12', port: 3306, list: ['m1-x', 'b'] })
  })

  it('knows which parameters have to wait for facts', () => {
    expect(only(play('note: { text: "{{facts.os.id}}" }')).task.needsFacts).toBe(true)
    expect(only(play('note: { text: "{{#if holder}}a{{/if}}" }')).task.needsFacts).toBe(true)
    expect(only(play('note: { text: "{{vars.a}}" }', '  vars: { a: "{{facts.os.id}}" }\n')).task.needsFacts).toBe(true)
    expect(
      only(play('note: { text: "{{inventory.name}} {{#each inventory.clients}}{{this}}{{/each}}" }')).task.needsFacts,
    ).toBe(false)
  })

  it('answers when', () => {
    expect(only(play("note: { text: x }\n      when: facts.os.id == 'debian' and holder == false")).when()).toBe(true)
    expect(only(play('note: { text: x }\n      when: false')).when()).toBe(false)
  })

  it('gives a secret whole, never as part of a text', () => {
    const view = {
      ...viewOf(INVENTORY, M1, facts),
      inventory: { ...INVENTORY, replication: { ...INVENTORY.replication, password: new Secret('s') } },
    }
    expect(only(play('note: { text: x, key: "{{inventory.replication.password}}" }'), view).params()).toMatchObject({
      key: expect.any(Secret),
    })
    expect(
      refusal(only(play('note: { text: "pw {{inventory.replication.password}}" }'), view).params).message,
    ).toContain('inventory.replication.password is a secret')
  })

  it('chooses by tag', () => {
    const text = `- name: A\n  hosts: m1\n  tags: [a]\n  tasks: [{ name: x, note: { text: x } }]\n- name: B\n  hosts: m2\n  tasks:\n    - { name: y, note: { text: y }, tags: [b] }\n    - { name: z, note: { text: z } }\n`
    const names = (tags: string[]) => load(text, tags).flatMap(({ tasks }) => tasks.map(({ name }) => name))
    expect(names([])).toEqual(['x', 'y', 'z'])
    expect(names(['a'])).toEqual(['x'])
    expect(names(['b'])).toEqual(['y'])
    expect(refusal(() => names(['other']))).toMatchObject({ code: 'TAG_UNKNOWN', hint: 'its tags are: a, b' })
  })
})

describe('variables', () => {
  const text = `vars: { a: file, b: "{{vars.a}}-b" }
plays:
  - name: P
    hosts: m1
    vars: { c: "{{vars.b}}-c" }
    tasks:
      - { name: t, note: { text: "{{vars.c}} {{vars.a}}" }, vars: { a: task } }
`
  const said = (vars: Record<string, string>) =>
    playbookFrom(parseSource(text, 'p.yml'), { modules, tags: [], vars })[0]?.tasks[0]?.params(
      viewOf(INVENTORY, M1, facts),
    )

  it('of a file, a play and a task: each names those before it, the nearest wins', () => {
    expect(said({})).toMatchObject({ text: 'file-b-c task' })
  })

  it('given on the command line go before all', () => {
    expect(said({ a: 'given' })).toMatchObject({ text: 'given-b-c given' })
  })
})

describe('a list in a text', () => {
  const list = '  vars: { end: "!", all: [{ name: a, of: [1, 2] }, { name: b, of: [] }] }\n'

  it('has the names of its items, of what is outside, and of itself', () => {
    const text =
      '{{#each vars.all}}{{name}}={{#each of}}{{this}}{{../../vars.end}}{{/each}}{{@index}}{{@root.host.name}} {{/each}}'
    expect(only(play(`note: { text: "${text}" }`, list)).params()).toMatchObject({ text: 'a=1!2!0m1 b=1m1 ' })
  })

  it('is asked for its own name, and its outside, before hosts are', () => {
    expect(refusal(() => load(play('note: { text: "{{#each vars.al}}{{name}}{{/each}}" }', list))).message).toContain(
      'note: vars.al is not known',
    )
    expect(
      refusal(() => load(play('note: { text: "{{#each vars.all}}{{../hots.name}}{{/each}}" }', list))).message,
    ).toContain('note: hots.name is not known')
    expect(only(play('note: { text: "{{#each vars.all}}{{../facts.os.id}}{{/each}}" }', list)).task.needsFacts).toBe(
      true,
    )
  })
})

describe('serial', () => {
  it.each([
    ['true', true],
    ['1', true],
    ['2', false],
    ['false', false],
  ])('%s', (value, serial) => {
    expect(load(play('note: { text: x }', `  serial: ${value}\n`))[0]?.serial).toBe(serial)
  })
})

describe('a wrong playbook is refused with its place', () => {
  it.each([
    [
      'unknown module',
      play('nots: { text: x }'),
      'p.yml:5:13 [0].tasks[0].nots: no module and no key of a task; did you mean note?',
    ],
    ['no module', play('tags: [a]'), 'p.yml:4:7 [0].tasks[0]: names no module'],
    ['unknown handler', play('note: { text: x }\n      notify: Nobody'), 'no handler of this play is named Nobody'],
    [
      'wrong expression',
      play('note: { text: x }\n      when: holder =='),
      'p.yml:6:13 [0].tasks[0].when: the expression ends where a value should be',
    ],
    ['wrong template', play('note: { text: "{{#if x}}" }'), 'p.yml:5:13 [0].tasks[0].note'],
    [
      'same names',
      `${play('note: { text: x }')}    - { name: say it, note: { text: y } }\n`,
      'p.yml:6:15 [0].tasks[1].name: two tasks of this play are named so',
    ],
    [
      'unknown key of a play',
      `${play('note: { text: x }')}  task: []\n`,
      'p.yml:6:3 [0].task: unknown key; did you mean tasks?',
    ],
    ['unknown parameter', play('note: { text: x, prot: 1 }'), 'p.yml:5:24 prot: unknown key; did you mean port?'],
    ['missing parameter', play('note: { port: 1 }'), 'p.yml:5:13 text: missing; expected text'],
    [
      'missing variable of its own',
      play('note: { text: "{{vars.b}}" }', '  vars: { a: 1 }\n'),
      'p.yml:6:13 note: vars.b is not known: vars has no b; known: a',
    ],
    ['loop over no list', play('note: { text: x }\n      loop: "{{vars.a}}"', '  vars: { a: 1 }\n'), 'this is no list'],
    ['missing variable in a text', play('note: { text: "a {{nope}}" }'), 'p.yml:5:13 note: nope is not known'],
    [
      'missing variable beside facts',
      play('note: { text: "{{facts.os.id}} {{vars.b}}" }', '  vars: { a: 1 }\n'),
      'p.yml:6:13 note: vars.b is not known: vars has no b; known: a',
    ],
    [
      'wrong name in a condition',
      play('note: { text: x }\n      when: facts.os.id == "debian" and fatcs.arch == "x"'),
      'p.yml:6:13 when: fatcs.arch is not known; known: inventory, host, peer, facts',
    ],
    [
      'wrong variable in a condition',
      play('note: { text: x }\n      when: vars.b'),
      'p.yml:6:13 when: vars.b is not known',
    ],
    ['item without a loop', play('note: { text: x }\n      when: item == 1'), 'p.yml:6:13 when: item is not known'],
    [
      'item in the list of a loop',
      play('note: { text: "{{item}}" }\n      loop: "{{item.list}}"'),
      'p.yml:6:13 loop: item.list is not known',
    ],
    [
      'the same handler twice',
      `${play('note: { text: x }\n      notify: [H, H]')}  handlers:\n    - { name: H, note: { text: y } }\n`,
      'p.yml:6:15 [0].tasks[0].notify: names the same handler twice',
    ],
    [
      'text that Handlebars cannot read',
      play('note: { text: "a/{{#each}}" }'),
      "p.yml:5:13 [0].tasks[0].note: Handlebars can't read it at character 11 of: a/{{#each}}",
    ],
    [
      'include as Ansible has it',
      `${play('note: { text: x }')}    - import_tasks: more.yml\n`,
      'p.yml:6:21 [0].tasks[1].import_tasks: tasks of a file are included by include_tasks',
    ],
    ['unknown hosts', play('note: { text: x }').replace('masters', 'all'), 'p.yml:2:10 [0].hosts'],
  ])('%s', (_, text, expected) => {
    const error = refusal(() => load(text))
    expect(error.message).toContain(expected)
    expect(error).toMatchObject({ exit: 4, source: 'user' })
  })

  it.each([
    [
      'wrong type',
      play('note: { text: x, port: "{{host.name}}" }'),
      'p.yml:5:30 port: expected a number, got string "m1"',
    ],
    [
      'missing variable',
      play('note: { text: "{{host.nam}}" }'),
      'p.yml:5:13 note: host.nam is not known: host has no nam',
    ],
  ])('%s, when it is filled in', (_, text, expected) => {
    const error = refusal(only(text).params)
    expect(error.message).toContain(expected)
    expect(error).toMatchObject({ exit: 4 })
  })

  it('a condition that names what the inventory has not, before anybody is connected to', () => {
    const text = play('note: { text: x }\n      when: inventory.server.prot == 3306')
    const error = refusal(() => checkPlays(load(text), INVENTORY))
    expect(error.message).toContain('p.yml:6:13 when: inventory.server.prot is not known: inventory.server has no prot')
    expect(error).toMatchObject({ code: 'PLAYBOOK_INVALID', exit: 4 })
    checkPlays(
      load(play('note: { text: x }\n      when: facts.os.id == "debian" or inventory.server.port == 3306')),
      INVENTORY,
    )
  })
})
