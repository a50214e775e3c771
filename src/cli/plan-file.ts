import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { parseSavedPlan, type SavedPlan } from '../engine/saved-plan.ts'
import { EXIT, MmhaError } from '../events/error.ts'

/** Writes a plan for its owner alone, whole or not at all. @throws MmhaError PLAN_UNWRITABLE (exit 4) */
export function writePlan(file: string, plan: SavedPlan): void {
  const beside = `${file}.${process.pid}.new`
  try {
    writeFileSync(beside, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(beside, file)
  } catch (cause) {
    rmSync(beside, { force: true })
    throw wrong('PLAN_UNWRITABLE', `cannot write the plan to ${file}`, file, 'give a path that you may write', cause)
  }
}

/** @throws MmhaError PLAN_UNREADABLE, PLAN_INVALID (exit 4) */
export function readPlan(file: string): SavedPlan {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    const hint = `write one with \`mmha plan INVENTORY --out ${file}\``
    throw wrong('PLAN_UNREADABLE', `cannot read the plan ${file}`, file, hint, cause)
  }
  return parseSavedPlan(text, file)
}

function wrong(code: string, message: string, where: string, hint: string, cause: unknown): MmhaError {
  const why = cause instanceof Error && 'code' in cause ? `: ${String(cause.code)}` : ''
  return new MmhaError(`${message}${why}`, { code, source: 'user', exit: EXIT.invalid, where, hint, cause })
}
