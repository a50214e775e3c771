import type { Command } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { type GenhashFlags, genhash, genhashRequest } from '../keepalived/check/genhash.ts'

interface Flags extends GenhashFlags {
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  mmha genhash -s 127.0.0.1 -p 8080 -u /health       the digest for HTTP_GET
  mmha genhash -S -I -V db.example -s 127.0.0.1 -u /  over TLS, with a name

Exit codes: 0 printed, 1 no page came, 4 wrong use
`

/** `mmha genhash`: the digest of a page, as keepalived's genhash prints it. */
export function registerGenhash(program: Command): void {
  program
    .command('genhash')
    .description('print the digest of a page, for HTTP_GET and SSL_GET; the flags are those of keepalived')
    .option('-s, --server <address>', 'address of the server')
    .option('-p, --port <port>', 'its port; default 80, with -S 443')
    .option('-u, --url <path>', 'path of the page')
    .option('-S, --use-ssl', 'over TLS; the certificate is not verified')
    .option('-I, --use-sni', 'send the name of -V in TLS')
    .option('-V, --use-virtualhost <name>', 'Host header')
    .option('-P, --protocol <version>', '1.0, 1.0c (with Connection: close) or 1.1')
    .option('-t, --timeout <seconds>', 'for the connection, and again for the page', '5')
    .option('-m, --fwmark <mark>', 'without effect')
    .option('-v, --verbose', 'what was sent and what came, on stderr')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Flags) => {
      const request = genhashRequest(flags)
      if (typeof request === 'string') {
        const hint = 'see `mmha genhash --help`'
        throw new MmhaError(request, { code: 'GENHASH_USE', source: 'user', exit: EXIT.invalid, hint })
      }
      const { host, port } = request.target
      const found = await genhash(request).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        const hint = 'is the server up, and are address, port and -S right?'
        const options = { code: 'GENHASH_NO_PAGE', source: 'user', exit: EXIT.failed, hint } as const
        throw new MmhaError(`no page from ${host} port ${port}: ${reason}`, options)
      })
      if (flags.verbose === true) process.stderr.write(found.details)
      process.stdout.write(`${found.digest}\n`)
    })
}
