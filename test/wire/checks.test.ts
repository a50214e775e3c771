import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect } from 'vitest'
import type { DaemonStatus } from '../../src/keepalived/process/status.ts'
import type { Daemon } from './daemon.ts'
import { runtimeOf } from './environment.ts'
import { LineLog } from './line-log.ts'
import { type HostName, Segment, VIP } from './segment.ts'
import { bundle, reason, wireTest } from './wire-test.ts'

/** Answers each request with the status that stands in its file. */
const SITE = `const { createServer } = require('node:http'), { readFileSync } = require('node:fs')
createServer((q, r) => r.writeHead(Number(readFileSync(process.argv[1], 'utf8'))).end()).listen(8080, () => console.log('listening'))`

/** Sends back what it hears, and its argument. */
const ECHO = `const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (bytes, from) => socket.send([bytes, process.argv[1]], from.port, from.address))
socket.bind(8053, () => console.log('listening'))`

/** Answers TCP, HTTP, TLS and datagrams with what it likes, and tells of each from which port it came (not of one that was reset before). */
const TELLER = `const fs = require('node:fs'), { createServer } = require('node:net'), [, key, cert] = process.argv
const tell = (what) => ({ remotePort }) => remotePort && console.log(what, remotePort)
createServer((s) => { tell('tcp')(s); s.on('error', () => {}).resume() }).listen(8081)
const page = (what) => (q, r) => { tell(what)(q.socket); r.end('page') }
require('node:http').createServer(page('http')).listen(8082)
const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) }
require('node:https').createServer(tls, page('https')).listen(8083)
const socket = require('node:dgram').createSocket('udp4')
socket.on('message', (bytes, from) => { console.log('udp', from.port); socket.send(bytes, from.port, from.address) })
socket.bind(8084, () => console.log('listening'))`

/** Debian's aiosmtpd. */
const RELAY = new URL('../fixtures/notify/relay.py', import.meta.url).pathname

const instance = `vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  nopreempt
  version 3
  advert_int 0.5
  virtual_ipaddress {
    ${VIP}/24
  }
}
`

/** A virtual server on the VIP with these blocks in it. */
const virtualServer = (...blocks: readonly string[]): string =>
  `${instance}virtual_server ${VIP} 8080 {\n  delay_loop 1\n${blocks.join('\n')}\n}\n`

const web = (host: HostName, url: string, timeout = 5): string => `  real_server ${Segment.address(host)} 8080 {
    HTTP_GET {
      url {
        ${url}
      }
      connect_timeout ${timeout}
      retry 0
    }
  }`

/** Whole at any moment, for whoever reads it meanwhile. */
function replace(file: string, text: string): void {
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

describe.skipIf(reason !== null)('health checks move the address', { concurrent: true }, () => {
  wireTest(
    'HTTP_GET of a real_server on this host: a wrong status is a fault, a right one ends it',
    async ({ segment, daemons }) => {
      const status = join(daemons.dir, 'status')
      writeFileSync(status, '200')
      const site = segment.spawn('a', runtimeOf('b'), '-e', SITE, status)
      await new LineLog(site.stdout, site.stderr).line(/^listening$/)
      const daemon = daemons.oursWith('a', virtualServer(web('a', 'path /health\nstatus_code 200')))
      await daemon.enters('MASTER')
      await segment.vip('a', true)
      writeFileSync(status, '503')
      await daemon.log.line(/\(VI_1\) FAULT because of .*HTTP_GET .*\/health: status 503/)
      await segment.vip('a', false)
      writeFileSync(status, '200')
      await segment.vip('a', true)
    },
  )

  wireTest(
    "a web server that hangs: its address moves, is never on both, and stays; the daemon's genhash is keepalived's",
    async ({ segment, daemons }) => {
      const start = async (host: HostName) => {
        const folder = join(daemons.dir, `site-${host}`)
        mkdirSync(folder)
        writeFileSync(join(folder, 'index.html'), 'the page of the site\n')
        const site = segment.spawn(host, 'python3', '-u', '-m', 'http.server', '--directory', folder, '8080')
        await new LineLog(site.stdout, site.stderr).line(/^Serving HTTP/)
        return site
      }
      const site = await start('a')
      await start('b')
      const inside = (...words: readonly string[]) =>
        promisify(execFile)('ip', ['netns', 'exec', segment.namespace('a'), ...words]).then(({ stdout }) =>
          stdout.trim(),
        )
      const page = ['-s', Segment.address('a'), '-p', '8080', '-u', '/']
      const digest = await inside(runtimeOf('b'), await bundle(), '--genhash', ...page)
      expect(digest).toBe(await inside('genhash', ...page))

      const url = `path /\ndigest ${digest}\nregex "page of .* site$"`
      const first = daemons.oursWith('a', virtualServer(web('a', url, 1), web('b', url, 1)))
      await first.enters('MASTER')
      const second = daemons.oursWith('b', virtualServer(web('a', url, 1), web('b', url, 1)))
      await second.enters('BACKUP')
      site.kill('SIGSTOP')
      await first.log.line(/\(VI_1\) FAULT because of .*HTTP_GET .*: no whole answer for 1 s/)
      await second.enters('MASTER')
      await segment.vip('b', true)
      site.kill('SIGCONT')
      await first.enters('BACKUP')
      const seen = segment.adverts().length
      await segment.advert(() => segment.adverts().length >= seen + 6)
      expect(await segment.overlaps()).toEqual([])
      expect(segment.holdings().map(({ host }) => host)).toEqual(['a', 'b'])
    },
  )

  wireTest(
    'MISC_CHECK with a quorum: one of two may go; alpha: without a first success there is no address, and a reload keeps it',
    async ({ segment, daemons }) => {
      const codes = ['one', 'two'].map((name) => join(daemons.dir, name))
      const server = (index: number) => `  real_server 127.0.0.1 ${9000 + index} {
    notify_down "/bin/sh -c 'echo ${index} down >> ${daemons.dir}/told'"
    MISC_CHECK {
      misc_path "/bin/sh -c 'exit $(cat ${codes[index]})'"
    }
  }`
      for (const code of codes) writeFileSync(code, '1')
      const told = segment.spawn('a', 'tail', '-F', join(daemons.dir, 'told'))
      const scripts = new LineLog(told.stdout)
      const text = (quorum: string) => virtualServer(`  ${quorum}`, '  alpha', server(0), server(1))
      const daemon: Daemon = daemons.oursWith('a', text('quorum 1'))
      await daemon.enters('FAULT')
      await scripts.line(/^0 down$/)
      await scripts.line(/^1 down$/)
      expect(segment.hasVip('a')).toBe(false)
      for (const code of codes) replace(code, '0')
      await segment.vip('a', true)
      const lines = daemon.log.lines.length
      writeFileSync(join(daemons.dir, 'daemon-1.conf'), text('quorum 1\n  hysteresis 0\n  omega'))
      daemon.signal('SIGHUP')
      await daemon.log.line(/Reload: checks and notification start anew/, lines)
      await daemon.log.line(/Starting Healthcheck child process/, lines)
      replace(codes[0] ?? '', '1')
      await daemon.log.line(/Removing service \[127\.0\.0\.1\]:tcp:9000 from VS/)
      await scripts.line(/^0 down$/, scripts.lines.indexOf('0 down') + 1)
      expect(segment.hasVip('a')).toBe(true)
      const { virtualServers } = JSON.parse(daemon.ctl('status')) as DaemonStatus
      expect(virtualServers).toMatchObject([
        { up: true, quorum: 1, realServers: [{ up: false }, { up: true, weight: 1 }] },
      ])
      replace(codes[1] ?? '', '1')
      await segment.vip('a', false)
      // The reload between was no reason to let go.
      expect(segment.holdings()).toHaveLength(1)
      expect(daemon.log.lines.some((line) => /\(VI_1\) FAULT because of virtual_server .*exit code 1/.test(line))).toBe(
        true,
      )
    },
  )

  wireTest(
    'a real_server of a virtual_server group moves every VIP that the group has, and no other',
    async ({ daemons }) => {
      const code = join(daemons.dir, 'code')
      writeFileSync(code, '0')
      const second = instance
        .replace('VI_1', 'VI_2')
        .replace('router_id 51', 'router_id 52')
        .replace(`${VIP}/24`, '10.9.0.7/24')
      const third = second
        .replace('VI_2', 'VI_3')
        .replace('router_id 52', 'router_id 53')
        .replace('10.9.0.7', '10.9.0.17')
      const daemon = daemons.oursWith(
        'a',
        `${instance}${second}${third}virtual_server_group WEB {
  ${VIP} 80
  10.9.0.5-9 80
}
virtual_server group WEB {
  delay_loop 0.5
  real_server 127.0.0.1 80 {
    MISC_CHECK {
      misc_path "/bin/sh -c 'exit $(cat ${code})'"
    }
  }
}
`,
      )
      for (const name of ['VI_1', 'VI_2', 'VI_3'])
        await daemon.log.line(new RegExp(`\\(${name}\\) Entering MASTER STATE`))
      replace(code, '1')
      await daemon.log.line(/\(VI_1\) FAULT because of real_server 127\.0\.0\.1:80/)
      await daemon.log.line(/\(VI_2\) FAULT because of real_server 127\.0\.0\.1:80/)
      await daemon.log.line(/Removing service \[127\.0\.0\.1\]:tcp:80 from VS \[WEB\]:0/)
      await daemon.log.line(/Lost quorum 1-0=1 > 0 for VS \[WEB\]:0/)
      const { instances, virtualServers } = JSON.parse(daemon.ctl('status')) as DaemonStatus
      expect(instances.map(({ state }) => state)).toEqual(['FAULT', 'FAULT', 'MASTER'])
      expect(virtualServers).toMatchObject([{ name: 'group WEB', up: false }])
      replace(code, '0')
      await daemon.log.line(/\(VI_2\) Entering MASTER STATE/, daemon.log.lines.length)
    },
  )

  wireTest(
    'a virtual_server that a reload brings is heard; one that it takes away takes its fault along',
    async ({ segment, daemons }) => {
      const code = join(daemons.dir, 'code')
      writeFileSync(code, '0')
      const server = `  real_server 127.0.0.1 9000 {
    MISC_CHECK {
      misc_path "/bin/sh -c 'exit $(cat ${code})'"
    }
  }`
      const daemon: Daemon = daemons.oursWith('a', instance)
      await segment.vip('a', true)
      const reload = (text: string) => {
        writeFileSync(join(daemons.dir, 'daemon-1.conf'), text)
        daemon.signal('SIGHUP')
      }
      reload(virtualServer(server))
      await daemon.log.line(/real server 127\.0\.0\.1:9000 .* is up/)
      replace(code, '1')
      await segment.vip('a', false)
      reload(instance)
      await segment.vip('a', true)
      const [one] = (JSON.parse(daemon.ctl('status')) as DaemonStatus).instances
      expect(one).toMatchObject({ state: 'MASTER', trackers: [] })
    },
  )

  wireTest('DNS_CHECK of a name server: hung, gone and wrong are faults, each ends', async ({ segment, daemons }) => {
    const { address } = Segment
    const serve = async (...more: readonly string[]) => {
      const own = ['-k', '-d', '-C', '/dev/null', '-R', '-h', '-u', 'root', '-x', '', '-p', '8053']
      const server = segment.spawn('a', 'dnsmasq', ...own, '--local=/#/', ...more)
      await new LineLog(server.stdout, server.stderr).line(/started, version/)
      return server
    }
    const record = `--host-record=db.example,${address('a')}`
    const wrong = await serve()
    const check = `  delay_before_retry 0.2
  real_server ${address('a')} 8053 {
    DNS_CHECK {
      type A
      name db.example
      retry 1
      connect_timeout 1
    }
  }`
    const daemon = daemons.oursWith('a', virtualServer(check))
    const faulty = async (what: string) => {
      await daemon.log.line(new RegExp(`\\(VI_1\\) FAULT because of .*DNS_CHECK .*: ${what}`))
      await segment.vip('a', false)
    }
    await faulty('answer NXDOMAIN')
    wrong.kill('SIGKILL')
    await once(wrong, 'exit')
    const server = await serve(record)
    await segment.vip('a', true)
    server.kill('SIGSTOP')
    await faulty('no answer for 1 s')
    server.kill('SIGCONT')
    await segment.vip('a', true)
    server.kill('SIGKILL')
    await faulty('ECONNREFUSED')
  })

  wireTest(
    'UDP_CHECK and PING_CHECK of one server: hung, gone, wrong and unreachable are faults, each ends',
    async ({ segment, daemons }) => {
      const { address } = Segment
      const serve = async (suffix: string) => {
        const server = segment.spawn('a', runtimeOf('b'), '-e', ECHO, suffix)
        await new LineLog(server.stdout, server.stderr).line(/^listening$/)
        return server
      }
      const check = `  delay_before_retry 0.2
  connect_timeout 1
  real_server ${address('a')} 8053 {
    delay_loop 0.3
    UDP_CHECK {
      payload 0a 1b
      require_reply 0a 1b 4x
    }
    PING_CHECK {
      connect_ip ${address('b')}
    }
  }`
      const wrong = await serve('z')
      const daemon = daemons.oursWith('a', virtualServer(check))
      let from = 0
      const faulty = async (what: string) => {
        await daemon.log.line(new RegExp(`\\(VI_1\\) FAULT because of .*${what}`), from)
        await segment.vip('a', false)
        from = daemon.log.lines.length
      }
      await faulty('UDP_CHECK .*: answer does not match require_reply')
      wrong.kill('SIGKILL')
      await once(wrong, 'exit')
      const server = await serve('A')
      await segment.vip('a', true)
      server.kill('SIGSTOP')
      await faulty('UDP_CHECK .*: no answer for 1 s')
      server.kill('SIGCONT')
      await segment.vip('a', true)
      const echo = (ignored: 0 | 1) =>
        promisify(execFile)('ip', [
          ...['netns', 'exec', segment.namespace('b')],
          ...['sysctl', '-q', '-w', `net.ipv4.icmp_echo_ignore_all=${ignored}`],
        ])
      await echo(1)
      await faulty(`PING_CHECK ${address('b')}: no answer for 1 s`)
      await echo(0)
      await segment.vip('a', true)
      server.kill('SIGKILL')
      await faulty('UDP_CHECK .*: ECONNREFUSED')
    },
  )

  wireTest('SMTP_CHECK of a mail server: hung and gone are faults, the first ends', async ({ segment, daemons }) => {
    // Debian's own python: another one first in PATH does not have Debian's packages.
    const server = segment.spawn('a', '/usr/bin/python3', RELAY, 'no', '-', '-', '-', '-')
    const { port } = JSON.parse(await new LineLog(server.stdout, server.stderr).line(/^\{"port"/)) as { port: number }
    const check = `  delay_before_retry 0.2
  real_server ${Segment.address('a')} 25 {
    delay_loop 0.3
    SMTP_CHECK {
      helo_name check.example
      connect_timeout 1
      host {
        connect_ip 127.0.0.1
        connect_port ${port}
      }
    }
  }`
    const daemon = daemons.oursWith('a', virtualServer(check))
    const faulty = async (what: string) => {
      await daemon.log.line(new RegExp(`\\(VI_1\\) FAULT because of .*SMTP_CHECK 127.0.0.1:${port}: ${what}`))
      await segment.vip('a', false)
    }
    await segment.vip('a', true)
    server.kill('SIGSTOP')
    await faulty('no whole answer for 1 s')
    server.kill('SIGCONT')
    await segment.vip('a', true)
    server.kill('SIGKILL')
    await faulty('ECONNREFUSED')
  })

  wireTest(
    'bind_port is the port of every check again and again; fwmark and bind_if are there for rules of routing',
    async ({ segment, daemons }) => {
      const key = join(daemons.dir, 'key.pem')
      const certificate = join(daemons.dir, 'certificate.pem')
      await promisify(execFile)('openssl', [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=b', '-keyout', key, '-out', certificate],
      ])
      const teller = segment.spawn('b', runtimeOf('b'), '-e', TELLER, key, certificate)
      const heard = new LineLog(teller.stdout, teller.stderr)
      await heard.line(/^listening$/)
      const b = Segment.address('b')
      const check = (type: string, port: number, ...more: readonly string[]) => `    ${type} {
      connect_ip ${b}
      connect_port ${port}
      fwmark 7
      bind_if eth0
      log_all_failures
      ${more.join('\n      ')}
    }`
      const server = `  delay_before_retry 0.2
  connect_timeout 1
  real_server ${Segment.address('a')} 3306 {
    delay_loop 0.3
${check('TCP_CHECK', 8081, 'bind_port 4081')}
${check('HTTP_GET', 8082, 'bind_port 4082', 'url {\npath /\nstatus_code 200\n}')}
${check('SSL_GET', 8083, 'bind_port 4083', 'url {\npath /\nstatus_code 200\n}')}
${check('UDP_CHECK', 8084, 'bind_port 4084', 'require_reply')}
${check('PING_CHECK', 8081)}
  }`
      const daemon = daemons.oursWith('a', virtualServer(server))
      await segment.vip('a', true)
      for (const told of ['tcp 4081', 'http 4082', 'https 4083', 'udp 4084']) {
        for (let from = heard.lines.length, times = 0; times < 3; times += 1) {
          await heard.line(new RegExp(`^${told}$`), from)
          from = heard.lines.indexOf(told, from) + 1
        }
      }
      const inside = (...words: readonly string[]) =>
        promisify(execFile)('ip', ['netns', 'exec', segment.namespace('a'), 'ip', ...words])
      // Nobody is there.
      await inside('route', 'add', b, 'via', '10.99.7.99', 'dev', 'eth0', 'table', '77')
      for (const rule of [
        ['fwmark', '7'],
        ['oif', 'eth0', 'ipproto', 'tcp', 'TCP|HTTP_GET|SSL_GET'],
        ['oif', 'eth0', 'ipproto', 'udp', 'UDP_CHECK'],
        ['oif', 'eth0', 'ipproto', 'icmp', 'PING_CHECK'],
      ]) {
        const from = daemon.log.lines.length
        await inside('rule', 'add', ...rule.slice(0, 4), 'table', '77')
        const [what = 'TCP|HTTP_GET|SSL_GET|UDP_CHECK|PING_CHECK'] = rule.slice(4)
        for (const one of what.split('|')) {
          await daemon.log.line(new RegExp(`${one} .*: (EHOSTUNREACH|no |sendto: )`), from)
        }
        await segment.vip('a', false)
        await inside('rule', 'del', ...rule.slice(0, 4), 'table', '77')
        await segment.vip('a', true)
      }
      expect(new Set(heard.lines)).toEqual(new Set(['listening', 'tcp 4081', 'http 4082', 'https 4083', 'udp 4084']))
    },
  )
})
