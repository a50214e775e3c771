import { StringDecoder } from 'node:string_decoder'

/** One part of a remote script: read-only probes, or the steps of a stage. */
export interface Section {
  readonly id: string
  /** POSIX sh. */
  readonly text: string
  /** sh in the same subshell before it; its failure is the section's. */
  readonly before?: string
  /** sh after the subshell, with the section's status in `$mmha_rc`; also when nobody listens any more. */
  readonly after?: string
}

export interface ScriptOptions {
  /** Marks our lines in the output; random, so that no output can look like one. */
  readonly nonce: string
  /** `probe`: errors don't stop it, stderr stays apart. `step`: `set -eu`, stderr joins stdout, a failure ends the script. */
  readonly kind: 'probe' | 'step'
  /**
   * File that is locked while sections run. A controller that vanished leaves its last section running: the next one
   * waits for its end instead of working beside it.
   */
  readonly exclusive?: string
  /** File whose existence ends the script before its next section, with status `STOPPED`. */
  readonly stop?: string
  /** sh that comes before all sections. */
  readonly setup?: string
}

/** Exit status of a script that was asked to stop. */
export const STOPPED = 75

/**
 * One script out of many sections. Each runs in its own subshell through `eval`, so that even a syntax error stays
 * inside it; each is framed, so that its begin, output and exit status are seen as they happen.
 */
export function frameScript(sections: readonly Section[], options: ScriptOptions): string {
  const head = [
    'umask 077',
    'LC_ALL=C; export LC_ALL; unset LANGUAGE || :',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH',
    'MMHA_UID=$1 MMHA_SUDO=$2; export MMHA_UID MMHA_SUDO',
    ...(options.exclusive === undefined ? [] : exclusively(options.exclusive)),
    ...(options.setup === undefined ? [] : [options.setup]),
    `mmha_frame() { printf '\\n@@%s %s %s %s\\n' ${options.nonce} "$1" "$2" "$3"; }`,
  ]
  const body = sections.flatMap(({ text, before = '', after }, i) => {
    const run =
      options.kind === 'step'
        ? `( set -eu; ${before}eval ${quoteAll(text)} ) </dev/null 2>&1 8>&-`
        : `( eval ${quoteAll(text)} ) </dev/null`
    return [
      ...(options.stop === undefined ? [] : [`[ ! -e ${options.stop} ] || exit ${STOPPED}`]),
      `mmha_frame begin ${i} 0`,
      run,
      'mmha_rc=$?',
      ...(after === undefined ? [] : [after]),
      `mmha_frame end ${i} $mmha_rc`,
      ...(options.kind === 'step' ? ['[ $mmha_rc = 0 ] || exit 0'] : []),
    ]
  })
  return [...head, ...body, 'exit 0', ''].join('\n')
}

/** What happens in a framed script, in order. */
export type FrameEvent =
  | { readonly t: 'begin'; readonly id: string }
  | { readonly t: 'line'; readonly id: string; readonly text: string }
  | { readonly t: 'end'; readonly id: string; readonly code: number; readonly output: string }

/** Takes the output of a framed script apart as it arrives. Chunks may end anywhere, also inside a character. */
export class FrameReader {
  readonly #sections: readonly Section[]
  readonly #marker: string
  readonly #emit: (event: FrameEvent) => void
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''
  #current: Section | null = null
  #lines: string[] = []

  constructor(sections: readonly Section[], nonce: string, emit: (event: FrameEvent) => void) {
    this.#sections = sections
    this.#marker = `@@${nonce} `
    this.#emit = emit
  }

  feed(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#take(line)
  }

  #take(line: string): void {
    if (!line.startsWith(this.#marker)) {
      const current = this.#current
      if (current === null) return
      this.#lines.push(line)
      if (line !== '') this.#emit({ t: 'line', id: current.id, text: line })
      return
    }
    const [kind, index, code] = line.slice(this.#marker.length).split(' ')
    const section = this.#sections[Number(index)]
    if (section === undefined) return
    if (kind === 'begin') {
      this.#current = section
      this.#lines = []
      this.#emit({ t: 'begin', id: section.id })
      return
    }
    // The frame puts a newline before itself: without it in the text, the output is byte for byte what was printed.
    const output = this.#lines.join('\n')
    this.#current = null
    this.#emit({ t: 'end', id: section.id, code: Number(code), output })
  }
}

/** Descriptor 8 is closed for the sections, so that nothing that they start keeps the lock. */
function exclusively(path: string): string[] {
  const folder = path.replace(/\/[^/]*$/, '')
  return [
    `mkdir -p ${folder} && exec 8>${path} || exit 1`,
    `flock -w ${EXCLUSIVE_WAIT} 8 || { echo 'a step of an earlier run is still at work' >&2; exit 1; }`,
  ]
}

/** s; an apt-get of a run that was cut may take as long. */
const EXCLUSIVE_WAIT = 300

function quoteAll(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
