import type { ModuleDoc } from './documentation.ts'

const WHOLE = 's that the pair may take to be whole again'

/** The modules that make a pair: of `provision.yml`, `mmha teardown` and their like. */
export const PAIR_MODULES: Readonly<Record<string, ModuleDoc>> = {
  keepalived_config: {
    summary: 'keepalived.conf of this host, checked by the daemon before it counts.',
    example: 'keepalived_config: {}',
    parameters: {},
  },
  keepalived_install: {
    summary:
      'The daemon that `keepalived.engine` names: our package with its runtime, the distribution’s, or one built from a tarball.',
    example: 'keepalived_install: {}',
    parameters: {},
  },
  keepalived_role: {
    summary: 'Where keepalived itself runs: the script that opens and closes the database, and what its unit needs.',
    example: 'keepalived_role: {}',
    parameters: {},
  },
  keepalived_switch: {
    summary: 'One daemon takes the other’s place: the standby first, the address moves once.',
    example: 'keepalived_switch: { timeout: 60 }',
    parameters: { timeout: WHOLE },
  },
  keepalived_service: {
    summary: 'The daemon runs, and has read its package and its configuration.',
    example: 'keepalived_service: { timeout: 60 }',
    parameters: { timeout: WHOLE },
  },
  mysql_marks: {
    summary:
      'MariaDB without log_slave_updates: marks in both binary logs, so that each tells what both servers have written.',
    example: 'mysql_marks: { stage: before }',
    parameters: {
      stage:
        'before: closes the standby and waits until both have all, ahead of its restart; after: has the standby log something',
    },
    notes: ['Only where two servers replicate already by hand-made settings, and no holder of ours has ever been.'],
  },
  mysql_accounts: {
    summary: 'The accounts of replication and of the daemon; their passwords are made here and kept on the hosts.',
    example: 'mysql_accounts: {}',
    parameters: {},
  },
  mysql_config: {
    summary: 'One option file, read after all others, with what the pair needs.',
    example: 'mysql_config: {}',
    parameters: {},
  },
  mysql_fresh_pair: {
    summary: 'Where neither host ever held data, what the installation wrote to the binary logs is forgotten.',
    example: 'mysql_fresh_pair: {}',
    parameters: {},
  },
  mysql_late_restart: {
    summary: 'The restart that had to wait for the daemons: by a handover.',
    example: 'mysql_late_restart: { timeout: 60 }',
    parameters: { timeout: WHOLE },
  },
  mysql_replication: {
    summary: 'Both directions, set up and left stopped for the daemon.',
    example: 'mysql_replication: {}',
    parameters: {},
  },
  mysql_rotation: {
    summary: 'A part of what `mmha rotate-secrets` does: new passwords for mmha’s own accounts.',
    example: 'mysql_rotation: { stage: accept }',
    parameters: { stage: 'which part, in this order: role, accept, use, forget' },
  },
  mysql_server: {
    summary: 'A database server where there is none, the same on both hosts.',
    example: 'mysql_server: {}',
    parameters: {},
  },
  mysql_unit: {
    summary: 'A drop-in of the server’s unit: a stop of it hands over first.',
    example: 'mysql_unit: {}',
    parameters: {},
  },
  mysql_upgrade: {
    summary: 'A newer server from the package sources (apt): on the standby, then, after a switch, on the other.',
    example: 'mysql_upgrade: { part: standby, version: "9.7.5" }',
    parameters: {
      part: 'standby: the newer server on the host without the VIP; switch: the VIP onto it, where the other is still older',
      version: 'what the new version must begin with; else that of the package sources',
      series: 'it may be of another series (8.0 → 8.4), from which there is no way back',
      timeout: WHOLE,
    },
    notes: [
      'All installed packages of the server’s source are upgraded, to just the versions that the plan shows.',
      'Refused (exit 5): a pair that is not whole, sources that differ between the hosts, a server of no package, another series.',
      'A host that holds the VIP is never restarted. Nothing is ever made older, or removed.',
    ],
  },
  pair_contents: {
    summary: 'Whether two servers with data, strangers with equal GTIDs, hold the same rows.',
    example: 'pair_contents: { stage: read }',
    parameters: {
      stage: 'read: sums every table on both; compare: refuses (exit 5) where a sum differs, and names the tables',
    },
    notes: ['Nothing is read of a pair that is joined, that replicates already, or where one host is empty.'],
  },
  pair_gtids: {
    summary: 'GTIDs switched on in a MySQL pair that was made by hand, while clients write.',
    example: 'pair_gtids: { stage: permit, watch: 15 }',
    parameters: {
      stage:
        'permit: what clients do is watched, then transactions with GTIDs are taken; begin: what begins has one; settle: what the peer wrote without is applied; only: nothing without one any more. Each in a play of its own, in this order',
      watch: 's to watch what clients do (permit)',
      timeout: 's that a stage may wait',
    },
  },
  pair_passed_over: {
    summary:
      'In a MySQL pair that was made by hand with channels by position: accounts that each host made before them count as made on both.',
    example: 'pair_passed_over: {}',
    parameters: {},
    notes: [
      'Refused (exit 5): anything else that a channel has passed over: rows, tables, what the binary log does not hold any more.',
    ],
  },
  pair_preflight: {
    summary: 'All findings of `mmha preflight`; what blocks ends the run before anything is touched.',
    example: 'pair_preflight: {}',
    parameters: { close: 'also what takes longer to look at' },
  },
  pair_ready: {
    summary: 'Waits until the pair is whole: one writable holder, a read-only standby, both replicate.',
    example: 'pair_ready: { timeout: 60 }',
    parameters: { timeout: WHOLE },
  },
  pair_switchover: {
    summary: 'The VIP on the host that is named, by a planned move; refused unless the pair is whole.',
    example: 'pair_switchover: { to: m2 }',
    parameters: {
      to: 'name of a master; `standby`: the one without it, each time that it runs',
      timeout: WHOLE,
    },
    notes: ['It moves the VIP off its holder, which needs --allow-restart. Where it is already, nothing happens.'],
  },
  pair_teardown: {
    summary: 'A part of what `mmha teardown` does.',
    example: 'pair_teardown: { part: settings, standby: replica, holder: null }',
    parameters: {
      part: 'which part',
      standby: 'what the standby becomes',
      holder: 'who takes the writes where nobody holds the VIP',
    },
  },
}
