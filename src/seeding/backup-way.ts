import { EXIT, MmhaError } from '../events/error.ts'
import { type Script, sh, shellQuote } from '../modules/step.ts'
import { replicatesBothWays } from '../mysql/dialect.ts'
import { gtidsAt } from '../mysql/dump.ts'
import { Flow, flowText } from './flow.ts'
import { executedBy, historyOf } from './history.ts'
import { requireSame } from './preconditions.ts'
import { asRootOn, seedFailed, sqlOn } from './remote.ts'
import { dataSize, requireRoom } from './room.ts'
import { allowStart, BEFORE, COPY, SERVERS_OWN, setAside } from './set-aside.ts'
import { transfer } from './transfer.ts'
import type { Copied, Site, Way } from './way.ts'

/** MariaDB's own: the files, through here. The target's old data stays beside them until the copy is proven. */
export const backupWay: Way = {
  takes: 'a backup',
  bringsAccounts: true,
  privileges: [],
  requireFit: async (site) => {
    const why = await whyNoBackup(site)
    if (why !== null)
      throw new MmhaError(why.message, {
        code: 'NO_BACKUP',
        source: 'user',
        exit: EXIT.refused,
        host: why.host,
        hint: `nothing was touched; ${why.hint}`,
      })
    await requireSame(site, ['innodb_page_size', 'lower_case_table_names', 'innodb_data_file_path'])
    await requireRoom(site, 'kept')
  },
  copy: async (site) => {
    const [row] = await sqlOn(site.target, 'look for its data', ['SELECT @@GLOBAL.datadir'])
    const datadir = (row?.[0] ?? '').replace(/\/+$/, '')
    if (datadir === '') throw new Error('a server has a data directory')
    const unit = `${site.server.unit}.service`
    await asRootOn(
      site.target,
      'set its data aside',
      sh`systemctl stop ${shellQuote(unit)}\n${setAside(datadir, site.server.unit)}`,
    )
    const before = await historyOf(site)
    const flow = await stream(site, datadir)
    const place = await asRootOn(site.target, 'prepare the backup', prepareScript(datadir))
    const [, file = '', at = ''] = /^@@place (\S+)\t(\d+)/m.exec(place) ?? []
    if (file === '') throw seedFailed(site.target.name, 'prepare the backup', 'it does not say which moment it is of')
    await asRootOn(
      site.target,
      'start its server on the copy',
      sh`${allowStart(site.server.unit)}systemctl start ${shellQuote(unit)}\n`,
    )
    const [found] = await sqlOn(site.source, 'read the place of the backup', [gtidsAt({ file, position: Number(at) })])
    const position = found?.[0] ?? ''
    return { ...flow, position, executed: executedBy(site, before, position) }
  },
}

interface Refusal {
  readonly host: string
  readonly message: string
  readonly hint: string
}

async function whyNoBackup({ source, target, dialect, targetDialect }: Site): Promise<Refusal | null> {
  const { backup } = dialect.seeding
  const other = 'take another way: dump'
  if (backup === null)
    return {
      host: target.name,
      message: `${dialect.family.name} has no mariadb-backup`,
      hint: dialect.can('clone') ? 'take another way: clone' : other,
    }
  if (replicatesBothWays(dialect, targetDialect) === 'series')
    return {
      host: target.name,
      message: `a backup is for two servers of one series: ${dialect.version.join('.')} and ${targetDialect.version.join('.')}`,
      hint: other,
    }
  for (const connection of [source, target]) {
    const script = sh`command -v ${backup.program} >/dev/null && command -v ${backup.unpack} >/dev/null || echo none\n`
    if ((await asRootOn(connection, 'look for the program', script)).trim() !== '')
      return {
        host: connection.name,
        message: `${backup.program} is not installed`,
        hint: `install the package ${backup.program} (the server's version) on both hosts, or ${other}`,
      }
    const [[count] = []] = await sqlOn(connection, 'look for files elsewhere', [backup.filesElsewhere])
    if (count !== '0')
      return {
        host: connection.name,
        message: "InnoDB's files don't all stand in the data directory",
        hint: other,
      }
  }
  return null
}

async function stream(
  { source, target, dialect, throttle, sink }: Site,
  datadir: string,
): Promise<Pick<Copied, 'bytes' | 'seconds'>> {
  const { backup } = dialect.seeding
  if (backup === null) throw new Error('it was looked at before')
  const flow = new Flow({
    throttle,
    expected: await dataSize(source),
    tell: (state) =>
      sink({ code: 'seed.progress', level: 'info', host: target.name, message: flowText(state), data: { ...state } }),
  })
  const began = performance.now()
  await transfer(
    {
      connection: source,
      doing: 'back its data up',
      // Its folder is for small files of its own.
      script: `work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${backup.program} --backup --stream=xbstream --target-dir="$work" --user=root </dev/null`,
    },
    {
      connection: target,
      doing: 'take the backup',
      script: `exec ${backup.unpack} -x -C ${shellQuote(`${datadir}/${COPY}`)}`,
    },
    [flow],
  )
  return { bytes: flow.state.bytes, seconds: (performance.now() - began) / 1000 }
}

/**
 * Applies the log of the backup, moves it into the data directory, and prints which place of the source's binary log it
 * is of. The channel's own settings, and what the distribution noted about the directory, stay this host's.
 */
function prepareScript(datadir: string): Script {
  return sh`cd ${shellQuote(datadir)}
log=$(mktemp)
run() {
  mariadb-backup "$@" >"$log" 2>&1 || { tail -n 3 "$log"; rm -f "$log"; exit 1; }
}
run --prepare --target-dir=${COPY}
for info in mariadb_backup_binlog_info xtrabackup_binlog_info; do
  [ ! -e ${COPY}/$info ] || printf '@@place %s\\n' "$(head -n 1 ${COPY}/$info)"
done
run --move-back --force-non-empty-directories --target-dir=${COPY} --datadir=${shellQuote(datadir)}
rm -rf "$log" ${COPY}
for file in ${BEFORE}/master.info ${BEFORE}/debian-*.flag ${BEFORE}/*_upgrade_info; do
  [ ! -e "$file" ] || cp -p "$file" .
done
rm -f xtrabackup_* mariadb_backup_*
find . ${SERVERS_OWN} -exec chown -R --reference=. {} +
! command -v restorecon >/dev/null || restorecon -R .
`
}
