import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from '../hosts/connection.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import { sh, shellQuote } from '../modules/step.ts'
import { beyond, count, formatGtidSet, isEmpty, parseGtidSet, subtract } from '../mysql/gtid-set.ts'
import { asRootOn, sqlOn } from './remote.ts'
import { cutHere } from './tail-cut.ts'
import { KEPT } from './target.ts'
import type { Site } from './way.ts'

/** On the host, root's alone: where its daemon saves tails, too. */
const FOLDER = '/var/lib/mmha/quarantine'

/** Files on the target. */
export interface SavedTail {
  /** SQL, to read and to replay. */
  readonly path: string
  /** The same as it was logged; null: it could not be had that way, as encrypted binlogs can't. */
  readonly binlog: string | null
  /** What became of the binlog, for a person. */
  readonly said: string
}

/** The host has no program that cuts binlogs. */
const NOBODY = 'nobody'

/** Beside its SQL. */
function binlogOf(path: string): string {
  return path.replace(/\.sql$/, '.binlog')
}

/**
 * Saves the transactions that only the target has as SQL and as a binlog, on the target, before they are dropped with its
 * data. The SQL is what must be there; the binlog is made by the host's daemon, or here where it has none that can.
 * @returns also where it holds half a copy and an earlier run has saved them; null: it has none of its own
 * @throws MmhaError TAIL_NOT_SAVED (exit 5): nothing has been touched
 */
export async function saveTailOf(site: Site): Promise<SavedTail | null> {
  const { source, target, dialect } = site
  const { flavour } = dialect
  const mark = (await asRootOn(target, 'look for a mark', sh`[ ! -e ${MARK} ] || cat ${MARK}\n`)).trim()
  if (mark !== '') return savedBefore(target, mark.split(KEPT)[1])
  const question = `SELECT @@GLOBAL.log_bin_index, ${dialect.family.executedColumns}`
  // The target first: what comes between the two is not its own.
  const [mine = []] = await sqlOn(target, 'read its history', [question])
  const [theirs = []] = await sqlOn(source, 'read its history', [question])
  const [own, others] = [mine, theirs].map(([, ...parts]) =>
    parseGtidSet(flavour, parts.filter((part) => part !== '').join(',')),
  )
  if (own === undefined || others === undefined) throw new Error('two histories are needed')
  const extra = subtract(own, others)
  if (isEmpty(extra)) return null
  const common = subtract(others, subtract(others, own))
  const [index = ''] = mine
  const wanted = beyond(flavour, extra, common)
  const words = dialect.seeding.tailCommand(wanted, common).map(shellQuote).join(' ')
  const sets = [extra, common].map((set) => shellQuote(formatGtidSet(flavour, set))).join(' ')
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
status=0
said=$(mmha-keepalived binlog-tail ${flavour} ${shellQuote(index)} "\${file%.sql}.binlog" ${sets} 2>&1) || status=$?
case $status in
0) ;;
# It knows no such word, or is not there.
4 | 127) said=${NOBODY} ;;
*) said="not as a binlog: $(printf '%s\n' "$said" | sed -e '1!d' -e 's/^mmha-keepalived: //' -e 's/^Error: //')" ;;
esac
printf '%s\n' "$said" | tail -n 1
echo "$file"
`,
    )
    const [there = '', path = ''] = output.trim().split('\n').slice(-2)
    const said = there === NOBODY ? await cutHere(site, { index, wanted, path: binlogOf(path) }) : there
    return { path, said, binlog: await binlogAt(target, path) }
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

/** @param path as the mark has it: undefined: there was nothing to save */
async function savedBefore(target: Connection, path: string | undefined): Promise<SavedTail | null> {
  return path === undefined ? null : { path, said: '', binlog: await binlogAt(target, path) }
}

async function binlogAt(target: Connection, path: string): Promise<string | null> {
  const file = binlogOf(path)
  const found = await asRootOn(target, 'look for its binlog', sh`[ ! -e ${shellQuote(file)} ] || echo there\n`)
  return found.trim() === '' ? null : file
}
