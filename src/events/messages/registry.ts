import { changes } from './changes.ts'
import { drill } from './drill.ts'
import { engines } from './engines.ts'
import { documents, errors, mistakes } from './errors.ts'
import { findings, preflight } from './findings.ts'
import { dataFindings } from './findings-data.ts'
import { fleet } from './fleet.ts'
import { frame } from './frame.ts'
import { usage } from './help.ts'
import { hosts } from './hosts.ts'
import { lab } from './lab.ts'
import { modules } from './modules.ts'
import { plans } from './plans.ts'
import { report } from './report.ts'
import { rules } from './rules.ts'
import { seeding, seedingParts } from './seeding.ts'
import { status } from './status.ts'
import { titles } from './titles.ts'
import { vault } from './vault.ts'
import { wizard } from './wizard.ts'

/**
 * All that mmha says to a person, by area: code → { en, zh }. The words to use are in glossary.ts. What is translated is
 * said as `frame('lock.wait', { owner })`; programs, logs and journals get the English and the code.
 */
export const REGISTRY = {
  frame,
  errors,
  documents,
  mistakes,
  findings,
  dataFindings,
  preflight,
  fleet,
  status,
  titles,
  usage,
  wizard,
  drill,
  report,
  seeding,
  seedingParts,
  lab,
  modules,
  changes,
  engines,
  plans,
  rules,
  vault,
  hosts,
} as const
