import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { probeHttp } from '../../../../src/keepalived/check/http-probe.ts'
import type { HttpCheck, HttpUrl } from '../../../../src/keepalived/config/http-check.ts'
import type { PagePattern } from '../../../../src/keepalived/config/page-pattern.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'

const PAGE = 'the page\n'
const md5 = (text: string) => createHash('md5').update(text).digest('hex')
const DIGEST = createHash('md5').update(PAGE).digest('hex')
const URL: HttpUrl = {
  path: '/',
  digest: null,
  statusCodes: [{ from: 200, to: 299 }],
  virtualhost: null,
  pattern: null,
}
const PATTERN: PagePattern = { source: '', flags: '', utf: false, noMatch: false, minOffset: 0, maxOffset: null }

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function probe(port: number, urls: readonly Partial<HttpUrl>[], over: Partial<HttpCheck> = {}, timeoutMs = 5000) {
  const check: HttpCheck = {
    type: 'HTTP_GET',
    tls: false,
    enableSni: false,
    protocol: '1.0',
    urls: urls.map((url) => ({ ...URL, ...url })),
    connectIp: null,
    connectPort: null,
    source: ANY_SOURCE,
    connectTimeout: timeoutMs / 1000,
    retry: 0,
    delayBeforeRetry: 0,
    delayLoop: 1,
    warmup: 0,
    alpha: false,
    identity: null,
    logAllFailures: false,
    ...over,
  }
  return probeHttp({ host: '127.0.0.1', port, source: check.source, timeoutMs }, check, new AbortController().signal)
}

const site: RequestListener = (request, response) => {
  if (request.url === '/') response.end(PAGE)
  else if (request.url === '/host') response.end(request.headers.host)
  else if (request.url === '/from') response.end(request.socket.remoteAddress)
  else if (request.url === '/name') response.end((request.socket as TLSSocket).servername)
  else response.writeHead(Number(request.url?.slice(1))).end()
}

describe('HTTP_GET', () => {
  it.each<[string, Partial<HttpUrl>, RegExp | null]>([
    ['any 2xx', {}, null],
    ['204 too', { path: '/204' }, null],
    ['no 404', { path: '/404' }, /^\/404: status 404$/],
    ['a status of a range', { path: '/302', statusCodes: [{ from: 200, to: 399 }] }, null],
    ['a status beside it', { path: '/404', statusCodes: [{ from: 200, to: 399 }] }, /status 404/],
    ['the digest', { digest: DIGEST }, null],
    ['another digest', { digest: DIGEST.replace(/^./, 'g') }, new RegExp(`^/: digest ${DIGEST}$`)],
    ['the digest on a page of errors', { path: '/503', digest: md5('') }, /^\/503: status 503$/],
    ['a pattern', { pattern: { ...PATTERN, source: 'page' } }, null],
    ['another pattern', { pattern: { ...PATTERN, source: 'Page' } }, /^\/: regex does not match$/],
    ['no pattern', { pattern: { ...PATTERN, source: 'page', noMatch: true } }, /regex matches, and must not/],
    ['a pattern from a byte on', { pattern: { ...PATTERN, source: 'e', minOffset: 3 } }, null],
    ['behind its last byte', { pattern: { ...PATTERN, source: 'a', minOffset: 2, maxOffset: 4 } }, /does not match/],
    ['at its last byte', { pattern: { ...PATTERN, source: 'a', minOffset: 2, maxOffset: 5 } }, null],
    ['the digest and the pattern', { digest: DIGEST, pattern: { ...PATTERN, source: '^x' } }, /does not match/],
    ['the virtualhost', { path: '/host', virtualhost: 'db.example', digest: md5('db.example') }, null],
  ])('%s', async (_what, url, fault) => {
    const said = await probe(await listening(createHttp(site)), [url])
    if (fault === null) expect(said).toBeNull()
    else expect(said).toMatch(fault)
  })

  it('a pattern that goes back and forth for ever is a failure, in bounded time', async () => {
    const page = `${'a'.repeat(40)}!`
    const port = await listening(createHttp((_request, response) => response.end(page)))
    const pattern = { ...PATTERN, source: '^(a+)+$' }
    expect(await probe(port, [{ pattern }])).toBe('/: regex took longer than 0.25 s')
  })

  it.each([
    ['1.0', '1.0', undefined],
    ['1.0C', '1.0', 'close'],
    ['1.1', '1.1', 'close'],
  ] as const)('http_protocol %s', async (protocol, version, connection) => {
    const seen: unknown[] = []
    const look: RequestListener = ({ httpVersion, rawHeaders }, response) => {
      seen.push(
        httpVersion,
        rawHeaders.indexOf('Connection') < 0 ? undefined : rawHeaders[rawHeaders.indexOf('Connection') + 1],
      )
      response.end()
    }
    expect(await probe(await listening(createHttp(look)), [{}], { protocol })).toBeNull()
    expect(seen).toEqual([version, connection])
  })

  it('several pages: the first that fails decides', async () => {
    const port = await listening(createHttp(site))
    expect(await probe(port, [{}, { path: '/500' }, { path: '/404' }])).toBe('/500: status 500')
  })

  it('asks from the address that it is bound to', async () => {
    const port = await listening(createHttp(site))
    expect(
      await probe(port, [{ path: '/from', digest: md5('127.0.0.9') }], {
        source: { ...ANY_SOURCE, address: '127.0.0.9' },
      }),
    ).toBeNull()
  })

  it.each<[string, (socket: Socket) => unknown, RegExp]>([
    ['closes', (socket) => socket.end(), /closed without an answer/],
    ['speaks something else', (socket) => socket.end('220 mail\r\n\r\n'), /no answer of HTTP/],
    ['stops in the page', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'), /5 bytes before/],
    ['says nothing', () => undefined, /no whole answer for 0\.2 s/],
    ['never ends', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nfor ever'), /no whole answer for 0\.2 s/],
  ])('a server that %s', async (_what, answer, fault) => {
    const port = await listening(
      createServer((socket) => socket.on('error', () => undefined).once('data', () => answer(socket))),
    )
    expect(await probe(port, [{}], {}, 200)).toMatch(fault)
  })

  it.skipIf(!existsSync('/usr/bin/genhash'))("the digest is what keepalived's genhash prints", async () => {
    const port = await listening(createHttp(site))
    const { stdout } = await promisify(execFile)('genhash', ['-s', '127.0.0.1', '-p', `${port}`, '-u', '/'])
    const digest = /\b[0-9a-f]{32}\b/.exec(stdout)?.[0] ?? stdout
    expect(digest).toBe(DIGEST)
    expect(await probe(port, [{ digest }])).toBeNull()
  })

  it('nobody listens: said at once', async () => {
    const server = createServer()
    const port = await listening(server)
    server.close()
    await once(server, 'close')
    expect(await probe(port, [{}])).toBe('/: ECONNREFUSED')
  })
})

describe('SSL_GET', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x']
  execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const options = { key: readFileSync(key), cert: readFileSync(cert) }
  afterAll(() => rmSync(folder, { recursive: true }))
  const tls = { type: 'SSL_GET', tls: true } as const

  it('takes any certificate: it asks whether the server answers, not who it is', async () => {
    expect(await probe(await listening(createHttps(options, site)), [{ digest: DIGEST }], tls)).toBeNull()
  })

  it('names the virtualhost in TLS when it shall', async () => {
    const port = await listening(createHttps(options, site))
    const url = { path: '/name', virtualhost: 'db.example', digest: md5('db.example') }
    expect(await probe(port, [url], { ...tls, enableSni: true })).toBeNull()
    expect(await probe(port, [url], tls)).toMatch(/^\/name: digest /)
  })

  it('shows its certificate to a server that asks for one', async () => {
    // Its own certificate is the only authority that this server trusts.
    const port = await listening(createHttps({ ...options, ca: options.cert, requestCert: true }, site))
    const identity = { certificateFile: cert, keyFile: key, password: null }
    expect(await probe(port, [{}], { ...tls, identity })).toBeNull()
    expect(await probe(port, [{}], tls)).toMatch(/^\/: \S+$/)
    const gone = { ...identity, certificateFile: join(folder, 'gone.pem') }
    expect(await probe(port, [{}], { ...tls, identity: gone })).toMatch(/ \(our certificate can't be used: ENOENT/)
    const wrong = { ...identity, keyFile: cert }
    expect(await probe(port, [{}], { ...tls, identity: wrong })).toMatch(/ \(our certificate can't be used: /)
    // Who asks for none is well without one.
    expect(await probe(await listening(createHttps(options, site)), [{}], { ...tls, identity: gone })).toBeNull()
  })

  it('a server without TLS fails', async () => {
    expect(await probe(await listening(createHttp(site)), [{}], tls)).toMatch(/^\/: /)
  })
})
