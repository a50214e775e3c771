import { type Impact, revealed, type Script, type Step } from './step.ts'

/** On each host, for root only: a folder for each run, in it one for each step that began. */
export const RUNS = '/var/lib/mmha/runs'

/** Runs that are kept; the oldest go when another one begins. */
const KEPT = 50

/** What a run is, as it stands on the hosts that it changed. */
export interface RunHeader {
  /** Sorts by time. */
  readonly id: string
  /** `provision`, `rollback`, … */
  readonly command: string
  /** `user@host` of the controller. */
  readonly by: string
  /** ISO 8601, UTC. */
  readonly started: string
}

/** One step of a run, as it stands on the host. */
export interface StepRecord {
  readonly id: string
  readonly title: string
  readonly files: readonly string[]
  /** There is a script that takes it back. */
  readonly undo: boolean
  /** sh that comes after everything was taken back: a restart. */
  readonly last: string | null
  /** Why it can't be taken back; '': there is nothing to take back. */
  readonly none: string | null
  /** Of taking it back. */
  readonly impact: Impact
}

/** `20261121T120342Z-a1b2` @param random two random bytes */
export function runId(now: Date, random: Buffer): string {
  return `${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${random.toString('hex')}`
}

/** sh that comes before all steps: where the run is kept, and how. @param plan one line, what the run was going to do */
export function journalSetup(header: RunHeader, plan: string | null = null): string {
  return `MMHA_RUN=${RUNS}/${header.id}
if [ ! -e "$MMHA_RUN/run.json" ]; then
  mkdir -p "$MMHA_RUN" || exit 1
${plan === null ? '' : `  printf '%s\\n' ${quoted(plan)} >"$MMHA_RUN/plan.json" || exit 1\n`}  printf '%s\\n' ${quoted(JSON.stringify(header))} >"$MMHA_RUN/run.json" || exit 1
  ls -1 ${RUNS} | head -n -${KEPT} | while IFS= read -r old; do rm -rf "${RUNS}/$old"; done
fi
mmha_keep() {
  printf '%s\\t%s\\n' "$1" "$2" >>"$mmha_step/paths"
  if [ -L "$2" ] || [ -f "$2" ]; then cp -a "$2" "$mmha_step/$1.before"
  elif [ ! -e "$2" ]; then
    : >"$mmha_step/$1.absent"
    [ -d "$(dirname "$2")" ] || echo 'its folder, too' >"$mmha_step/$1.absent"
  fi
}
mmha_sums() {
  while IFS='\t' read -r _ path; do
    if [ -f "$path" ]; then sha256sum <"$path"; else echo none; fi
  done <"$1/paths"
}
mmha_ended() {
  if [ -e "$MMHA_RUN/$1/paths" ]; then
    mmha_sums "$MMHA_RUN/$1" >"$MMHA_RUN/$1/sums"
    # A file that was moved into its place has SELinux's label of where it was made. Without SELinux this does nothing.
    if command -v restorecon >/dev/null; then
      while IFS='\t' read -r _ path; do [ ! -e "$path" ] || restorecon "$path" || :; done <"$MMHA_RUN/$1/paths"
    fi
  fi
  printf '%s\\n' "$2" >"$MMHA_RUN/$1/ended"
}
`
}

/** sh before a step, in the same subshell: its files as they are, and how to take it back, are safe on the disk first. */
export function journalBefore(number: string, step: Step): string {
  const files = step.writes ?? []
  const { undo, undoLast } = step
  const record: StepRecord = {
    id: step.id,
    title: step.title,
    files,
    undo: !('none' in undo),
    last: undoLast === undefined ? null : revealed(undoLast),
    none: 'none' in undo ? undo.none : null,
    impact: step.undoImpact ?? 'none',
  }
  return `mmha_step="$MMHA_RUN/${number}"
mkdir "$mmha_step"
${files.map((path, i) => `mmha_keep ${i} ${quoted(path)}\n`).join('')}${'none' in undo ? '' : `printf '%s' ${quoted(revealed(undo))} >"$mmha_step/undo"\n`}printf '%s\\n' ${quoted(JSON.stringify(record))} >"$mmha_step/new"
mv "$mmha_step/new" "$mmha_step/step.json"
sync "$mmha_step"/* "$mmha_step" 2>/dev/null || :
`
}

/** sh after a step; `$mmha_rc` is its status. */
export function journalAfter(number: string): string {
  return `mmha_ended ${number} $mmha_rc`
}

/** sh that takes one step back. `restore_file PATH` gives a file its former bytes, mode and owner, or removes it. */
export function takeBack(run: string, number: string): Script {
  return {
    parts: [
      `MMHA_BACK=${RUNS}/${run}/${number}
restore_file() {
  kept=$(awk -F '\\t' -v path="$1" '$2 == path { print $1; exit }' "$MMHA_BACK/paths")
  if [ -e "$MMHA_BACK/$kept.before" ] || [ -L "$MMHA_BACK/$kept.before" ]; then
    mkdir -p "$(dirname "$1")"
    cp -a "$MMHA_BACK/$kept.before" "$1.mmha-new"
    # Its time is now: what has read the other one has to read it again.
    [ -L "$1.mmha-new" ] || { touch "$1.mmha-new"; sync "$1.mmha-new" 2>/dev/null || :; }
    mv -f "$1.mmha-new" "$1"
  elif [ -e "$MMHA_BACK/$kept.absent" ]; then
    rm -f "$1"
    # Others may have put something there since.
    [ ! -s "$MMHA_BACK/$kept.absent" ] || rmdir "$(dirname "$1")" 2>/dev/null || :
  else echo "nothing was kept of $1" >&2; return 1; fi
}
( set -eu; . "$MMHA_BACK/undo" )
: >"$MMHA_BACK/undone"
`,
    ],
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
