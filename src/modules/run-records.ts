import { FACT_FUNCTIONS, type FactLines } from './fact-lines.ts'
import { RUNS, type RunHeader, type StepRecord } from './host-journal.ts'

/** A step of a run on one host. */
export interface RunStep extends StepRecord {
  /** `0001`, in the order of the run. */
  readonly number: string
  /** Exit status; null: it never ended, as far as anybody knows. */
  readonly status: number | null
  readonly undone: boolean
  /** What comes after taking back was done. */
  readonly lastDone: boolean
  /** Files that somebody changed since; [] too where nobody looked. */
  readonly changed: readonly string[]
}

/** A run on one host. */
export interface HostRun extends RunHeader {
  readonly steps: readonly RunStep[]
  readonly rolledBack: boolean
  /** What it was going to do; null: not kept, or nobody looked. */
  readonly plan: string | null
}

/**
 * Read-only sh that prints the runs of a host.
 * @param from id of a run: its plan, and of it and later ones also which files were changed since; null: of none
 */
export function runsProbe(from: string | null): string {
  return `${FACT_FUNCTIONS}
line() { text=; [ ! -e "$1" ] || IFS= read -r text <"$1" || :; }
yes() { if [ -e "$1" ]; then text=yes; else text=no; fi; }
changed() {
  [ -e "$1/sums" ] || return 0
  while IFS='\t' read -r _ path && IFS= read -r was <&3; do
    if [ -f "$path" ]; then is=$(sha256sum <"$path"); else is=none; fi
    [ "$is" = "$was" ] || fact changed "$2" "$3" "$path"
  done <"$1/paths" 3<"$1/sums"
}
look=no
for run in ${RUNS}/*/; do
  [ -e "$run/run.json" ] || continue
  id=\${run%/}; id=\${id##*/}
  if [ "$id" = ${from ?? "''"} ]; then
    look=yes
    line "$run/plan.json"; fact plan "$id" "$text"
  fi
  line "$run/run.json"; header=$text
  yes "$run/rolled-back"
  fact run "$id" "$text" "$header"
  for step in "$run"[0-9]*/; do
    [ -e "$step/step.json" ] || continue
    number=\${step%/}; number=\${number##*/}
    line "$step/ended"; ended=$text
    yes "$step/undone"; undone=$text
    yes "$step/last-done"; last=$text
    line "$step/step.json"
    fact step "$id" "$number" "$ended" "$undone" "$last" "$text"
    [ "$look" = no ] || changed "$step" "$id" "$number"
  done
done
`
}

/** Oldest first. */
export function parseRuns(facts: FactLines): HostRun[] {
  const changed = facts.rows('changed')
  const steps = facts.rows('step').map(([run = '', number = '', ended = '', undone, last, ...json]) => ({
    run,
    step: {
      ...(JSON.parse(json.join('\t')) as StepRecord),
      number,
      status: ended === '' ? null : Number(ended),
      undone: undone === 'yes',
      lastDone: last === 'yes',
      changed: changed.flatMap(([id, at, path = '']) => (id === run && at === number ? [path] : [])),
    },
  }))
  const plans = facts.rows('plan')
  return facts.rows('run').map(([id = '', rolledBack, ...json]) => ({
    ...(JSON.parse(json.join('\t')) as RunHeader),
    id,
    rolledBack: rolledBack === 'yes',
    plan: plans.flatMap(([of, ...plan]) => (of === id && plan.join('') !== '' ? [plan.join('\t')] : []))[0] ?? null,
    steps: steps.filter(({ run }) => run === id).map(({ step }) => step),
  }))
}
