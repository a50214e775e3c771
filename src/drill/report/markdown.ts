import type { Language } from '../../events/language.ts'
import { inLanguage, type Text } from '../../events/message.ts'
import { report as say } from '../../events/messages/report.ts'
import { spokenIn } from '../../events/spoken.ts'
import type { Summary } from '../analysis/statistics.ts'
import type { DrillResult, FaultSummary, RunResult } from '../result.ts'
import { strips } from './strips.ts'

/** The drill as a document for people: verdict first, then numbers, each run with its picture, and what was not tested. */
export function markdownReport(result: DrillResult, language: Language = 'en'): string {
  const title = say(result.verdict === 'passed' ? 'report.passed' : 'report.failed', { pair: result.pair })
  return `${[
    `# ${title[language]}`,
    verdict(result, language),
    `## ${say('report.numbers')[language]}`,
    numbers(result, language),
    `## ${say('report.safety')[language]}`,
    safety(result.runs, language),
    `## ${say('report.runs')[language]}`,
    ...result.runs.map((run) => runSection(run, language)),
    `## ${say('report.not-shown')[language]}`,
    notShown(result, language),
    `## ${say('report.environment')[language]}`,
    environment(result, language),
  ].join('\n\n')}\n`
}

function verdict({ runs, failures, startedAt, seconds, vip }: DrillResult, language: Language): string {
  const acked = runs.reduce((sum, { ledger }) => sum + ledger.ackedInserts + ledger.ackedUpdates, 0)
  const problems = [
    ...runs.flatMap(({ fault, run, failures: whys }) =>
      whys.map((why) => say('report.problem', { fault, run, why: spokenIn(why, language) })[language]),
    ),
    ...failures.map((text) => spokenIn(text, language)),
  ]
  const params = { faults: runs.length, seconds: seconds.toFixed(0), at: startedAt, writes: acked, vip }
  const scope = say('report.scope', params)[language]
  if (problems.length === 0) return `${scope} ${say('report.good')[language]}`
  return [scope, ...problems.map((text) => `- **${text}**`)].join('\n')
}

function numbers({ faults, skipped }: DrillResult, language: Language): string {
  const rows = faults.map((fault) => [
    fault.fault,
    say('report.count-of', { passed: fault.passed, runs: fault.runs }),
    cell(fault.downtime),
    cell(fault.downtimeFromFault),
    cell(fault.slowestWriter),
    cell(fault.whole),
    cell(fault.wholeAfterRepair),
  ])
  const head = [
    say('report.fault'),
    say('report.count'),
    say('report.gap'),
    say('report.first-write'),
    say('report.slowest'),
    say('report.whole'),
    say('report.repaired'),
  ]
  return [
    table(head, rows, language),
    '',
    say('report.units')[language],
    say('report.whole-means')[language],
    ...skipped.map(
      ({ fault, reason }) => `\n${say('report.not-run', { fault, why: spokenIn(reason, language) })[language]}`,
    ),
  ].join('\n')
}

function safety(runs: readonly RunResult[], language: Language): string {
  const rows = runs.map((run) => [
    `${run.fault} ${run.run}`,
    `${run.ledger.ackedInserts} + ${run.ledger.ackedUpdates}`,
    String(run.ledger.lost.length),
    String(run.ledger.reverted.length),
    String(run.ledger.duplicates.length),
    `${run.ledger.indeterminate} (${run.ledger.appeared})`,
    `${run.splitVip.certain.toFixed(1)} (≤ ${run.splitVip.possible.toFixed(1)})`,
    `${run.splitWritable.certain.toFixed(0)} (≤ ${run.splitWritable.possible.toFixed(0)})`,
    String(run.splitWrites),
    `${run.alone.acknowledged} (${(run.alone.ms / 1000).toFixed(1)} s)`,
    run.equality.equal ? say('report.same-yes', { tables: run.equality.tables }) : say('report.same-no'),
  ])
  const head = [
    say('report.run'),
    say('report.acked'),
    say('report.lost'),
    say('report.reverted'),
    say('report.twice'),
    say('report.unsure'),
    say('report.double-vip'),
    say('report.double-writable'),
    say('report.split'),
    say('report.alone'),
    say('report.same'),
  ]
  return [table(head, rows, language), '', say('report.safety-means')[language]].join('\n')
}

function runSection(run: RunResult, language: Language): string {
  const { fault, holder, at } = run
  const list = run.downtimeByWriter.map((ms) => (ms === null ? '∞' : ms.toFixed(0))).join(', ')
  const later = run.laterGaps.map((ms) => ms.toFixed(0)).join(', ')
  const clocks = { clock: run.clockUncertainty.toFixed(2), look: run.worstLook.toFixed(1) }
  const facts = [
    say('report.run-facts', { holder, successor: run.successor ?? say('report.nobody'), at, list }),
    ...(later === '' ? [] : [say('report.later', { list: later })]),
    say('report.clocks', clocks),
  ]
  const title = say(run.failures.length === 0 ? 'report.run-passed' : 'report.run-failed', { fault, run: run.run })
  const failures = run.failures.map((text) => `- **${spokenIn(text, language)}**`)
  const differences = run.equality.differences.slice(0, 10).map((text) => `- ${text}`)
  return [
    `### ${title[language]}`,
    facts.map((one) => one[language]).join(''),
    ...(failures.length === 0 ? [] : [failures.join('\n')]),
    ...(differences.length === 0 ? [] : [differences.join('\n')]),
    `\`\`\`text\n${strips(run.timeline, run.downtimeFromFault)}\n\`\`\``,
  ].join('\n\n')
}

function notShown({ notTested, environment: env }: DrillResult, language: Language): string {
  return [
    ...notTested.map((text) => say('report.not-tested', { what: spokenIn(text, language) })),
    ...(env === null ? [] : [say('report.power', { how: spokenIn(env.power, language) })]),
  ]
    .map((one) => one[language])
    .join('\n')
}

function environment({ environment: env }: DrillResult, language: Language): string {
  if (env === null) return say('report.nothing')[language]
  const { writers, client, rate } = env
  return [
    ...env.hosts.map(({ name, server, kernel }) => `- ${name}: ${server}, Linux ${kernel}`),
    say('report.writers', { writers, client, rate })[language],
    `- mmha ${env.mmha}, Node ${env.node}`,
  ].join('\n')
}

function cell(summary: FaultSummary['downtime'] | Summary): string {
  if (summary === null) return '—'
  const { n, min, median, max } = summary
  return n === 1 ? min.toFixed(0) : `${min.toFixed(0)} / ${median.toFixed(0)} / ${max.toFixed(0)}`
}

function table(head: readonly Text[], rows: readonly (readonly Text[])[], language: Language): string {
  const line = (cells: readonly Text[]): string => `| ${cells.map((one) => inLanguage(one, language)).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
