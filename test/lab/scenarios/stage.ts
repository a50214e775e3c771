import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { powerOn } from '../../../src/lab/faults.ts'
import { type LabHost, type LabState, readState } from '../../../src/lab/state.ts'
import { type Dialect, dialectOf } from '../../../src/mysql/dialect.ts'
import { Load, type LoadResult } from '../role/load.ts'
import { must, query } from '../role/pair.ts'
import { hasAddress } from '../support/address-look.ts'
import { Mmha } from '../support/mmha.ts'
import { ownFolder } from '../support/own-folder.ts'
import { lastWords } from './last-words.ts'

export const VIP = '10.77.0.100'
/** ms between two writes of one of the six clients. */
const PAUSE_MS = 30
/** ms between two looks: at first, and after a while. */
const [LOOK_MS, LOOK_LATER_MS] = [100, 400]

/** A pair as `mmha provision` makes it, and what a test wants to know and do there. */
export class Stage {
  readonly server: string
  readonly mmha: Mmha
  readonly inventory: string
  readonly #folder: string
  readonly #name: string
  #lab: LabState | null = null
  #dialect: Dialect | null = null
  readonly #loads = new Set<Load>()
  /** A test that failed left the pair so that nothing more can be tried with it. */
  lost = false

  /** @param play part of the lab's name: two of the same server at once need two */
  constructor(server: string, play = process.env.MMHA_SCENE ?? 'scene') {
    this.server = server
    this.#name = `${play}-${server.replace('.', '-')}`
    this.mmha = new Mmha(this.#name)
    this.#folder = ownFolder('scene')
    this.inventory = join(this.#folder, 'pair.yml')
    writeFileSync(this.inventory, `vip: ${VIP}/24\nnic: host0\nmasters: [10.77.0.11, 10.77.0.12]\n`)
  }

  async up(): Promise<void> {
    if (process.env.MMHA_KEEP === undefined) await this.mmha.ok('lab', 'down')
    await this.mmha.ok('lab', 'up', this.inventory, '--server', this.server)
    await this.mmha.ok('provision', this.inventory, '--yes')
    await this.found()
  }

  /** The lab is up and provisioned. */
  async found(): Promise<void> {
    this.#lab = readState(this.#name)
    this.#dialect = dialectOf(await this.sql(this.hosts[0], 'SELECT VERSION()'))
  }

  async down(): Promise<void> {
    if (process.env.MMHA_KEEP === undefined) await this.mmha.ok('lab', 'down')
    rmSync(this.#folder, { recursive: true })
  }

  get lab(): LabState {
    if (this.#lab === null) throw new Error('the lab is not up')
    return this.#lab
  }

  get labName(): string {
    return this.#name
  }

  get dialect(): Dialect {
    if (this.#dialect === null) throw new Error('the lab is not up')
    return this.#dialect
  }

  get hosts(): readonly [LabHost, LabHost] {
    const [first, second] = this.lab.hosts
    if (first === undefined || second === undefined) throw new Error('the lab has no two masters')
    return [first, second]
  }

  /** Name of mysqld's unit. */
  get unit(): string {
    return this.dialect.flavour === 'mariadb' ? 'mariadb' : 'mysql'
  }

  /** As root over the socket; rows as lines, columns separated by tabs. */
  async sql(host: LabHost, ...statements: string[]): Promise<string> {
    return (await query(host, statements)).trim()
  }

  async on(host: LabHost, script: string): Promise<string> {
    return (await must(host, ['sh', '-c', script])).trim()
  }

  other(host: LabHost): LabHost {
    return this.hosts[host === this.hosts[0] ? 1 : 0]
  }

  holds(host: LabHost): boolean {
    return hasAddress(host, VIP)
  }

  /** The host with the address, once there is exactly one. */
  async holder(): Promise<LabHost> {
    let found: LabHost | undefined
    await this.until('exactly one host holds the address', async () => {
      const held = this.hosts.map((host) => this.holds(host))
      found = this.hosts[held[0] === true ? 0 : 1]
      return held[0] !== held[1]
    })
    return found ?? this.hosts[0]
  }

  /**
   * A fault ends a statement, and a host may be off: that counts as "not yet".
   * @param fits true, or what is missing
   */
  async until(what: string, fits: () => Promise<boolean | string> | boolean, ms = 180_000): Promise<void> {
    const begun = performance.now()
    const deadline = begun + ms
    let last = ''
    while (performance.now() < deadline) {
      try {
        const found = await fits()
        if (found === true) return
        last = typeof found === 'string' ? `: ${found}` : ''
      } catch (error) {
        last = error instanceof Error ? `: ${error.message}` : ''
      }
      await delay(Math.min(LOOK_LATER_MS, LOOK_MS + (performance.now() - begun) / 20))
    }
    throw new Error(`not within ${ms} ms: ${what}${last}\n${await lastWords(this.hosts)}`)
  }

  /** One holder, open; the other closed and following both ways; commits wait for it. */
  async whole(ms = 180_000): Promise<{ holder: LabHost; standby: LabHost }> {
    let pair = { holder: this.hosts[0], standby: this.hosts[1] }
    await this.until(
      'the pair is whole',
      async () => {
        const holder = await this.holder()
        pair = { holder, standby: this.other(holder) }
        const parts: readonly (readonly [string, () => Promise<boolean>])[] = [
          ['synchronous', () => this.synchronous(holder)],
          ['following', () => this.replicates(pair.standby)],
          ['fetching', () => this.replicates(holder)],
          ['open', async () => (await this.sql(holder, 'SELECT @@global.read_only')) === '0'],
          ['closed', async () => (await this.sql(pair.standby, 'SELECT @@global.read_only')) === '1'],
        ]
        // One after the other, the slowest first: while it is not whole, one question is enough.
        for (const [name, is] of parts) if (!(await is())) return `${holder.name} holds the address, not ${name}`
        return this.holds(holder) && !this.holds(pair.standby)
      },
      ms,
    )
    return pair
  }

  async replicates(host: LabHost): Promise<boolean> {
    return /_IO_Running: Yes.*_SQL_Running: Yes/s.test(await this.channel(host))
  }

  async channel(host: LabHost): Promise<string> {
    const client = this.dialect.flavour === 'mariadb' ? 'mariadb' : 'mysql'
    return must(host, [client, '-E', '-e', this.dialect.statement.showReplicaStatus])
  }

  async synchronous(holder: LabHost): Promise<boolean> {
    const { sourceStatus, sourceClients } = this.dialect.semiSync
    const rows = await this.sql(
      holder,
      `SHOW GLOBAL STATUS WHERE Variable_name IN ('${sourceStatus}', '${sourceClients}')`,
    )
    return /\tON/.test(rows) && /\t[1-9]/.test(rows)
  }

  /** Does the daemon hold it for proven that each commit waits for the standby? As it lies on disk. */
  async enforced(holder: LabHost): Promise<boolean> {
    return /"enforced": *true/.test(await this.on(holder, 'cat /var/lib/mmha/role.json'))
  }

  /** Both daemons take it over without a restart. */
  async policy(policy: 'availability' | 'consistency'): Promise<void> {
    for (const host of this.hosts) {
      const file = '/etc/keepalived/keepalived.conf'
      // A reload that changes nothing starts no worker, and nothing would be said.
      if ((await this.on(host, `grep -c '^ *policy ${policy}$' ${file} || :`)) !== '0') continue
      const since = await this.now(host)
      await this.on(host, `sed -i 's/^\\( *policy\\) .*/\\1 ${policy}/' ${file} && systemctl reload mmha-keepalived`)
      // Its new worker knows nothing of the peer until it has reached it.
      await this.until(`the gate of ${host.name} is open`, async () =>
        /gate open(?!.*gate shut)/s.test(await this.said(host, since)),
      )
    }
    await this.whole()
  }

  /** What the daemon of a host said since a mark of `now`. */
  said(host: LabHost, since: string): Promise<string> {
    return this.on(host, `journalctl -u mmha-keepalived -o cat --since '${since}'`)
  }

  async now(host: LabHost): Promise<string> {
    return this.on(host, "date '+%F %T.%N'")
  }

  /** The clients have had so many more rows acknowledged. */
  async written(rows: number): Promise<void> {
    const count = async () => Number(await this.sql(await this.holder(), 'SELECT COUNT(*) FROM load_test.ledger'))
    let target = Number.POSITIVE_INFINITY
    await this.until(`${rows} more rows are written`, async () => {
      const now = await count()
      if (target === Number.POSITIVE_INFINITY) target = now + rows
      return now >= target
    })
  }

  /** Clients that write through the address. @param pauseMs between two writes of each */
  async load(pauseMs = PAUSE_MS): Promise<Load> {
    const load = new Load(this.lab, pauseMs)
    this.#loads.add(load)
    load.moveTo(VIP)
    await this.written(50)
    return load
  }

  /** Ends what a test that failed has left running. */
  async rest(): Promise<void> {
    const left = [...this.#loads]
    this.#loads.clear()
    await Promise.allSettled(left.map((load) => load.stop()))
  }

  /** Takes back the faults of a test that failed, so that the next ones are judged by themselves. */
  async recover(): Promise<void> {
    try {
      for (const host of this.hosts) {
        await powerOn(this.lab, host)
        const cut = `INPUT -s ${this.other(host).address} -p tcp --sport 3306 -j DROP`
        await this.on(host, `while iptables -D ${cut} 2> /dev/null; do :; done`)
        // Not with half a copy: the copy that is made then starts it.
        await this.on(host, `systemctl start ${this.unit} || :`)
      }
      await this.policy('availability').catch(() => this.#copyAnew())
    } catch (error) {
      this.lost = true
      throw error
    }
  }

  /** One that was set aside stays so until a copy of the holder's data is made. */
  async #copyAnew(): Promise<void> {
    const { name } = this.other(await this.holder())
    await this.mmha.ok('rejoin', this.inventory, name, '--reseed', 'dump', '--yes', name)
    await this.whole()
  }

  /** Ends the clients. */
  async ended(load: Load): Promise<LoadResult> {
    this.#loads.delete(load)
    const result = await load.stop()
    expect(result.inserted.length).toBeGreaterThan(0)
    return result
  }

  /** What the clients have inserted, as far as this host knows. */
  async ids(host: LabHost): Promise<ReadonlySet<string>> {
    return new Set((await this.sql(host, 'SELECT id FROM load_test.ledger')).split('\n'))
  }

  /** Ends the clients: everything that they had an OK for is on the holder, and both hosts have the same. */
  async settled(load: Load): Promise<LoadResult> {
    const result = await this.ended(load)
    const { holder } = await this.whole()
    const ids = await this.ids(holder)
    expect(result.inserted.filter((id) => !ids.has(id))).toEqual([])
    const rows = (await this.sql(holder, 'SELECT k, v FROM load_test.counter')).split('\n')
    const values = new Map(rows.map((row) => row.split('\t').map(Number)).map(([k, v]) => [k, v ?? 0]))
    expect(result.counters.filter(([k, v]) => (values.get(k) ?? 0) < v)).toEqual([])
    await this.same()
    return result
  }

  /** Both hosts have the same rows, by the server's own checksums. */
  async same(): Promise<void> {
    const list = `SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_TYPE='BASE TABLE'
      AND TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'mmha') ORDER BY 1`
    const sums = async (host: LabHost) => {
      const tables = (await this.sql(host, list)).split('\n').join(', ')
      return this.sql(host, `CHECKSUM TABLE ${tables}`)
    }
    await this.until('both have the same rows', async () => {
      const [one, two] = await Promise.all(this.hosts.map(sums))
      return one === two && one !== ''
    })
  }
}
