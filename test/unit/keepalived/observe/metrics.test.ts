import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { METRICS, metricsText } from '../../../../src/keepalived/observe/metrics.ts'
import { RouterTally } from '../../../../src/keepalived/process/router-tally.ts'
import type { DaemonStatus } from '../../../../src/keepalived/process/status.ts'

const tally = new RouterTally()
tally.sent(254)
tally.sent(0)
tally.fault('checksum', '10.0.0.9')
tally.renewed(1000)
tally.renewed(1500.25)

const status: DaemonStatus = {
  pid: 1,
  version: '0.1.0',
  maintenance: false,
  instances: [
    {
      name: 'VI "1"',
      state: 'MASTER',
      vip: 'held',
      addresses: ['10.0.0.100/24'],
      interface: 'eth0',
      priority: 254,
      gate: { open: true, reason: 'no role' },
      trackers: [
        { name: 'chk', up: false, weight: -10, reason: 'exit code 1' },
        { name: 'new', up: null, weight: null, reason: 'not heard from yet' },
      ],
      checkWorker: true,
      lastTransition: 1_700_000_000_500,
      master: null,
      counters: tally.counters,
    },
  ],
  virtualServers: [
    {
      name: '10.0.0.100:80',
      up: true,
      quorum: 1,
      realServers: [
        { address: '10.0.0.1', port: 80, up: false, weight: 3 },
        { address: '10.0.0.2', port: 80, up: null, weight: 1 },
      ],
    },
  ],
  databases: [
    {
      instance: 'VI "1"',
      up: true,
      holder: true,
      writable: true,
      epoch: 7,
      peer: 'silent',
      replicates: null,
      refusal: null,
      secondsBehind: null,
      transactionsBehind: null,
      mayLack: null,
      commitsWait: true,
      standbys: 1,
      enforced: false,
      quarantine: null,
    },
    {
      instance: 'VI_2',
      up: false,
      holder: null,
      writable: null,
      epoch: null,
      peer: null,
      replicates: null,
      refusal: null,
      secondsBehind: null,
      transactionsBehind: null,
      mayLack: null,
      commitsWait: null,
      standbys: null,
      enforced: true,
      quarantine: { standing: 'diverged', why: 'both wrote' },
    },
  ],
}

describe('metrics', () => {
  it('are Prometheus’ text format', () => {
    const text = metricsText(status)
    expect(text).toContain('# TYPE mmha_vrrp_adverts_sent_total counter\n')
    expect(text).toContain('mmha_vrrp_adverts_sent_total{instance="VI \\"1\\""} 2\n')
    expect(text).toContain('mmha_vrrp_packet_errors_total{instance="VI \\"1\\"",reason="checksum"} 1\n')
    expect(text).toContain('mmha_vrrp_lease_renewal_max_seconds{instance="VI \\"1\\""} 0.50025\n')
    expect(text).toContain('mmha_vrrp_last_transition_seconds{instance="VI \\"1\\""} 1700000000.5\n')
    expect(text).toContain('mmha_tracker_up{instance="VI \\"1\\"",tracker="chk"} 0\n')
    expect(text).toContain('mmha_virtual_server_up{virtual_server="10.0.0.100:80"} 1\n')
    expect(text).toContain('mmha_real_server_up{virtual_server="10.0.0.100:80",real_server="10.0.0.1:80"} 0\n')
    expect(text).toContain('mmha_real_server_weight{virtual_server="10.0.0.100:80",real_server="10.0.0.1:80"} 3\n')
    expect(text).not.toContain('mmha_real_server_up{virtual_server="10.0.0.100:80",real_server="10.0.0.2:80"}')
    const samples = (name: string) => text.split('\n').filter((line) => line.startsWith(`${name}{`))
    expect(samples('mmha_database_up').map((line) => line.at(-1))).toEqual(['1', '0'])
    expect(samples('mmha_database_quarantined').map((line) => line.at(-1))).toEqual(['0', '1'])
    expect(samples('mmha_semi_sync_proven').map((line) => line.at(-1))).toEqual(['0', '1'])
    // What a database that is down would say is not known, and a peer that is cut off is not up.
    expect(samples('mmha_database_epoch')).toEqual(['mmha_database_epoch{instance="VI \\"1\\""} 7'])
    expect(samples('mmha_database_peer_up')).toEqual(['mmha_database_peer_up{instance="VI \\"1\\""} 0'])
    expect(samples('mmha_replication_lag_seconds')).toEqual([])
    // What was not heard from is neither up nor down.
    expect(text).not.toContain('tracker="new"')
    for (const line of text.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) mmha_\w+ .+|mmha_\w+(\{\w+=".*"(,\w+=".*")*\})? [\d.]+)$/)
    }
  })

  it('and the page that documents them have the same names', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../../../docs/observation.md'), 'utf8')
    const documented = [...page.matchAll(/^\| (`mmha_.*?`) \|/gm)].flatMap(
      ([, cell = '']) => cell.match(/mmha_\w+/g) ?? [],
    )
    expect(documented).toEqual(METRICS.map(({ name }) => name))
  })

  it('counters begin anew when they are cleared', () => {
    const other = new RouterTally()
    other.sent(1)
    other.fault('ttl', '10.0.0.9')
    other.clear()
    expect(other.counters).toMatchObject({ advertsSent: 0, faults: {} })
  })
})
