import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { VirtualServerMonitor } from '../../../../src/keepalived/check/virtual-server-monitor.ts'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { Scripts } from '../../../../src/keepalived/notify/scripts.ts'
import { Heard } from '../sandbox.ts'

describe('a real server whose address comes and goes', () => {
  let monitor: VirtualServerMonitor | null = null
  afterEach(() => monitor?.stop(false))

  it('says nothing about the host while it is not there, whatever was said before', async () => {
    // A port that nobody has.
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const text = `virtual_server 192.0.2.10 1 {
  delay_loop 0.02
  real_server 127.0.0.1 ${address.port} {
    TCP_CHECK {
      retry 0
    }
  }
}
`
    server.close()
    await once(server, 'close')
    const { config } = parseConfig(text, 'f')
    const [virtual] = config.virtualServers
    if (virtual === undefined) throw new Error('no virtual server')
    const said = new Heard<string>()
    let here = true
    const nothing = () => undefined
    const scripts = new Scripts(config.global, 'f')
    const known = { known: null, onKnown: nothing }
    const onTracker = ({ up }: { readonly up: boolean }, reason: string) => said.add(`${up ? 'up' : 'down'}: ${reason}`)
    const options = { virtual, scripts, ...known, isHere: () => here, onNews: nothing, onTracker, log: nothing }
    monitor = new VirtualServerMonitor(options)
    await said.first((line) => /^down: .*ECONNREFUSED$/.test(line))
    here = false
    await said.first((line) => line === "up: its address is not this host's now")
    here = true
    await said.first(() => said.all.length === 3)
    expect(said.all[2]).toMatch(/^down: .*ECONNREFUSED$/)
  })
})
