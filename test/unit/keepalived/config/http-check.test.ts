import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../../../src/keepalived/config/parse.ts'
import { ANY_SOURCE } from '../../../../src/keepalived/config/source.ts'

function read(check: string) {
  const text = `virtual_server 192.0.2.10 80 {\n virtualhost outer\n real_server 192.0.2.1 80 {\n${check}\n }\n}\n`
  const { config, diagnostics } = parseConfig(text, 'k.conf')
  const errors = diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  return { checks: config.virtualServers[0]?.realServers[0]?.checks, errors, diagnostics }
}

describe('HTTP_GET and SSL_GET in a file', () => {
  it('are read with their pages, defaults and the virtualhost of the nearest block', () => {
    const digest = 'AB'.repeat(16)
    const { checks, errors } = read(
      `SSL_GET {\n enable_sni\n retry 2\n url {\n path /a\n digest ${digest}\n }\n url {\n path /b\n virtualhost own\n status_code 200 300-302 404 503\n }\n }`,
    )
    expect(errors).toEqual([])
    const ok = { from: 200, to: 200 }
    expect(checks).toEqual([
      {
        type: 'SSL_GET',
        tls: true,
        enableSni: true,
        protocol: '1.0',
        connectIp: null,
        connectPort: null,
        source: ANY_SOURCE,
        connectTimeout: 5,
        retry: 2,
        delayBeforeRetry: 3,
        delayLoop: 60,
        warmup: 0,
        alpha: false,
        logAllFailures: false,
        identity: null,
        urls: [
          {
            path: '/a',
            digest: digest.toLowerCase(),
            statusCodes: [{ from: 200, to: 299 }],
            virtualhost: 'outer',
            pattern: null,
          },
          {
            path: '/b',
            digest: null,
            statusCodes: [ok, { from: 300, to: 302 }, { from: 404, to: 404 }, { from: 503, to: 503 }],
            virtualhost: 'own',
            pattern: null,
          },
        ],
      },
    ])
  })

  it('says what it leaves out', () => {
    const { checks, errors, diagnostics } = read(
      'HTTP_GET {\n url {\n path /\n digest abc\n status_code 20 299-200\n }\n url {\n }\n }\n HTTP_GET {\n }',
    )
    expect(errors).toEqual([
      'digest abc is no MD5 of 32 hex digits, ignored',
      'status_code 20 is no status of 100..599, ignored',
      'status_code 299-200 is no status of 100..599, ignored',
      'a url needs a path that starts with /; this url is not checked',
    ])
    expect(diagnostics.map(({ message }) => message)).toContain('HTTP_GET has no url to fetch, it is not run')
    expect(checks).toHaveLength(1)
  })
})
