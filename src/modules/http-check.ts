import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { Module } from './module.ts'
import { shellQuote } from './step.ts'
import { waitStep, waitTimeout } from './wait-for.ts'

export interface HttpCheckParams {
  readonly url: string
  readonly status: number
  readonly contains: string | null
  /** Any certificate will do. */
  readonly insecure: boolean
  /** s */
  readonly timeout: number
}

/** Asks a URL from the host (curl, wget, or bash alone for http), until it answers as it should. Follows no redirect. */
export const httpCheck: Module<HttpCheckParams, { readonly holds: boolean }> = {
  name: 'http_check',
  params: z.strictObject({
    url: z.string().regex(/^https?:\/\/[^\s'"\\]+$/, 'expected http://… or https://…'),
    status: z.int().min(100).max(599).default(200),
    contains: z
      .string()
      .regex(/^[^\r\n\0]+$/, 'one line')
      .nullable()
      .default(null),
    insecure: z.boolean().default(false),
    timeout: waitTimeout,
  }),

  probe: (params) => `${FACT_FUNCTIONS}${answers(params)}if answers 2>/dev/null; then fact holds yes; fi\n`,
  parse: (stdout) => ({ holds: new FactLines(stdout).flag('holds') }),

  plan: (params, context) => {
    if (context.mine.holds) return []
    const { url, status, contains } = params
    const what = `until ${url} answers ${status}${contains === null ? '' : ` with ${contains}`}`
    const step = waitStep(what, 'answers', params.timeout, context)
    const tools = ['curl', 'wget', ...(url.startsWith('http:') ? ['bash'] : [])]
    const any = tools.map((one) => `command -v ${one} >/dev/null`).join(' || ')
    const tool = `${any} || { echo 'this host has neither ${tools.join(' nor ')}'; exit 1; }\n`
    return [{ ...step, run: { parts: [tool, answers(params), ...step.run.parts] } }]
  },
}

/** `asked` prints the body and then, on a line of its own, the status. */
function answers({ url, status, contains, insecure }: HttpCheckParams): string {
  const body = contains === null ? ':' : `printf '%s' "$said" | grep -qF -e ${shellQuote(contains)}`
  const to = shellQuote(url)
  return `asked() {
  if command -v curl >/dev/null; then curl -sS --max-time 5 ${insecure ? '-k ' : ''}-w '\\n%{http_code}' ${to}
  elif command -v wget >/dev/null; then
    { heads=$(wget -q -S -O - -T 5 -t 1 --max-redirect=0 --content-on-error ${insecure ? '--no-check-certificate ' : ''}${to} 2>&1 >&3); } 3>&1
    printf '\\n%s' "$(printf '%s\\n' "$heads" | sed -n 's|^ *HTTP/[0-9.]* \\([0-9]*\\).*|\\1|p' | tail -n 1)"
${alone(url)}  else return 1
  fi
}
answers() {
  said=$(asked </dev/null) || return 1
  case $said in *'
${status}') ${body};; *) return 1;; esac
}
`
}

/** Neither curl nor wget: bash has TCP of its own, and HTTP/1.0 is one line and its end. Nothing for https. */
function alone(url: string): string {
  const { protocol, hostname, port, pathname, search, host } = new URL(url)
  if (protocol !== 'http:') return ''
  const asks = `exec 3<>"/dev/tcp/$0/$1" && printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' "$2" "$3" >&3 && cat <&3`
  const words = [hostname.replace(/^\[|\]$/g, ''), port || '80', `${pathname}${search}`, host]
  return `  elif command -v bash >/dev/null; then
    got=$(timeout 5 bash -c ${shellQuote(asks)} ${words.map(shellQuote).join(' ')} 2>/dev/null | tr -d '\\r') || return 1
    printf '%s\\n' "$got" | sed '1,/^$/d'
    printf '\\n%s' "$(printf '%s\\n' "$got" | sed -n '1s|^HTTP/[0-9.]* \\([0-9]*\\).*|\\1|p')"
`
}
