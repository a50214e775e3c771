import { planSummary } from '../engine/plan-text.ts'
import type { ApprovalRequest } from '../engine/run.ts'
import { drifted } from '../engine/saved-plan.ts'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { frame } from '../events/messages/frame.ts'
import { promptTheme } from '../events/prompt-theme.ts'
import type { Renderer } from '../events/renderer.ts'

/** Flags of a command that say what to show, and what needs no question. */
export interface ApprovalFlags {
  readonly yes?: boolean
  readonly json?: boolean
  readonly verbose?: number
  readonly explain?: boolean
  /** File of a plan that was approved before. */
  readonly plan?: string
  /** Each step is asked for on its own. */
  readonly step?: boolean
}

/** Runs work that begins with a question; who leaves there (Ctrl-C) has changed nothing. */
export async function untilCancelled(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ExitPromptError')) throw error
    process.stderr.write(`${frame('cancelled.nothing-changed')[language()]}\n`)
    process.exitCode = EXIT.cancelled
  }
}

/** Shows a plan and asks. @throws MmhaError NO_APPROVAL (exit 5) where nobody can be asked */
export async function approve(
  { plan, unforeseen }: ApprovalRequest,
  renderer: Renderer,
  flags: ApprovalFlags,
  signal: AbortSignal,
): Promise<boolean> {
  await renderer.idle()
  const { shownPlan } = await import('./pair-playbook.ts')
  const decided = flags.yes === true || flags.plan !== undefined
  const detail = (flags.verbose ?? 0) > 0 ? 'whole' : decided ? 'short' : 'changes'
  const options = { detail, explain: flags.explain === true } as const
  if (flags.json !== true) process.stderr.write(`\n${shownPlan(plan, options, process.stderr)}\n`)
  if (unforeseen && flags.plan !== undefined) {
    throw drifted(frame('approve.drifted', { file: flags.plan, summary: planSummary(plan) }))
  }
  if (decided) return true
  if (flags.step === true && process.stdin.isTTY && process.stderr.isTTY) return true
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new MmhaError(frame('approve.nobody'), {
      code: 'NO_APPROVAL',
      source: 'user',
      exit: EXIT.refused,
      hint: frame('approve.nobody.do'),
    })
  }
  const { confirm } = await import('@inquirer/prompts')
  const message = frame(unforeseen ? 'approve.ask-new' : 'approve.ask')[language()]
  const answer = confirm({ message, default: false, ...promptTheme(language()) }, { output: process.stderr, signal })
  // In the middle of a run, Ctrl-C is a no: the run says what stays.
  return unforeseen && !signal.aborted ? answer.catch(() => false) : answer
}
