import { parseArgs } from 'node:util'
import { genhash, genhashRequest } from '../check/genhash.ts'

const OPTIONS = {
  server: { type: 'string', short: 's' },
  port: { type: 'string', short: 'p' },
  url: { type: 'string', short: 'u' },
  'use-ssl': { type: 'boolean', short: 'S' },
  'use-sni': { type: 'boolean', short: 'I' },
  'use-virtualhost': { type: 'string', short: 'V' },
  protocol: { type: 'string', short: 'P' },
  timeout: { type: 'string', short: 't' },
  fwmark: { type: 'string', short: 'm' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
} as const

export const GENHASH_HELP = `Usage: genhash [-S] -s ADDRESS [-p PORT] -u PATH
  -s, --server=ADDRESS          of the server
  -p, --port=PORT               80, with -S 443
  -u, --url=PATH                of the page
  -S, --use-ssl                 over TLS; the certificate is not verified
  -I, --use-sni                 send the name of -V in TLS
  -V, --use-virtualhost=NAME    Host header
  -P, --protocol=VERSION        1.0, 1.0c (with Connection: close) or 1.1
  -t, --timeout=SECONDS         for the connection, and again for the page (5)
  -m, --fwmark=MARK             without effect
  -v, --verbose                 what was sent and what came, on stderr
  -h, --help
`

const EXIT_FAILED = 1

/** The flags of keepalived's genhash, on the daemon's own binary. @returns the exit code: 1 also for wrong use, as there */
export async function runGenhash(words: readonly string[]): Promise<number> {
  const complain = (why: string): number => {
    process.stderr.write(`genhash: ${why}\n`)
    return EXIT_FAILED
  }
  try {
    const { values } = parseArgs({ args: [...words], options: OPTIONS })
    if (values.help === true) {
      process.stdout.write(GENHASH_HELP)
      return 0
    }
    const { 'use-ssl': useSsl, 'use-sni': useSni, 'use-virtualhost': useVirtualhost, ...rest } = values
    const request = genhashRequest({ ...rest, useSsl, useSni, useVirtualhost })
    if (typeof request === 'string') return complain(`${request}\n${GENHASH_HELP}`)
    const { digest, details } = await genhash(request)
    if (values.verbose === true) process.stderr.write(details)
    process.stdout.write(`${digest}\n`)
    return 0
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error))
  }
}
