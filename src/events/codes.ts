/** Codes of the events of a run, and what each means. `--json` users rely on them: never reuse one for another meaning. */
export const EVENT_CODES = {
  'phase.begin': 'work on some hosts begins; data.hosts names them',
  'phase.end': 'the work of the phase that began last is over, well or not',
  'host.unreachable': 'one more host that could not be reached',
  'plan.ready': 'the plan: data.steps, each with id, host, title, diff and impact',
  'plan.left': 'after applying everything, data.steps are still missing',
  'step.upload': 'a file travels to the host',
  'step.begin': 'a step begins',
  'step.output': 'a line that a step prints',
  'step.changed': 'a step is done; data.ms',
  'step.failed': 'a step failed; data.status',
  'run.summary': 'what the run did on one host',
  result: 'the last document: what the command found or did',
  error: 'the command stopped; data.code, where, hint, exit',
} as const
