import { blocksOf, flagOf, nodeOf, nodesOf, textOf } from './access.ts'
import type { Report } from './diagnostics.ts'
import type { Block, Node } from './interpret.ts'
import { type PagePattern, pagePattern } from './page-pattern.ts'
import type { CheckTiming, Connection } from './servers.ts'

/** HTTP_GET and SSL_GET: pages to fetch from a real server. */
export interface HttpCheck extends CheckTiming, Connection {
  readonly type: 'HTTP_GET' | 'SSL_GET'
  readonly tls: boolean
  /** Send the virtualhost as server name of TLS. */
  readonly enableSni: boolean
  readonly protocol: HttpProtocol
  /** At least one. */
  readonly urls: readonly HttpUrl[]
  /** What is shown to a server that asks for a certificate; null: nothing. */
  readonly identity: TlsIdentity | null
}

/** A certificate with its key: PEM files. */
export interface TlsIdentity {
  readonly certificateFile: string
  readonly keyFile: string
  readonly password: string | null
}

/** 1.0C: version 1.0 with `Connection: close`. */
export type HttpProtocol = '1.0' | '1.0C' | '1.1'

export interface HttpUrl {
  readonly path: string
  /** MD5 of the body, lower-case hex; null: any. */
  readonly digest: string | null
  /** Good answers, with both ends; 200..299 when none is set, also beside a digest, as keepalived. */
  readonly statusCodes: readonly { readonly from: number; readonly to: number }[]
  /** Host header; null: the address. */
  readonly virtualhost: string | null
  /** What is looked for in the body; null: nothing. */
  readonly pattern: PagePattern | null
}

function statusCodes(block: Block, report: Report): HttpUrl['statusCodes'] {
  const set = nodesOf(block, 'status_code').flatMap((node) =>
    node.values.flatMap((value) => {
      const match = /^(\d{3})(?:-(\d{3}))?$/.exec(String(value))
      const from = Number(match?.[1])
      const to = Number(match?.[2] ?? match?.[1])
      if (match !== null && from >= 100 && from <= to && to <= 599) return [{ from, to }]
      report(
        'error',
        'value-bad',
        node,
        `status_code ${String(value)} is no status of 100..599, ignored`,
        'write 200, or 200-299',
      )
      return []
    }),
  )
  return set.length === 0 ? [{ from: 200, to: 299 }] : set
}

function digestOf(block: Block, report: Report): string | null {
  const digest = textOf(block, 'digest')
  const at = nodeOf(block, 'digest')
  if (digest === null || at === null || /^[0-9a-f]{32}$/i.test(digest)) return digest?.toLowerCase() ?? null
  report('error', 'value-bad', at, `digest ${digest} is no MD5 of 32 hex digits, ignored`, 'genhash prints it')
  return null
}

/** Of the `SSL` block; a single file may hold both. */
export function identityOf(top: Block): TlsIdentity | null {
  const block = blocksOf(top, 'SSL').at(-1)?.block
  if (block === undefined) return null
  const [certificate, key] = [textOf(block, 'certificate'), textOf(block, 'key')]
  const [certificateFile, keyFile] = [certificate ?? key, key ?? certificate]
  if (certificateFile === null || keyFile === null) return null
  return { certificateFile, keyFile, password: textOf(block, 'password') }
}

function urlOf(node: Node, block: Block, around: string | null, report: Report): HttpUrl[] {
  const path = textOf(block, 'path')
  if (path === null || !path.startsWith('/')) {
    report('error', 'value-bad', node, 'a url needs a path that starts with /; this url is not checked', 'write path /')
    return []
  }
  return [
    {
      path,
      digest: digestOf(block, report),
      statusCodes: statusCodes(block, report),
      virtualhost: textOf(block, 'virtualhost') ?? around,
      pattern: pagePattern(block, report),
    },
  ]
}

/** [] when no page is left to fetch; said. `timing` is what all checks share, `around` the blocks outside, innermost first. */
export function httpCheck(
  { node, block }: { readonly node: Node; readonly block: Block },
  timing: CheckTiming & Connection,
  around: readonly Block[],
  identity: TlsIdentity | null,
  report: Report,
): HttpCheck[] {
  const type = node.keyword.name === 'SSL_GET' ? 'SSL_GET' : 'HTTP_GET'
  const virtualhost = [block, ...around].map((one) => textOf(one, 'virtualhost')).find((name) => name !== null) ?? null
  const urls = blocksOf(block, 'url').flatMap((url) => urlOf(url.node, url.block, virtualhost, report))
  if (urls.length === 0) report('warning', 'value-missing', node, `${type} has no url to fetch, it is not run`)
  if (urls.length === 0) return []
  const given = textOf(block, 'http_protocol')
  const protocol = given === '1.1' || given === '1.0C' ? given : '1.0'
  const tls = type === 'SSL_GET'
  return [
    {
      ...timing,
      type,
      tls,
      enableSni: flagOf(block, 'enable_sni'),
      protocol,
      urls,
      identity: tls ? identity : null,
    },
  ]
}
