import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { type GenhashFlags, genhash, genhashRequest } from '../../../../src/keepalived/check/genhash.ts'
import { readCommandLine } from '../../../../src/keepalived/process/command-line.ts'

/** Pages of all kinds: with a length, until the end, in chunks, empty, of bytes, an error. */
const site: RequestListener = (request, response) => {
  if (request.url === '/length') response.end('a page\n')
  else if (request.url === '/chunks') {
    response.write('one\n')
    setImmediate(() => response.end('two\n'))
  } else if (request.url === '/bytes') response.end(Buffer.from([0, 255, 13, 10, 13, 10, 0x80]))
  else if (request.url === '/host') response.end(request.headers.host)
  else if (request.url === '/missing') response.writeHead(404).end('not here')
  else response.end()
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listening(tls = false): Promise<string> {
  const server = tls ? createTls(certificate(), site) : createServer(site)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return String((server.address() as AddressInfo).port)
}

function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-genhash-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x']
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const read = { key: readFileSync(key), cert: readFileSync(cert) }
  rmSync(folder, { recursive: true })
  return read
}

async function ours(flags: GenhashFlags): Promise<string> {
  const request = genhashRequest({ server: '127.0.0.1', ...flags })
  if (typeof request === 'string') throw new Error(request)
  return (await genhash(request)).digest
}

describe.skipIf(!existsSync('/usr/bin/genhash'))("the digest is that of keepalived's genhash", () => {
  async function theirs(...words: readonly string[]): Promise<string> {
    return (await promisify(execFile)('genhash', ['-s', '127.0.0.1', ...words])).stdout.trim()
  }

  it.each(['/length', '/chunks', '/bytes', '/empty', '/missing', '/host'])('%s', async (url) => {
    const port = await listening()
    for (const protocol of ['1.0', '1.0c', '1.1']) {
      const digest = await ours({ port, url, protocol })
      expect(digest).toMatch(/^[0-9a-f]{32}$/)
      expect([protocol, digest]).toEqual([protocol, await theirs('-p', port, '-u', url, '-P', protocol)])
    }
  })

  it('with a virtualhost', async () => {
    const port = await listening()
    const virtualhost = 'db.example'
    const same = await theirs('-p', port, '-u', '/host', '-V', virtualhost)
    expect(await ours({ port, url: '/host', useVirtualhost: virtualhost })).toBe(same)
    expect(await ours({ port, url: '/host' })).not.toBe(same)
  })

  it('over TLS', async () => {
    const port = await listening(true)
    expect(await ours({ port, url: '/length', useSsl: true })).toBe(await theirs('-S', '-p', port, '-u', '/length'))
  })
})

describe('genhash', () => {
  it('says what was sent and what came', async () => {
    const request = genhashRequest({ server: '127.0.0.1', port: await listening(), url: '/missing' })
    if (typeof request === 'string') throw new Error(request)
    expect((await genhash(request)).details).toMatch(
      /^GET \/missing HTTP\/1\.0\n.*\nHTTP\/1\.1 404 Not Found\n.*status 404, \d+ ms\n$/s,
    )
  })

  it.each<[GenhashFlags, RegExp]>([
    [{ url: '/' }, /the server with -s/],
    [{ server: '127.0.0.1' }, /the path of the page with -u/],
    [{ server: 'localhost', url: '/' }, /localhost is no IP address/],
    [{ server: '127.0.0.1', url: '/', port: '0' }, /-p: 0 is no port/],
    [{ server: '127.0.0.1', url: '/', port: 'x' }, /-p: x is no port/],
    [{ server: '127.0.0.1', url: 'x' }, /-u: "x" is no path/],
    [{ server: '127.0.0.1', url: '/ HTTP/1.0\r\nX: y' }, /-u: .* is no path/],
    [{ server: '127.0.0.1', url: '/', useVirtualhost: 'a\r\nb' }, /-V: not a name/],
    [{ server: '127.0.0.1', url: '/', protocol: '2' }, /-P: 2 is none of/],
    [{ server: '127.0.0.1', url: '/', timeout: '0' }, /-t: 0 is no number/],
    [{ server: '127.0.0.1', url: '/', useSni: true }, /-I sends the name that -V gives/],
  ])('refuses %j', (flags, why) => {
    expect(genhashRequest(flags)).toMatch(why)
  })

  it('is 80, with TLS 443, without a port', () => {
    const port = (flags: GenhashFlags) => {
      const request = genhashRequest({ server: '::1', url: '/', ...flags })
      return typeof request === 'string' ? request : request.target.port
    }
    expect([port({}), port({ useSsl: true })]).toEqual([80, 443])
  })

  it("is a flag of the daemon's, which leaves the rest to it", () => {
    const words = ['-s', '127.0.0.1', '-p', '80', '-u', '/']
    for (const flag of ['--genhash', '-T'])
      expect(readCommandLine([flag, ...words])).toEqual({ does: 'genhash', words })
  })
})
