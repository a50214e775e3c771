import type { DrilledPair } from '../../../src/drill/drilled-pair.ts'
import { findServer } from '../../../src/drill/faults/server-process.ts'
import type { SamplerClient } from '../../../src/drill/sampler-client.ts'
import { until } from '../../../src/drill/until.ts'
import type { Host, Inventory } from '../../../src/inventory/inventory.ts'
import { dialectOf } from '../../../src/mysql/dialect.ts'
import { text } from '../../../src/mysql/sql-session.ts'
import { TUNED, type Tuning, WIKI } from './keepalived-conf.ts'
import { installKeepalived, keepalivedState, must, STOP_KEEPALIVED, startKeepalived } from './keepalived-host.ts'

/** Who moves the address. */
export interface Side {
  readonly name: string
  /** For the reader of the table: with what it was set up. */
  readonly describe: string
  /** A planned switch; run on the holder. */
  readonly switch: readonly string[]
  readonly stop: readonly string[]
  /** Makes the pair this side's. Nothing else moves the address afterwards. */
  prepare(pair: DrilledPair, inventory: Inventory): Promise<void>
  /** Starts its daemon, when it does not run. */
  start(sampler: SamplerClient): Promise<void>
  /** Waits until the pair could bear the next fault. @returns what is missing after `ms`; [] when whole */
  whole(pair: DrilledPair, ms: number, signal: AbortSignal): Promise<readonly string[]>
}

export const OURS: Side = {
  name: 'mmha-keepalived',
  describe: 'as provisioned, default settings; one writer, semi-synchronous',
  switch: ['mmha-keepalived', 'ctl', 'switch'],
  stop: ['systemctl', 'stop', 'mmha-keepalived'],
  prepare: async () => {},
  start: async (sampler) => {
    await must(sampler, ['systemctl', 'start', 'mmha-keepalived'])
  },
  whole: async (pair, ms, signal) => {
    const end = await pair.whole(ms, signal)
    if ('problems' in end) return end.problems
    const shut = await until(ms, 100, signal, async () => {
      const gates = await Promise.all(pair.masters.map((host) => gateOpen(pair.sampler(host))))
      return gates.every((open) => open) ? [] : undefined
    })
    return shut ?? ['a daemon does not say that its host may hold the VIP']
  },
}

/** A daemon that has just been started has not looked at its database yet, and may not take over. */
async function gateOpen(sampler: SamplerClient): Promise<boolean> {
  const { stdout } = await sampler.exec(['mmha-keepalived', 'ctl', 'status'])
  return /"gate": \{\s*"open": true/.test(stdout)
}

const ASYNCHRONOUS = 'both servers writable, asynchronous, replica_exec_mode IDEMPOTENT'

export const SIDES: readonly Side[] = [
  OURS,
  keepalived('keepalived, wiki', WIKI),
  keepalived('keepalived, tuned', TUNED),
]

function keepalived(name: string, tuning: Tuning): Side {
  const { scriptInterval, advertInterval } = tuning
  return {
    name,
    describe: `script every ${scriptInterval} s, fall ${tuning.fall}, adverts every ${advertInterval} s; ${ASYNCHRONOUS}`,
    switch: STOP_KEEPALIVED,
    stop: STOP_KEEPALIVED,
    async prepare(pair, inventory) {
      const [a, b] = pair.masters
      const vip = `${inventory.vip.address}/${inventory.vip.prefix}`
      const node = (index: 0 | 1, host: Host, peer: Host) =>
        ({ index, nic: host.nic, address: host.address, peer: peer.address, vip }) as const
      for (const host of [a, b]) await handOver(pair.sampler(host))
      await installKeepalived(a, node(0, a, b), tuning)
      await installKeepalived(b, node(1, b, a), tuning)
      for (const host of [a, b]) await startKeepalived(pair.sampler(host))
    },
    async start(sampler) {
      if ((await keepalivedState(sampler)) === '') await startKeepalived(sampler)
    },
    async whole(pair, ms, signal) {
      let problems: readonly string[] = []
      await until(ms, 200, signal, async () => {
        problems = await keepalivedProblems(pair).catch((error: unknown) => [String(error)])
        return problems.length === 0 ? true : undefined
      })
      return problems
    },
  }
}

/** Takes our daemon off a host for good, and sets its database up as keepalived's users do: both writable. */
async function handOver(sampler: SamplerClient): Promise<void> {
  await sampler.exec([...STOP_KEEPALIVED])
  await sampler.exec(['systemctl', 'disable', '--now', 'mmha-keepalived'])
  const { unit } = await findServer(sampler)
  const [row] = await sampler.query('SELECT VERSION() AS version, @@version_comment AS comment, @@server_id AS id')
  const dialect = dialectOf(text(row, 'version'), text(row, 'comment'))
  const replica = dialect.can('replicaVariables') ? 'replica' : 'slave'
  const settings = [
    '[mysqld]',
    'read_only = OFF',
    ...(dialect.can('superReadOnly') ? ['super_read_only = OFF'] : []),
    `skip_${replica}_start = OFF`,
    `${replica}_exec_mode = IDEMPOTENT`,
    `${dialect.semiSync.sourceEnabled} = OFF`,
    // Two writers in one domain stop both channels at the first failover.
    ...(dialect.flavour === 'mariadb' ? ['gtid_strict_mode = OFF', `gtid_domain_id = ${text(row, 'id')}`] : []),
  ].join('\\n')
  const script = `rm -f /etc/systemd/system/${unit}.d/mmha.conf; systemctl daemon-reload
    f=$(ls /etc/mysql/*/*-mmha.cnf) && printf '${settings}\\n' >"\${f%/*}/zzz-bench.cnf" && systemctl restart ${unit}`
  await must(sampler, ['sh', '-c', script])
}

async function keepalivedProblems(pair: DrilledPair): Promise<readonly string[]> {
  const problems: string[] = []
  const holder = pair.holder()
  if (holder === null) problems.push('the VIP is not on exactly one host')
  for (const { name, readOnly, channel } of await pair.look()) {
    if (readOnly) problems.push(`${name} is read-only`)
    if (channel?.io !== 'running' || !channel.sqlRunning) problems.push(`${name} does not replicate`)
  }
  for (const host of pair.masters) {
    const state = await keepalivedState(pair.sampler(host))
    const wanted = host === holder ? 'MASTER' : 'BACKUP'
    if (state !== wanted) problems.push(`keepalived on ${host.name} is ${state || 'not running'}, not ${wanted}`)
  }
  return problems
}
