import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import Handlebars from 'handlebars'
import { expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { lint } from '../../../../src/keepalived/lint/lint.ts'
import { lintPair } from '../../../../src/keepalived/lint/pair.ts'

const root = resolve(import.meta.dirname, '../../../..')
const view = JSON.parse(readFileSync(resolve(root, 'test/fixtures/keepalived-view.json'), 'utf8'))
const render = Handlebars.compile(readFileSync(resolve(root, 'templates/keepalived.conf.hbs'), 'utf8'), {
  strict: true,
  noEscape: true,
})

function node(host: string, own: string, other: string, priority: number) {
  const unicast = { source: own, peers: [other] }
  const role = { ...view.role, peer: { ...view.role.peer, address: other } }
  return parseConfig(render({ ...view, host, routerId: host, priority, unicast, role }), `${host}.conf`)
}

it('what mmha writes itself is beyond reproach, on each node and between both', () => {
  const first = node('m1', '10.77.0.11', '10.77.0.12', 254)
  const second = node('m2', '10.77.0.12', '10.77.0.11', 253)
  expect([...lint(first), ...lint(second), ...lintPair(first, second)]).toEqual([])
})
