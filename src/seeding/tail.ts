import { EXIT, MmhaError } from '../events/error.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import { sh, shellQuote } from '../modules/step.ts'
import { beyond, count, isEmpty, parseGtidSet, subtract } from '../mysql/gtid-set.ts'
import { tailCommand } from '../mysql/tail.ts'
import { asRootOn, sqlOn } from './remote.ts'
import { KEPT } from './target.ts'
import type { Pair } from './verify.ts'

/** On the host, root's alone: where its daemon saves tails, too. */
const FOLDER = '/var/lib/mmha/quarantine'

/**
 * Saves the transactions that only the target has as SQL, on the target, before they are dropped with its data.
 * @returns its path, also where it holds half a copy and an earlier run has saved them; null: it has none of its own
 * @throws MmhaError TAIL_NOT_SAVED (exit 5): nothing has been touched
 */
export async function saveTailOf({ source, target, dialect }: Pair): Promise<string | null> {
  const { flavour } = dialect
  const mark = (await asRootOn(target, 'look for a mark', sh`[ ! -e ${MARK} ] || cat ${MARK}\n`)).trim()
  if (mark !== '') return mark.split(KEPT)[1] ?? null
  const executed =
    flavour === 'mysql'
      ? "SELECT REPLACE(@@GLOBAL.gtid_executed, CHAR(10), ''), @@GLOBAL.log_bin_index"
      : "SELECT CONCAT_WS(',', NULLIF(@@GLOBAL.gtid_binlog_state, ''), NULLIF(@@GLOBAL.gtid_slave_pos, '')), @@GLOBAL.log_bin_index"
  // The target first: what comes between the two is not its own.
  const [mine] = await sqlOn(target, 'read its history', [executed])
  const [theirs] = await sqlOn(source, 'read its history', [executed])
  const [own, others] = [parseGtidSet(flavour, mine?.[0] ?? ''), parseGtidSet(flavour, theirs?.[0] ?? '')]
  const extra = subtract(own, others)
  if (isEmpty(extra)) return null
  const common = subtract(others, subtract(others, own))
  const index = mine?.[1] ?? ''
  const words = tailCommand(flavour, beyond(flavour, extra, common), common)
    .map(shellQuote)
    .join(' ')
  try {
    const output = await asRootOn(
      target,
      'save its own transactions',
      sh`umask 077
mkdir -p ${FOLDER}
file=${FOLDER}/$(date -u +%FT%H%M%SZ)-rejoin.sql
cd "$(dirname ${shellQuote(index)})"
${words} $(cat ${shellQuote(index)}) >"$file.part"
mv "$file.part" "$file"
sync -f "$file"
echo "$file"
`,
    )
    return output.trim().split('\n').at(-1) ?? null
  } catch (cause) {
    throw new MmhaError(
      `${count(extra)} transactions that only ${target.name} has can't be saved: ${cause instanceof Error ? cause.message : cause}`,
      {
        code: 'TAIL_NOT_SAVED',
        source: 'user',
        exit: EXIT.refused,
        host: target.name,
        where: 'save its own transactions',
        hint: 'nothing was touched; --discard-tail gives them up',
        cause,
      },
    )
  }
}
