import { EXIT, MmhaError } from '../events/error.ts'
import { Secret } from '../inventory/secret.ts'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import type { PlanContext } from './module.ts'
import { fileDiff, placeFile, restoreFile } from './placed-file.ts'
import { masked, revealed, type Script, type Step, sh, shellQuote } from './step.ts'

/** One path of a host as it is now. */
export interface HostFileFacts {
  readonly kind: 'absent' | 'file' | 'directory' | 'other'
  /** Octal without leading zeros: `644`. */
  readonly mode: string
  readonly owner: string
  readonly group: string
  /** Text of a file; null when it isn't one, or it is larger than 1 MB. */
  readonly content: string | null
}

/** One path as it should be. */
export interface WantedFile {
  readonly path: string
  readonly content: Script
  /** `0644` */
  readonly mode: string
  readonly owner: string
  readonly group: string
}

/** Read-only sh that prints HostFileFacts of a path. */
export function probeFile(path: string): string {
  return `${FACT_FUNCTIONS}${probeAttributes(path)}
if [ -f "$path" ] && [ "$(stat -L -c %s "$path")" -le 1048576 ]; then fact_file content "$path"; fi
`
}

/** The same without the text. What a symbolic link leads to counts, as it does for who reads the file; chmod would follow it, too. */
export function probeAttributes(path: string): string {
  return `
path=${shellQuote(path)}
if [ -e "$path" ] || [ -L "$path" ]; then
  stat -L --printf='stat\\t%a\\t%U\\t%G\\n' "$path" 2>/dev/null || stat --printf='stat\\t%a\\t%U\\t%G\\n' "$path"
  if [ -d "$path" ]; then fact kind directory
  elif [ -f "$path" ]; then fact kind file
  else fact kind other; fi
fi`
}

/** @throws MmhaError FILE_KIND (exit 5) when something else is in the place: a file would be moved into a directory. */
export function refuseOther(
  path: string,
  { kind }: Pick<HostFileFacts, 'kind'>,
  wanted: 'file' | 'directory',
  { host, taskName }: Pick<PlanContext<unknown>, 'host' | 'taskName'>,
): void {
  if (kind === 'absent' || kind === wanted) return
  throw new MmhaError(`${path} on ${host.name} is a ${kind}, not a ${wanted}`, {
    code: 'FILE_KIND',
    source: 'user',
    exit: EXIT.refused,
    host: host.name,
    where: taskName,
    hint: 'move it away, then run this again',
  })
}

export function parseFile(stdout: string): HostFileFacts {
  const facts = new FactLines(stdout)
  const [mode = '', owner = '', group = ''] = facts.rows('stat')[0] ?? []
  const kind = facts.text('kind')
  return {
    kind: kind === 'file' || kind === 'directory' || kind === 'other' ? kind : 'absent',
    mode,
    owner,
    group,
    content: facts.file('content')?.content ?? null,
  }
}

/** The step that makes a file what it should be; null when it is. */
export function fileStep(wanted: WantedFile, facts: HostFileFacts, context: PlanContext<unknown>): Step | null {
  const { path, owner, group } = wanted
  if (facts.kind === 'directory') refuseOther(path, facts, 'file', context)
  const mode = wanted.mode.replace(/^0+(?=.)/, '')
  const content = endsLine(wanted.content)
  const sameText = facts.kind === 'file' && facts.content === revealed(content)
  const attributes = attributeChanges(facts, { mode, owner, group })
  if (sameText && attributes.length === 0) return null
  const own = sh`chown ${shellQuote(`${owner}:${group}`)} `
  const place = placeFile({ path, content, mode, check: `${revealed(own)}"$new"` })
  return {
    id: context.taskId,
    host: context.host.name,
    title: `${context.taskName}: ${facts.kind === 'absent' ? 'write' : sameText ? 'change' : 'rewrite'} ${path}`,
    diff: [sameText ? '' : shownDiff(path, facts.content, content), ...attributes]
      .filter((text) => text !== '')
      .join('\n'),
    ...(sameText
      ? changeAttributes(path, facts, { mode, owner, group })
      : { run: place, undo: restoreFile(path), writes: [path] }),
    impact: 'none',
    notify: [],
  }
}

/** Mode and owner alone. Taken back by what they were: a copy of a symbolic link would not have them. */
export function changeAttributes(
  path: string,
  facts: Omit<HostFileFacts, 'content'>,
  wanted: Pick<WantedFile, 'mode' | 'owner' | 'group'>,
): Pick<Step, 'run' | 'undo'> {
  const set = ({ mode, owner, group }: Pick<WantedFile, 'mode' | 'owner' | 'group'>) =>
    sh`chown ${shellQuote(`${owner}:${group}`)} ${shellQuote(path)}\nchmod ${mode} ${shellQuote(path)}\n`
  return { run: set(wanted), undo: set(facts) }
}

/** `- mode 644` / `+ mode 600` for what differs; [] for a path that isn't there yet. */
export function attributeChanges(
  facts: Omit<HostFileFacts, 'content'>,
  wanted: Pick<WantedFile, 'mode' | 'owner' | 'group'>,
): string[] {
  if (facts.kind === 'absent') return []
  return (['mode', 'owner', 'group'] as const).flatMap((name) =>
    facts[name] === wanted[name].replace(/^0+(?=.)/, '')
      ? []
      : [`- ${name} ${facts[name]}`, `+ ${name} ${wanted[name]}`],
  )
}

/**
 * Unified diff with secrets masked. A file with secrets in it held others before: of its old lines that go, only the
 * name is shown.
 */
export function shownDiff(path: string, before: string | null, after: Script): string {
  const shown = masked(after)
  const secrets = after.parts.flatMap((part) => (part instanceof Secret ? [part.reveal()] : []))
  if (before === null || secrets.length === 0) return fileDiff(path, before, shown)
  const hidden = secrets.reduce((text, secret) => (secret === '' ? text : text.replaceAll(secret, '***')), before)
  const stays = new Set(shown.split('\n'))
  const lines = hidden
    .split('\n')
    .map((line) =>
      stays.has(line) || line.trim() === '' ? line : line.replace(/^(\s*[^\s=:]*\s*[=: ]?\s*).*$/, '$1***'),
    )
  return fileDiff(path, lines.join('\n'), shown)
}

function endsLine(script: Script): Script {
  const text = revealed(script)
  return text === '' || text.endsWith('\n') ? script : { parts: [...script.parts, '\n'] }
}
