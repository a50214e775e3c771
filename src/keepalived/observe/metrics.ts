import type { DaemonStatus, DatabaseStatus, InstanceStatus, VirtualServerStatus } from '../process/status.ts'

type RealServerStatus = VirtualServerStatus['realServers'][number]

type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

interface Metric {
  readonly name: string
  readonly type: 'gauge' | 'counter'
  readonly help: string
  readonly samples: (status: DaemonStatus) => readonly Sample[]
}

const STATES = ['INIT', 'BACKUP', 'MASTER', 'FAULT', 'STOP'] as const

function ofEach(value: (status: InstanceStatus) => number): Metric['samples'] {
  return ({ instances }) => instances.map((one) => [{ instance: one.name }, value(one)])
}

const nameOf = ({ address, port }: { readonly address: string; readonly port: number }) =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`

/** @param value null: not known yet */
function ofRealServers(value: (server: RealServerStatus) => number | null): Metric['samples'] {
  return ({ virtualServers }) =>
    virtualServers.flatMap((virtual) =>
      virtual.realServers.flatMap((server): Sample[] => {
        const found = value(server)
        return found === null ? [] : [[{ virtual_server: virtual.name, real_server: nameOf(server) }, found]]
      }),
    )
}

/** @param value null: not known */
function ofDatabases(value: (database: DatabaseStatus) => number | boolean | null): Metric['samples'] {
  return ({ databases }) =>
    databases.flatMap((one): Sample[] => {
      const found = value(one)
      return found === null ? [] : [[{ instance: one.instance }, Number(found)]]
    })
}

/** Every metric there is; docs/observation.md has the same list, and a test compares them. */
export const METRICS: readonly Metric[] = [
  {
    name: 'mmha_build_info',
    type: 'gauge',
    help: 'Always 1; the version is a label.',
    samples: ({ version }) => [[{ version }, 1]],
  },
  {
    name: 'mmha_maintenance',
    type: 'gauge',
    help: '1 while maintenance is on.',
    samples: ({ maintenance }) => [[{}, Number(maintenance)]],
  },
  {
    name: 'mmha_vrrp_state',
    type: 'gauge',
    help: '1 for the state that the instance is in, 0 for the others.',
    samples: ({ instances }) =>
      instances.flatMap(({ name, state }) =>
        STATES.map((one): Sample => [{ instance: name, state: one }, Number(one === state)]),
      ),
  },
  {
    name: 'mmha_vrrp_holds_address',
    type: 'gauge',
    help: '1 while the virtual addresses answer on this host.',
    samples: ofEach(({ vip }) => Number(vip === 'held' || vip === 'lingering')),
  },
  {
    name: 'mmha_vrrp_priority',
    type: 'gauge',
    help: 'Effective priority.',
    samples: ofEach(({ priority }) => priority),
  },
  {
    name: 'mmha_vrrp_gate_open',
    type: 'gauge',
    help: '1 while this node may become holder.',
    samples: ofEach(({ gate }) => Number(gate.open)),
  },
  {
    name: 'mmha_vrrp_last_transition_seconds',
    type: 'gauge',
    help: 'Unix time of the last change of state.',
    samples: ofEach(({ lastTransition }) => lastTransition / 1000),
  },
  {
    name: 'mmha_vrrp_became_master_total',
    type: 'counter',
    help: 'Times that the instance became master.',
    samples: ofEach(({ counters }) => counters.becameMaster),
  },
  {
    name: 'mmha_vrrp_released_master_total',
    type: 'counter',
    help: 'Times that the instance was master no longer.',
    samples: ofEach(({ counters }) => counters.releasedMaster),
  },
  {
    name: 'mmha_vrrp_adverts_sent_total',
    type: 'counter',
    help: 'Adverts sent.',
    samples: ofEach(({ counters }) => counters.advertsSent),
  },
  {
    name: 'mmha_vrrp_adverts_received_total',
    type: 'counter',
    help: 'Valid adverts received.',
    samples: ofEach(({ counters }) => counters.advertsReceived),
  },
  {
    name: 'mmha_vrrp_send_errors_total',
    type: 'counter',
    help: 'Adverts that the kernel refused to send.',
    samples: ofEach(({ counters }) => counters.sendErrors),
  },
  {
    name: 'mmha_vrrp_packet_errors_total',
    type: 'counter',
    help: 'Packets that were dropped or noted, by reason.',
    samples: ({ instances }) =>
      instances.flatMap(({ name, counters }) =>
        Object.entries(counters.faults).map(([why, count]): Sample => [{ instance: name, reason: why }, count]),
      ),
  },
  {
    name: 'mmha_vrrp_priority_zero_sent_total',
    type: 'counter',
    help: 'Adverts with priority 0 sent.',
    samples: ofEach(({ counters }) => counters.priorityZeroSent),
  },
  {
    name: 'mmha_vrrp_priority_zero_received_total',
    type: 'counter',
    help: 'Adverts with priority 0 received.',
    samples: ofEach(({ counters }) => counters.priorityZeroReceived),
  },
  {
    name: 'mmha_vrrp_timer_lateness_max_seconds',
    type: 'gauge',
    help: 'How late the VRRP worker was at worst.',
    samples: ofEach(({ counters }) => counters.latestMs / 1000),
  },
  {
    name: 'mmha_vrrp_lease_renewal_max_seconds',
    type: 'gauge',
    help: 'Longest time between two renewals of the kernel lease; what is left to vip_lease is the margin.',
    samples: ofEach(({ counters }) => counters.longestRenewalMs / 1000),
  },
  {
    name: 'mmha_tracker_up',
    type: 'gauge',
    help: '1 while what is tracked (a script, interface, server, process, file) is up.',
    samples: ({ instances }) =>
      instances.flatMap(({ name, trackers }) =>
        trackers.flatMap(({ name: tracker, up }): Sample[] =>
          up === null ? [] : [[{ instance: name, tracker }, Number(up)]],
        ),
      ),
  },
  {
    name: 'mmha_virtual_server_up',
    type: 'gauge',
    help: '1 while its real servers are enough for its quorum.',
    samples: ({ virtualServers }) =>
      virtualServers.flatMap((virtual): Sample[] =>
        virtual.up === null ? [] : [[{ virtual_server: virtual.name }, Number(virtual.up)]],
      ),
  },
  {
    name: 'mmha_real_server_up',
    type: 'gauge',
    help: '1 while all of its checks succeed.',
    samples: ofRealServers(({ up }) => (up === null ? null : Number(up))),
  },
  {
    name: 'mmha_real_server_weight',
    type: 'gauge',
    help: 'Weight, as its checks have set it.',
    samples: ofRealServers(({ weight }) => weight),
  },
  {
    name: 'mmha_database_up',
    type: 'gauge',
    help: '1 while the database serves.',
    samples: ofDatabases(({ up }) => up),
  },
  {
    name: 'mmha_database_holder',
    type: 'gauge',
    help: '1 while this database has the role of the holder.',
    samples: ofDatabases(({ holder }) => holder),
  },
  {
    name: 'mmha_database_writable',
    type: 'gauge',
    help: '1 while it is open for writes.',
    samples: ofDatabases(({ writable }) => writable),
  },
  {
    name: 'mmha_database_epoch',
    type: 'gauge',
    help: 'Number of the last promotion in its history.',
    samples: ofDatabases(({ epoch }) => epoch),
  },
  {
    name: 'mmha_database_quarantined',
    type: 'gauge',
    help: '1 while it is set aside until mmha rejoin.',
    samples: ofDatabases(({ quarantine }) => quarantine !== null),
  },
  {
    name: 'mmha_database_peer_up',
    type: 'gauge',
    help: '1 while the database of the peer answers.',
    samples: ofDatabases(({ peer }) => (peer === null ? null : peer === 'up')),
  },
  {
    name: 'mmha_replication_running',
    type: 'gauge',
    help: '1 while it fetches from the peer and applies.',
    samples: ofDatabases(({ replicates }) => replicates),
  },
  {
    name: 'mmha_replication_lag_seconds',
    type: 'gauge',
    help: 'How far behind it says that it is.',
    samples: ofDatabases(({ secondsBehind }) => secondsBehind),
  },
  {
    name: 'mmha_replication_lag_transactions',
    type: 'gauge',
    help: 'Transactions of the holder that this standby has not applied, by GTID.',
    samples: ofDatabases(({ transactionsBehind }) => transactionsBehind),
  },
  {
    name: 'mmha_semi_sync_waits',
    type: 'gauge',
    help: '1 while commits wait for the standby.',
    samples: ofDatabases(({ commitsWait }) => commitsWait),
  },
  {
    name: 'mmha_semi_sync_proven',
    type: 'gauge',
    help: '1 while everything that clients were told OK for is on the standby, too.',
    samples: ofDatabases(({ enforced }) => enforced),
  },
  {
    name: 'mmha_semi_sync_standbys',
    type: 'gauge',
    help: 'Replicas that acknowledge.',
    samples: ofDatabases(({ standbys }) => standbys),
  },
]

/** Prometheus' text format, version 0.0.4. */
export function metricsText(status: DaemonStatus): string {
  return METRICS.map(({ name, type, help, samples }) => {
    const lines = samples(status).map(([labels, value]) => `${name}${labelText(labels)} ${value}\n`)
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
  }).join('')
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
