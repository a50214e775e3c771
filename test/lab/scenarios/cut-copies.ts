import { beforeAll, expect, it } from 'vitest'
import { killPower, powerOn } from '../../../src/lab/faults.ts'
import type { LabHost } from '../../../src/lab/state.ts'
import { type Ended, WatchedRun } from '../support/watched-run.ts'
import type { Stage } from './stage.ts'

const BULK_MB = 6
const MARK = '/var/lib/mmha/seeding'
const FILLER = '/var/lib/mysql/filler'

/** `npm run copies:cut`: also the faults that are tried for one way only otherwise. */
const ALL = process.env.MMHA_COPIES === 'all'

/** Faults while a copy is under way. `dies`: whose server; a backup’s target has none. `throttle`: MB/s of the run that finishes it. */
const FAULTS = [
  { server: 'mysql-9.7', way: 'dump', dies: 'target', throttle: 1, always: true },
  { server: 'mariadb-10.11', way: 'dump', dies: 'target', throttle: 1, always: false },
  { server: 'mysql-9.7', way: 'clone', dies: 'target', throttle: 5, always: false },
  { server: 'mariadb-11.8', way: 'backup', dies: 'source', throttle: 10, always: false },
] as const

/** Copies that are cut: a message that says where and what, nothing half done, and the same command finishes it. */
export function cutCopies(stage: Stage): void {
  let holder: LabHost
  let standby: LabHost
  beforeAll(async () => {
    ;({ holder, standby } = await stage.whole())
    const rows = Array.from({ length: BULK_MB }, () => '(REPEAT(SHA2(RAND(), 256), 16384))').join(', ')
    await stage.sql(
      holder,
      'CREATE TABLE load_test.bulk (id INT AUTO_INCREMENT PRIMARY KEY, v LONGTEXT)',
      `INSERT INTO load_test.bulk (v) VALUES ${rows}`,
    )
    await stage.whole()
  })

  const words = (way: string) => ['rejoin', stage.inventory, standby.name, '--reseed', way, '--yes', standby.name]

  /** At 1 MB/s; the fault comes once some of the copy is there. */
  const cut = async (way: string, fault: (run: WatchedRun) => Promise<unknown>): Promise<Ended> => {
    let done: Promise<unknown> | null = null
    const run = new WatchedRun(stage.labName, [...words(way), '--throttle', '1'], ({ code, data }, self) => {
      if (code !== 'seed.progress' || (data?.bytes ?? 0) === 0 || done !== null) return
      done = fault(self)
    })
    const ended = await run.ended
    expect(done, JSON.stringify(ended.last)).not.toBeNull()
    await done
    return ended
  }

  /** It can't become a standby, and nobody but root gets in. */
  const closed = async () => {
    expect(await stage.on(standby, `cat ${MARK}`)).toContain(`from ${holder.name}`)
    expect(await stage.on(standby, 'systemctl is-active mmha-keepalived || :')).toBe('inactive')
    expect(await stage.on(standby, 'ss -Hltn sport = :3306')).toBe('')
  }

  /** Bytes that its network card has taken in, and when, s. */
  const takenIn = async () =>
    (await stage.on(standby, 'cat /sys/class/net/host0/statistics/rx_bytes /proc/uptime')).split(/\s+/).map(Number)

  /** @param throttle MB/s; held against what comes in over the wire from the first word of progress to the last */
  const finishes = async (way: string, throttle: number): Promise<Ended> => {
    const samples: Promise<readonly number[]>[] = []
    const ended = await new WatchedRun(
      stage.labName,
      [...words(way), '--throttle', `${throttle}`],
      ({ code, data }) => {
        if (code === 'seed.progress' && (data?.bytes ?? 0) > 0) samples.push(takenIn().catch(() => []))
      },
    ).ended
    expect({ exit: ended.exit, type: ended.last?.type }, JSON.stringify(ended.last)).toEqual({
      exit: 0,
      type: 'result',
    })
    const [first = [], last = []] = await Promise.all(samples).then((all) => {
      const read = all.filter(({ length }) => length > 0)
      return [read[0], read.at(-1)]
    })
    const [bytes, seconds] = [(last[0] ?? 0) - (first[0] ?? 0), (last[1] ?? 0) - (first[1] ?? 0)]
    expect(seconds, `${samples.length} words of progress`).toBeGreaterThan(1)
    // The rest of what a host hears, and SSH's own part; MySQL's clone counts in MiB and catches up on pauses.
    expect(bytes / seconds / 1e6).toBeLessThan(throttle * (way === 'clone' ? 1.6 : 1.3))
    await stage.whole()
    await stage.same()
    const left =
      'ls -d /var/lib/mmha/seeding* /var/lib/mmha/clone-* /etc/mysql/*/zzz-mmha-* /var/lib/mysql/.mmha-* /etc/systemd/system/*/zzz-mmha-*'
    for (const host of stage.hosts) expect(await stage.on(host, `${left} 2>/dev/null || :`)).toBe('')
    return ended
  }

  const leftovers = async (host: LabHost) =>
    stage.sql(
      host,
      "SELECT user FROM mysql.user WHERE user='mmha_clone'",
      "SELECT PLUGIN_STATUS FROM information_schema.PLUGINS WHERE PLUGIN_NAME='clone'",
    )

  const installBackup = () =>
    Promise.all(stage.hosts.map((one) => stage.on(one, 'apt-get install -y --no-install-recommends mariadb-backup')))

  /** Without holes: a log that can't be written where it lies is no disk that runs full. */
  const onSmallDisk = () =>
    stage.on(
      standby,
      `systemctl stop mmha-keepalived ${stage.unit} && mkdir /run/small && mount -t tmpfs -o size=600M tmpfs /run/small &&
      cp -a --sparse=never /var/lib/mysql/. /run/small/ && chown --reference=/var/lib/mysql /run/small &&
      mount --bind /run/small /var/lib/mysql && systemctl start ${stage.unit} mmha-keepalived`,
    )

  /** Whatever is there by then comes along. */
  const offSmallDisk = () =>
    stage.on(
      standby,
      `systemctl stop mmha-keepalived ${stage.unit}; rm -f ${FILLER}; umount /var/lib/mysql &&
      find /var/lib/mysql -mindepth 1 -delete && cp -a /run/small/. /var/lib/mysql/ && umount /run/small && rmdir /run/small
      [ -e ${MARK} ] || systemctl start ${stage.unit} mmha-keepalived`,
    )

  it.runIf(stage.server === 'mysql-9.7')(
    'clone: mmha is killed: the holder is rid of its guest by itself',
    async () => {
      await cut('clone', async (run) => run.kill())
      await stage.until(
        'nothing of the clone is left on the holder',
        async () => (await leftovers(holder)) === '',
        45_000,
      )
      await closed()
      await finishes('clone', 5)
      expect(await Promise.all(stage.hosts.map(leftovers))).toEqual(['', ''])
    },
  )

  it.runIf(stage.server === 'mysql-9.7')('root is not let in: nothing is touched', async () => {
    await stage.sql(
      holder,
      'SET sql_log_bin=0',
      "CREATE USER rescue@localhost IDENTIFIED BY 'Res-cue1'",
      'GRANT ALL ON *.* TO rescue@localhost WITH GRANT OPTION',
      "ALTER USER root@localhost IDENTIFIED WITH caching_sha2_password BY 'Other-1'",
    )
    const as = (text: string) => stage.on(holder, `MYSQL_PWD=Res-cue1 mysql -urescue -e "SET sql_log_bin=0; ${text}"`)
    try {
      const { exit, last } = await new WatchedRun(stage.labName, words('dump'), () => {}).ended
      expect({ exit, ...last }).toMatchObject({ exit: 1, code: 'SEED_FAILED', host: holder.name })
      expect(last?.hint).toContain('root must get in over the socket')
      await as(
        'ALTER USER root@localhost IDENTIFIED WITH auth_socket; REVOKE RELOAD, CREATE USER ON *.* FROM root@localhost',
      )
      const refused = await new WatchedRun(stage.labName, words('dump'), () => {}).ended
      expect({ exit: refused.exit, ...refused.last }).toMatchObject({
        exit: 5,
        code: 'NO_PRIVILEGE',
        host: holder.name,
      })
      expect(refused.last?.message).toMatch(/RELOAD.*CREATE USER/)
    } finally {
      await as(
        'ALTER USER root@localhost IDENTIFIED WITH auth_socket; GRANT ALL ON *.* TO root@localhost WITH GRANT OPTION',
      )
      await stage.sql(holder, 'SET sql_log_bin=0', 'DROP USER rescue@localhost')
    }
    await stage.whole()
    expect(await stage.on(standby, `ls ${MARK} 2>/dev/null || :`)).toBe('')
  })

  for (const { way, throttle, dies } of FAULTS.filter(
    ({ server, always }) => server === stage.server && (always || ALL),
  ))
    it(`${way}: the disk runs full, the server dies, the link is cut: each is named`, {
      timeout: 1_200_000,
    }, async () => {
      if (way === 'backup') await installBackup()
      await onSmallDisk()
      try {
        await stage.whole()
        const full = await cut(way, () => stage.on(standby, `dd if=/dev/zero of=${FILLER} bs=64k 2>/dev/null || :`))
        expect({ exit: full.exit, ...full.last }).toMatchObject({ exit: 1, code: 'SEED_FAILED', host: standby.name })
        expect(full.last?.message).toMatch(/is full|No space left|errno: 28|Disk full/)
        expect(full.last?.hint).toContain('its disk is full')
        await closed()
        await stage.on(standby, `rm ${FILLER}`)

        const loser = dies === 'target' ? standby : holder
        const died = await cut(way, () => stage.on(loser, `systemctl kill --signal=KILL ${stage.unit}`))
        expect({ exit: died.exit, ...died.last }).toMatchObject({ exit: 1, code: 'SEED_FAILED', host: loser.name })
        expect(died.last?.hint).toMatch(/its server went away.*same command again/)
        await stage.until('its server is back', async () => (await stage.sql(loser, 'SELECT 1')) === '1')
        await closed()
        expect(await stage.holder()).toBe(holder)

        const lost = await cut(way, () => stage.mmha.ok('lab', 'cable', standby.name, 'cut'))
        expect({ exit: lost.exit, ...lost.last }).toMatchObject({ exit: 3, code: 'SSH_LINK_LOST', host: standby.name })
        await stage.mmha.ok('lab', 'cable', standby.name, 'plug')
        await finishes(way, throttle)
      } finally {
        await offSmallDisk()
      }
      await stage.whole()
      await stage.same()
    })

  it.runIf(stage.server === 'mysql-9.7' || ALL)(
    'dump: the target’s server dies at each stage: it is back by itself, or named, and the same command finishes it',
    { timeout: 1_200_000 },
    async () => {
      const stages = [/^its server is closed/, /^takes a dump/, /^replicates what/, /^is compared/]
      for (const stageSaid of stages) {
        let killed: Promise<unknown> | null = null
        const { exit, last } = await new WatchedRun(stage.labName, words('dump'), ({ code, message = '' }) => {
          if (code !== 'seed.stage' || !stageSaid.test(message) || killed !== null) return
          killed = stage.on(standby, `systemctl kill --signal=KILL ${stage.unit}`)
        }).ended
        expect(killed, `${stageSaid}: ${JSON.stringify(last)}`).not.toBeNull()
        await killed
        if (exit !== 0) {
          expect({ exit, ...last }, `${stageSaid}`).toMatchObject({ exit: 1, code: 'SEED_FAILED', host: standby.name })
          expect(last?.hint).toMatch(/its server went away.*same command again/)
          await closed()
        }
        expect(await stage.holder()).toBe(holder)
      }
      await finishes('dump', 1)
    },
  )

  it.runIf(stage.server === 'mariadb-11.8')(
    'backup: mmha is killed and the power fails while the files are aside: no half copy starts, the old data comes back',
    async () => {
      await installBackup()
      await cut('backup', async (run) => run.kill())
      expect(await stage.on(standby, 'ls -d /var/lib/mysql/.mmha-before')).toContain('.mmha-before')
      await killPower(stage.lab, standby)
      await powerOn(stage.lab, standby)
      expect(await stage.on(standby, 'systemctl is-active mariadb mmha-keepalived || :')).toBe('inactive\ninactive')
      expect(await stage.on(standby, 'systemctl start mariadb 2>&1 || :')).toContain('Assertion failed')
      expect(await stage.on(standby, 'ls /var/lib/mysql | wc -l')).toBe('0')
      const seed = ['--seed-from', holder.name, '--overwrite', standby.name]
      await stage.mmha.ok('provision', stage.inventory, '--yes', '--seed-by', 'backup', ...seed)
      await stage.whole()
      await finishes('backup', 10)
    },
  )
}
