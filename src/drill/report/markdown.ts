import type { Summary } from '../analysis/statistics.ts'
import type { DrillResult, FaultSummary, RunResult } from '../result.ts'
import { strips } from './strips.ts'

/** The drill as a document for people: verdict first, then numbers, each run with its picture, and what was not tested. */
export function markdownReport(result: DrillResult): string {
  return `${[
    `# Failover drill of ${result.pair}: ${result.verdict === 'passed' ? 'PASSED' : 'FAILED'}`,
    verdict(result),
    '## Numbers',
    numbers(result),
    '## Safety',
    safety(result.runs),
    '## Runs',
    ...result.runs.map(runSection),
    '## What this does not show',
    notShown(result),
    '## Environment',
    environment(result),
  ].join('\n\n')}\n`
}

function verdict({ runs, failures, startedAt, seconds, vip }: DrillResult): string {
  const acked = runs.reduce((sum, { ledger }) => sum + ledger.ackedInserts + ledger.ackedUpdates, 0)
  const problems = [
    ...runs.flatMap((run) => run.failures.map((text) => `${run.fault} run ${run.run}: ${text}`)),
    ...failures,
  ]
  const scope = `${runs.length} ${runs.length === 1 ? 'fault' : 'faults'} in ${seconds.toFixed(0)} s on ${startedAt}, ${acked} acknowledged writes through ${vip}.`
  if (problems.length === 0)
    return `${scope} No acknowledged write was lost or reverted, never did both hosts hold the address, and after each fault both hosts had the same data.`
  return [scope, ...problems.map((text) => `- **${text}**`)].join('\n')
}

function numbers({ faults, skipped }: DrillResult): string {
  const rows = faults.map((fault) => [
    fault.fault,
    `${fault.passed} of ${fault.runs}`,
    cell(fault.downtime),
    cell(fault.downtimeFromFault),
    cell(fault.slowestWriter),
    cell(fault.whole),
    cell(fault.wholeAfterRepair),
  ])
  return [
    table(
      [
        'fault',
        'passed',
        'no acknowledged write',
        'fault → first write',
        'slowest writer',
        'fault → pair whole',
        'repair → pair whole',
      ],
      rows,
    ),
    '',
    'Minimum / median / maximum in ms. *No acknowledged write*: from the last acknowledgement before the outage to the first after it, over all writers.',
    '*Pair whole*: one VIP, holder writable, standby read-only, both channels running, semi-sync on, standby caught up.',
    ...skipped.map(({ fault, reason }) => `\nNot run: **${fault}** — ${reason}.`),
  ].join('\n')
}

function safety(runs: readonly RunResult[]): string {
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
    run.equality.equal ? `yes, ${run.equality.tables} tables` : '**no**',
  ])
  return [
    table(
      [
        'run',
        'acknowledged inserts + updates',
        'lost',
        'reverted',
        'twice',
        'indeterminate (happened)',
        'double VIP ms',
        'both writable ms',
        'split writes',
        'acknowledged by one server alone',
        'same data',
      ],
      rows,
    ),
    '',
    'In brackets for the double states: the most that the samplers’ periods and the clocks leave open. *Indeterminate*: the connection broke before an answer; such writes may have happened, that is no fault. *By one server alone*: while commits did not wait for the other one (semi-sync off), as from its loss until it follows again; another loss in that time could cost them.',
  ].join('\n')
}

function runSection(run: RunResult): string {
  const outageEnd = run.downtimeFromFault
  const later = run.laterGaps.map((ms) => ms.toFixed(0)).join(', ')
  const facts = [
    `Holder ${run.holder}, then ${run.successor ?? 'nobody'}. ${run.at}. By writer: ${run.downtimeByWriter.map((ms) => (ms === null ? '∞' : ms.toFixed(0))).join(', ')} ms.`,
    later === '' ? '' : ` Later gaps: ${later} ms.`,
    ` Clocks known to ±${run.clockUncertainty.toFixed(2)} ms; longest time between two looks at the addresses ${run.worstLook.toFixed(1)} ms.`,
  ].join('')
  const differences = run.equality.differences.slice(0, 10).map((text) => `- ${text}`)
  return [
    `### ${run.fault} ${run.run}: ${run.failures.length === 0 ? 'passed' : 'failed'}`,
    facts,
    ...(run.failures.length === 0 ? [] : [run.failures.map((text) => `- **${text}**`).join('\n')]),
    ...(differences.length === 0 ? [] : [differences.join('\n')]),
    `\`\`\`text\n${strips(run.timeline, outageEnd)}\n\`\`\``,
  ].join('\n\n')
}

function notShown({ notTested, environment }: DrillResult): string {
  return [
    ...notTested.map((text) => `- Not tested: ${text}.`),
    ...(environment === null ? [] : [`- How power was cut: ${environment.power}.`]),
  ].join('\n')
}

function environment({ environment: env }: DrillResult): string {
  if (env === null) return 'Nothing was run.'
  return [
    ...env.hosts.map(({ name, server, kernel }) => `- ${name}: ${server}, Linux ${kernel}`),
    `- Writers: ${env.writers} on ${env.client}, ${env.rate} operations per second each, one session each; inserts and updates by turns.`,
    `- mmha ${env.mmha}, Node ${env.node}`,
  ].join('\n')
}

function cell(summary: FaultSummary['downtime'] | Summary): string {
  if (summary === null) return '—'
  const { n, min, median, max } = summary
  return n === 1 ? min.toFixed(0) : `${min.toFixed(0)} / ${median.toFixed(0)} / ${max.toFixed(0)}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
