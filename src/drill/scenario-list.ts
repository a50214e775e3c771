import { z } from 'zod'
import { readDocument } from '../inventory/document.ts'
import { checkDocument } from '../inventory/schema-check.ts'
import { FAULT_NAMES, type FaultName } from './faults/fault.ts'

/** Faults in order, each with how often it is repeated. */
export interface PlannedFault {
  readonly fault: FaultName
  readonly runs: number
}

export const MOST_RUNS = 1000

const list = z
  .array(z.strictObject({ fault: z.enum(FAULT_NAMES), runs: z.int().min(1).max(MOST_RUNS).default(1) }))
  .min(1)

/** Reads a list like playbooks/verify.yml. @throws MmhaError with file:line:column (exit 4) */
export function readScenarios(file: string): readonly PlannedFault[] {
  const hint = `give a list of maps {fault, runs}; known faults: ${FAULT_NAMES.join(', ')}`
  return checkDocument(readDocument(file), list, 'SCENARIOS_INVALID', hint)
}

/** What the command line says goes before the file: `faults` replaces its list, `runs` its counts. */
export function planFaults(
  file: readonly PlannedFault[],
  faults: readonly FaultName[] | undefined,
  runs: number | undefined,
): readonly PlannedFault[] {
  const chosen =
    faults === undefined
      ? file
      : faults.map((fault) => file.find((planned) => planned.fault === fault) ?? { fault, runs: 1 })
  return runs === undefined ? chosen : chosen.map(({ fault }) => ({ fault, runs }))
}
