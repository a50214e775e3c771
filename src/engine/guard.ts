import { randomBytes } from 'node:crypto'
import { EXIT, MmhaError } from '../events/error.ts'
import { ROOT_SHELL } from '../hosts/become.ts'
import type { Connection } from '../hosts/connection.ts'
import { revealed, type Step, shellQuote } from '../modules/step.ts'

/** s that a host waits for word over a new connection; one takes 15 s at most. */
const WAIT = 60

/** On the host: a folder for each change that is not confirmed yet. `armed` becomes `confirmed` or `taken`, whoever is first. */
const GUARDS = '/run/mmha/guard'

/** A step that may shut out the SSH that brought it: the host takes it back by itself unless it is confirmed in time. */
export class Guard {
  readonly #step: Step
  readonly #folder = `${GUARDS}/${randomBytes(6).toString('hex')}`
  readonly #wait: number

  constructor(step: Step, wait = WAIT) {
    this.#step = step
    this.#wait = wait
  }

  /** sh before the step, in its subshell, after the journal's: from here on time runs. */
  get before(): string {
    const { undo } = this.#step
    const back = 'none' in undo ? '' : revealed(undo)
    const folder = this.#folder
    // The watch outlives the session: systemd ends what a login leaves behind, but not a unit.
    return `mkdir -p ${folder}
printf '%s' ${shellQuote(back)} >${folder}/undo
printf '%s' "\${mmha_step:-}" >${folder}/journal
cat >${folder}/take-back <<'MMHA_END_OF_GUARD'
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; LC_ALL=C; export PATH LC_ALL
cd ${folder}
mv armed taken 2>/dev/null || exit 1
( set -eu; . ./undo ) >said 2>&1
[ $? = 0 ] || exit 1
journal=$(cat journal)
[ -z "$journal" ] || : >"$journal/undone"
rm -rf ${folder}
MMHA_END_OF_GUARD
cat >${folder}/watch <<'MMHA_END_OF_GUARD'
left=${this.#wait}
while [ "$left" -gt 0 ] && [ -e ${folder}/armed ]; do sleep 1; left=$((left - 1)); done
if [ -e ${folder}/confirmed ]; then rm -rf ${folder}; else sh ${folder}/take-back; fi
MMHA_END_OF_GUARD
: >${folder}/armed
if [ ! -d /run/systemd/system ] || ! systemd-run --quiet sh ${folder}/watch 2>/dev/null; then
  setsid sh ${folder}/watch </dev/null >/dev/null 2>&1 &
fi
`
  }

  /**
   * Comes in anew and says so; where it can't, has the step taken back over the old connection.
   * @throws MmhaError SHUT_OUT (exit 3) when the step does not stay
   */
  async confirm(old: Connection): Promise<void> {
    let stays: boolean
    try {
      stays = await this.#sayFrom(old)
    } catch (cause) {
      const now = (await this.#takenBack(old))
        ? 'it was taken back'
        : `the host takes it back by itself within ${this.#wait} s`
      const why = cause instanceof Error ? cause.message : String(cause)
      throw this.#shutOut(old.name, `let no new SSH connection in (${why}); ${now}`, cause)
    }
    if (!stays) throw this.#shutOut(old.name, `was not reached anew for ${this.#wait} s; the host has taken it back`)
  }

  /** False: too late. */
  async #sayFrom(old: Connection): Promise<boolean> {
    const fresh = await old.another()
    try {
      const script = `mv ${this.#folder}/armed ${this.#folder}/confirmed\n`
      return (await fresh.exec(ROOT_SHELL, { asRoot: true, stdin: script, what: this.#step.id })).code === 0
    } finally {
      await fresh.close()
    }
  }

  async #takenBack(old: Connection): Promise<boolean> {
    try {
      const script = `sh ${this.#folder}/take-back\n`
      return (await old.exec(ROOT_SHELL, { asRoot: true, stdin: script, what: this.#step.id })).code === 0
    } catch (error) {
      // The old connection is gone, too: the host's own watch is what is left.
      if (error instanceof MmhaError) return false
      throw error
    }
  }

  #shutOut(host: string, what: string, cause?: unknown): MmhaError {
    const { id, title } = this.#step
    return new MmhaError(`${title}: after it ${host} ${what}`, {
      code: 'SHUT_OUT',
      source: 'user',
      exit: EXIT.unreachable,
      host,
      where: id,
      hint: `see why, at another way in: \`nft list ruleset\` and \`iptables-save\` on ${host}; \`plan --explain\` shows what this step does`,
      cause,
    })
  }
}

/** The same steps, in their order: each part ends with a guarded one, or with the last. */
export function upToGuarded(steps: readonly Step[]): readonly (readonly Step[])[] {
  const parts: Step[][] = [[]]
  for (const step of steps) {
    parts.at(-1)?.push(step)
    if (step.guarded) parts.push([])
  }
  return parts.filter((part) => part.length > 0)
}
