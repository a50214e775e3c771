import type { Diagnostic, ParsedConfig } from '../config/config.ts'
import { sorted } from '../config/diagnostics.ts'
import { addresses } from './addresses.ts'
import { commands } from './commands.ts'
import { delays } from './delays.ts'
import { elections } from './elections.ts'
import { type Rule, sayInto, subjectOf } from './subject.ts'
import { wire } from './wire.ts'

const RULES: readonly Rule[] = [elections, delays, wire, addresses, commands]

/** What is legal but wrong in one node's configuration, in the file's order, besides what its parser has said. Pure; never throws. */
export function lint(parsed: ParsedConfig): Diagnostic[] {
  const found: Diagnostic[] = []
  const subject = subjectOf(parsed)
  for (const rule of RULES) rule(subject, sayInto(found))
  return sorted(parsed.conceal(found), parsed.tree.file)
}
