import { Secret } from '../inventory/secret.ts'
import { type Script, sh, shellQuote } from './step.ts'

/**
 * A change of one line, named by its exact text and not by its number: several tasks may change a file in one plan, and what
 * was planned is still what is done. `section`: only between this `[header]` and the next one.
 */
export type LineEdit =
  /** The last such line becomes another. */
  | { readonly op: 'replace'; readonly old: string; readonly line: string; readonly section?: string }
  /** All such lines go. */
  | { readonly op: 'delete'; readonly old: string; readonly section?: string }
  /** A new line after the last such line. */
  | { readonly op: 'after'; readonly old: string; readonly line: string }
  /** A new line after the last one of the section that says something; the section is made where it is missing. */
  | { readonly op: 'end-of-section'; readonly line: string; readonly section: string }
  | { readonly op: 'append'; readonly line: string }

/** Name of the section that a line begins; null: it begins none. */
export function sectionOf(line: string): string | null {
  return /^[ \t]*\[([^\]]*)/.exec(line)?.[1] ?? null
}

/** Lines of a text, without the end of the last one. */
export function linesOf(content: string): string[] {
  return content === '' ? [] : content.replace(/\n$/, '').split('\n')
}

/** The text after the edits, as the host's awk makes it. */
export function edited(content: string, edits: readonly LineEdit[]): string {
  let lines = linesOf(content)
  for (const edit of edits) lines = editedOnce(lines, edit)
  return lines.map((line) => `${line}\n`).join('')
}

function editedOnce(lines: readonly string[], edit: LineEdit): string[] {
  if (edit.op === 'append') return [...lines, ...edit.line.split('\n')]
  const section = 'section' in edit ? edit.section : undefined
  let inside = section === undefined
  let last = -1
  const kept = lines.flatMap((line, i) => {
    const name = section === undefined ? null : sectionOf(line)
    if (name !== null) inside = name === section
    const hit = inside && (edit.op === 'end-of-section' ? /[^ \t]/.test(line) : line === edit.old)
    if (hit) last = i
    return hit && edit.op === 'delete' ? [] : [line]
  })
  if (edit.op === 'delete') return kept
  if (edit.op === 'end-of-section' && last < 0) return [...lines, `[${edit.section}]`, edit.line]
  return lines.flatMap((line, i) => {
    if (i !== last) return [line]
    return edit.op === 'replace' ? [edit.line] : [line, edit.line]
  })
}

const AWK = `BEGIN { op = ENVIRON["op"]; old = ENVIRON["old"]; section = ENVIRON["section"]; inside = section == "" }
{
  line[NR] = $0
  if (section != "" && $0 ~ /^[ \\t]*\\[/) {
    name = $0; sub(/^[ \\t]*\\[/, "", name); sub(/\\].*$/, "", name); inside = name == section
  }
  if (inside && (op == "end-of-section" ? $0 ~ /[^ \\t]/ : $0 "" == old "")) { hit[NR] = 1; last = NR }
}
END {
  made = op == "end-of-section" && !last
  if (op != "append" && !made && !last) exit 3
  for (i = 1; i <= NR; i++) {
    if (op == "delete" && hit[i]) continue
    print op == "replace" && i == last ? ENVIRON["line"] : line[i]
    if ((op == "after" || op == "end-of-section") && i == last) print ENVIRON["line"]
  }
  if (made) print "[" section "]"
  if (made || op == "append") print ENVIRON["line"]
}`

/** sh that makes the edits in the file `$new`; it fails when a line is no longer there. */
export function editScript(edits: readonly LineEdit[]): Script {
  const each = edits.map((edit) => {
    const old = 'old' in edit ? edit.old : ''
    const line = 'line' in edit ? edit.line : ''
    const section = 'section' in edit ? (edit.section ?? '') : ''
    return sh`edit ${edit.op} ${quoted(old)} ${quoted(line)} ${quoted(section)}\n`
  })
  return sh`edit() {
  op=$1 old=$2 line=$3 section=$4 awk ${shellQuote(AWK)} "$new" >"$new.edited" ||
    { rm -f "$new.edited"; echo 'a line that is to be changed is no longer in the file: run the same command again'; exit 1; }
  cat "$new.edited" >"$new"
  rm -f "$new.edited"
}
${{ parts: each.flatMap(({ parts }) => parts) }}`
}

function quoted(text: string): string | Secret {
  if (text === '') return "''"
  return withoutSecret(text) === text ? shellQuote(text) : new Secret(shellQuote(text))
}

/** A line with `***` for its value, where its name says that this is a secret. */
export function withoutSecret(line: string): string {
  return line.replace(/^(\s*[#;]?\s*[\w.-]*(?:pass|secret|token|pwd)[\w.-]*\s*[=:]?\s*).*$/i, '$1***')
}
