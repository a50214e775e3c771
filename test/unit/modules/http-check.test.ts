import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { httpCheck } from '../../../src/modules/http-check.ts'
import { INVENTORY, M1, M2 } from './pair-context.ts'

const found = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim()

describe('http_check with whatever the host has', () => {
  let server: Server
  let base = ''
  const folder = mkdtempSync(join(tmpdir(), 'mmha-http-'))
  beforeAll(async () => {
    server = createServer((request, response) => {
      const { url = '' } = request
      if (url.startsWith('/moved')) response.writeHead(302, { location: '/' })
      else response.writeHead(url.startsWith('/busy') ? 503 : 200, { 'x-head': 'only in the head' })
      response.end(`asked for ${url} of ${request.headers.host}\n\nmysql_up 1\nHTTP/1.1 999 no`)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })

  /** The probe on a host that has just this tool, beside those of every host. */
  function holds(tool: string, asked: object): Promise<boolean> {
    const path = join(folder, tool)
    if (found(`${path}/sh`) === '') {
      execMake(path, ['sh', 'sed', 'tail', 'grep', 'tr', 'cat', 'timeout', tool])
    }
    const params = httpCheck.params.parse(asked)
    const script = httpCheck.probe(params, { inventory: INVENTORY, host: M1, peer: M2 })
    return new Promise((done, fail) => {
      const child = execFile(join(path, 'sh'), ['-s'], { env: { PATH: path } }, (error, stdout) =>
        error !== null && error.code === undefined ? fail(error) : done(httpCheck.parse(stdout).holds),
      )
      child.stdin?.end(script)
    })
  }

  it.each(['curl', 'wget', 'bash'].filter((tool) => found(tool) !== ''))('%s', async (tool) => {
    expect(await holds(tool, { url: `${base}/` })).toBe(true)
    expect(await holds(tool, { url: `${base}/a?b=c%20d`, contains: `asked for /a?b=c%20d of ${base.slice(7)}` })).toBe(
      true,
    )
    expect(await holds(tool, { url: `${base}/`, contains: 'mysql_up 1' })).toBe(true)
    expect(await holds(tool, { url: `${base}/`, contains: 'only in the head' })).toBe(false)
    expect(await holds(tool, { url: `${base}/busy` })).toBe(false)
    expect(await holds(tool, { url: `${base}/busy`, status: 503, contains: 'mysql_up 1' })).toBe(true)
    expect(await holds(tool, { url: `${base}/moved`, status: 302 })).toBe(true)
    expect(await holds(tool, { url: 'http://127.0.0.1:1/' })).toBe(false)
  })
})

function execMake(path: string, programs: readonly string[]): void {
  spawnSync('mkdir', ['-p', path])
  for (const program of programs) symlinkSync(found(program), join(path, program))
}
