import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { runtimeOf } from './environment.ts'
import { LineLog } from './line-log.ts'
import { Segment, VIP } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

/** Answers each request with the status that stands in its file. */
const SITE = `const { createServer } = require('node:http'), { readFileSync } = require('node:fs')
createServer((q, r) => r.writeHead(Number(readFileSync(process.argv[1], 'utf8'))).end()).listen(8080, () => console.log('listening'))`

const config = `vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  version 3
  advert_int 0.5
  virtual_ipaddress {
    ${VIP}/24
  }
}
virtual_server ${VIP} 8080 {
  delay_loop 1
  real_server ${Segment.address('a')} 8080 {
    HTTP_GET {
      url {
        path /health
        status_code 200
      }
      connect_timeout 5
      retry 0
    }
  }
}
`

describe.skipIf(reason !== null)('health checks move the address', { concurrent: true }, () => {
  wireTest(
    'HTTP_GET of a real_server on this host: a wrong status is a fault, a right one ends it',
    async ({ segment, daemons }) => {
      const status = join(daemons.dir, 'status')
      writeFileSync(status, '200')
      const site = segment.spawn('a', runtimeOf('b'), '-e', SITE, status)
      await new LineLog(site.stdout, site.stderr).line(/^listening$/)
      const daemon = daemons.oursWith('a', config)
      await daemon.enters('MASTER')
      await segment.vip('a', true)
      writeFileSync(status, '503')
      await daemon.log.line(/\(VI_1\) FAULT because of .*HTTP_GET .*\/health: status 503/)
      await segment.vip('a', false)
      writeFileSync(status, '200')
      await segment.vip('a', true)
    },
  )
})
