import { randomBytes } from 'node:crypto'
import type { Connection } from '../hosts/connection.ts'
import { SQL_FUNCTIONS } from '../modules/mysql-client.ts'
import { sh, shellQuote } from '../modules/step.ts'
import { CLONE_PLUGIN, CLONE_USER, INSTALL_CLONE } from '../mysql/clone.ts'
import type { Dialect } from '../mysql/dialect.ts'
import { whileWritable } from './history.ts'
import { asRootOn, sqlOn } from './remote.ts'
import { openEnd, refuseUnlessWell } from './transfer.ts'

/** On a host: the plugin was installed by us, for one clone. */
const INSTALLED = '/var/lib/mmha/clone-plugin'
/** On the source: whose guest is let in. A run that came later has put its own name there. */
const GUEST = '/var/lib/mmha/clone-guest'

const DROPS = `SELECT CONCAT('DROP USER IF EXISTS ', QUOTE(user), '@', QUOTE(host), ';') FROM mysql.user WHERE user='${CLONE_USER}'`
const KILLS = `SELECT CONCAT('KILL ', PROCESSLIST_ID, ';') FROM performance_schema.threads WHERE PROCESSLIST_USER='${CLONE_USER}'`

/** sh, after SQL_FUNCTIONS: a function that leaves nothing of a clone on a host: no session, no account, no plugin of ours. */
const SWEEP = `sweep() {
  drops=$(sql --execute=${shellQuote(DROPS)} </dev/null) || return 1
  sql --execute=${shellQuote(KILLS)} </dev/null | while read -r kill; do
    sql --execute="$kill" </dev/null 2>/dev/null || :
  done
  for second in 1 2 3 4 5 6 7 8 9 10; do
    [ -n "$(sql --execute=${shellQuote(KILLS)} </dev/null)" ] || break
    sleep 1
  done
  plugin=
  if [ -e ${INSTALLED} ] && [ "$(sql --execute=${shellQuote(CLONE_PLUGIN)} </dev/null)" = ACTIVE ]; then
    plugin='UNINSTALL PLUGIN clone;'
  fi
  if [ -n "$drops$plugin" ]; then
    closed=$(sql --execute='SELECT @@GLOBAL.super_read_only' </dev/null) || return 1
    [ "$closed" = 0 ] || sql --execute='SET GLOBAL super_read_only=OFF' </dev/null
    done=yes
    printf 'SET SESSION sql_log_bin=0;\\n%s\\n%s\\n' "$drops" "$plugin" | sql || done=no
    [ "$closed" = 0 ] || sql --execute='SET GLOBAL super_read_only=ON' </dev/null
    [ $done = yes ] || return 1
  fi
  rm -f ${INSTALLED} ${GUEST}
}
`

/** Ends what a run that was cut has left of a clone on a host whose server runs. @throws MmhaError */
export async function endCloneOf(host: Connection, dialect: Dialect): Promise<void> {
  if (!dialect.can('clone')) return
  await asRootOn(host, 'end what is left of a clone', sh`${SQL_FUNCTIONS}${SWEEP}sweep || exit 1\n`)
}

/** Installs the plugin where it is not, and notes that it was us. */
export async function installClone(host: Connection, dialect: Dialect): Promise<void> {
  const [row] = await sqlOn(host, 'look for the plugin', [CLONE_PLUGIN])
  if (row?.[0] === 'ACTIVE') return
  await asRootOn(host, 'note the plugin', sh`mkdir -p -m 0700 /var/lib/mmha\n: >${INSTALLED}\nsync -f ${INSTALLED}\n`)
  await whileWritable({ source: host, dialect }, 'install the plugin clone', [INSTALL_CLONE])
}

export interface Watch {
  /** Nothing of the clone is left on the source when this resolves. @throws MmhaError */
  end(): Promise<void>
}

/** s without a sign of life; a link that is cut without a word is noticed so late. */
const PATIENCE = 30
const BEAT_MS = 5000
/** Times that a source whose server is down is tried again. */
const TRIES = 60

/**
 * A shell on the source that waits for the end of this process, its link, or `end`, and then leaves nothing of the clone
 * there: also after a SIGKILL, when nobody runs the command again.
 */
export async function watchClone(source: Connection): Promise<Watch> {
  const name = randomBytes(9).toString('hex')
  const end = {
    connection: source,
    doing: 'end what is left of a clone',
    script: `trap '' HUP PIPE TERM
mkdir -p -m 0700 /var/lib/mmha
echo ${name} >${GUEST}
${SWEEP}while timeout ${PATIENCE} sh -c 'read -r beat'; do :; done
tries=0
while [ "$(cat ${GUEST} 2>/dev/null)" = ${name} ] && ! sweep; do
  tries=$((tries + 1))
  [ $tries -lt ${TRIES} ] || exit 1
  sleep 5
done`,
  }
  const { channel, outcome } = await openEnd(end)
  channel.resume()
  const beat = setInterval(() => channel.write('\n'), BEAT_MS)
  beat.unref()
  void outcome.then(() => clearInterval(beat))
  return {
    end: async () => {
      clearInterval(beat)
      channel.end()
      refuseUnlessWell(end, await outcome)
    },
  }
}
