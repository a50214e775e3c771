import { dirname } from 'node:path/posix'
import { type Script, sh, shellQuote } from '../modules/step.ts'

/** On the host while its old data is aside: the data directory's path, also for a run that finds its server down. */
const PLACE = '/var/lib/mmha/seeding-datadir'

/** On the host while its data directory holds neither the old data nor a whole copy: its server must not start on that. */
const FILES = '/var/lib/mmha/seeding-files'
const dropIn = (unit: string) => `/etc/systemd/system/${unit}.service.d/zzz-mmha-seeding.conf`

/**
 * Inside the data directory, which may be a mount of its own. `.mmha-before`: the old data, whole. `.mmha-moving`: a part
 * of it, the rest still stands (or stands again) in the data directory. `.mmha-copy`: what comes. `.mmha-gone`: rubbish.
 */
export const BEFORE = '.mmha-before'
export const COPY = '.mmha-copy'
const MOVING = '.mmha-moving'
const GONE = '.mmha-gone'

/** Of `find`, in a data directory: what belongs to its server. */
export const SERVERS_OWN = `-mindepth 1 -maxdepth 1 ! -name '.mmha-*' ! -name lost+found`

/** sh in a data directory: its content is aside, in the same file system. Statements; between any two it may be cut. */
export const ASIDE: readonly string[] = [
  `mkdir -m 0700 ${MOVING}`,
  `find . ${SERVERS_OWN} -exec mv -t ${MOVING} {} +`,
  `mv ${MOVING} ${BEFORE}`,
  `mkdir -m 0700 ${COPY}`,
]

/** sh in a data directory: as it was before `ASIDE`, or a part of it, whatever was put there since. May be cut as well. */
export const BACK: readonly string[] = [
  `if [ -d ${BEFORE} ]; then find . ${SERVERS_OWN} -exec rm -rf {} +; mv ${BEFORE} ${MOVING}; fi`,
  `[ ! -d ${MOVING} ] || find ${MOVING} -mindepth 1 -maxdepth 1 -exec mv -t . {} +`,
  `[ ! -d ${MOVING} ] || rmdir ${MOVING}`,
  `rm -rf ${COPY} ${GONE}`,
]

/** sh in a data directory: what was there before the copy is given up. May be cut: `BACK` never brings a part of it back. */
export const GIVE_UP: readonly string[] = [`[ ! -d ${BEFORE} ] || mv ${BEFORE} ${GONE}`, `rm -rf ${GONE} ${COPY}`]

/** Moves the data of a server that is down aside: no copying, no room. */
export function setAside(datadir: string, unit: string): Script {
  const file = shellQuote(dropIn(unit))
  return sh`umask 022
mkdir -p "$(dirname ${file})"
cat >${file} <<'MMHA_END_OF_UNIT'
# mmha replaces the data directory. A server that started now would start on half of it.
# Run the same mmha command again: it puts the old data back, or finishes the copy.
[Unit]
AssertPathExists=!${FILES}
MMHA_END_OF_UNIT
umask 077
printf '%s\\n' ${shellQuote(datadir)} >${PLACE}.new
mv ${PLACE}.new ${PLACE}
sync -f ${PLACE}
: >${FILES}
sync -f ${file}
sync -f ${FILES}
systemctl daemon-reload
cd ${shellQuote(datadir)}
${ASIDE.join('\n')}
`
}

/** Where a run was cut with the old data aside: half a copy goes, the old data comes back. */
export function putBack(unit: string): Script {
  return sh`[ -e ${PLACE} ] || exit 0
systemctl stop ${shellQuote(`${unit}.service`)}
cd "$(cat ${PLACE})"
${BACK.join('\n')}
${allowStart(unit)}rm -f ${PLACE}
`
}

/** sh: the server may start again on what stands in its data directory. */
export function allowStart(unit: string): string {
  return `rm -f ${FILES} ${shellQuote(dropIn(unit))}
rmdir ${shellQuote(dirname(dropIn(unit)))} 2>/dev/null || :
systemctl daemon-reload
`
}

/** The copy is proven: sh that gives up what was before it, where something was. */
export const DROP_ASIDE = `if [ -e ${PLACE} ]; then
  (cd "$(cat ${PLACE})"; ${GIVE_UP.join('; ')})
  rm -f ${PLACE}
fi
`
