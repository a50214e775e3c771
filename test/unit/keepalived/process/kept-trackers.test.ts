import { expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { isOfGoneServer } from '../../../../src/keepalived/process/kept-trackers.ts'

const server = `virtual_server 192.0.2.1 80 {
  real_server 127.0.0.1 8080 {
    TCP_CHECK {
    }
  }
}
`

it.each([
  [server, 'real_server 127.0.0.1:8080 of 192.0.2.1:80', false],
  [server, 'virtual_server 192.0.2.1:80', false],
  [server, 'real_server 127.0.0.1:8081 of 192.0.2.1:80', true],
  ['', 'real_server 127.0.0.1:8080 of 192.0.2.1:80', true],
  ['', 'virtual_server 192.0.2.1:80', true],
  ['', 'network', false],
  ['', 'mysql local', false],
])('the last word of a check that a reload has taken away: %#', (text, tracker, gone) => {
  const { config } = parseConfig(text, 'keepalived.conf')
  if (config === null) throw new Error('no configuration')
  expect(isOfGoneServer(config, tracker)).toBe(gone)
})
