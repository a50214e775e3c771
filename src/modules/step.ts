import { Secret } from '../inventory/secret.ts'

/** What a step does to the service: nothing, a reload, a restart of a daemon, or a move of the VIP. */
export type Impact = 'none' | 'reload' | 'restart' | 'vip-moves'

/** POSIX sh text whose secret parts stay `Secret` until it is written to the remote shell's stdin. */
export interface Script {
  readonly parts: readonly (string | Secret)[]
}

/** Tagged template: sh`mysql <<EOF\n${secret}\nEOF`. Strings are inserted as they are: quote with `shellQuote` first. */
export function sh(strings: TemplateStringsArray, ...values: readonly (string | number | Secret | Script)[]): Script {
  const parts: (string | Secret)[] = []
  strings.forEach((text, i) => {
    parts.push(text)
    const value = values[i]
    if (value === undefined) return
    if (value instanceof Secret) parts.push(value)
    else if (typeof value === 'object') parts.push(...value.parts)
    else parts.push(String(value))
  })
  return { parts }
}

/** The script as a person may see it: secrets are `***`. */
export function masked(script: Script): string {
  return script.parts.map(String).join('')
}

/** The script as the host's shell gets it. Only the transport calls this. */
export function revealed(script: Script): string {
  return script.parts.map((part) => (part instanceof Secret ? part.reveal() : part)).join('')
}

/** Quotes one word for POSIX sh. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The only way to change a host: everything that the plan shows and that apply runs. Pure data. */
export interface Step {
  /** Stable between runs and unique on its host: `<task id>` or `<task id>/<part>`. */
  readonly id: string
  /** Inventory name of the host. */
  readonly host: string
  readonly title: string
  /** Unified diff or one-line-per-change text; secrets masked by its author; '' where nothing can be shown. */
  readonly diff: string
  /** Runs as root under `set -eu`, `umask 077`, LC_ALL=C, in its own subshell; exit status ≠ 0 fails the step. */
  readonly run: Script
  /** A local file that the engine puts at `to` on the host (mode 0600) before `run`, over the same connection. */
  readonly payload?: { readonly file: string; readonly size: number; readonly to: string }
  /**
   * The inverse, or why there is none ('' where there is nothing to take back). `restore_file PATH` gives a file of `writes`
   * back what it was. Kept on the host, in a file that only root may read.
   */
  readonly undo: Script | { readonly none: string }
  /** What has to follow when all of a run's steps were taken back: the restart of what read their files. */
  readonly undoLast?: Script
  /** What `undo` and `undoLast` do to the service; absent: nothing. */
  readonly undoImpact?: Impact
  readonly impact: Impact
  /**
   * It could shut out the SSH that brought it: the host runs `undo` by itself, without `restore_file`, unless a new
   * connection says in time that it still gets in.
   */
  readonly guarded?: true
  /** Nothing on the host says that it was done: every look finds it missing. */
  readonly repeats?: true
  /** Only waits for something, and changes nothing: needs no approval of its own. */
  readonly waits?: true
  /** Done on one host only, it would set the pair at odds: the peer's step of the same id belongs to it. */
  readonly together?: true
  /** Handlers (task names in the play's `handlers`) to run after the play when this step changed something. */
  readonly notify: readonly string[]
  /** Files that it writes: kept before it runs, and a service may have to read them again after it. */
  readonly writes?: readonly string[]
}
