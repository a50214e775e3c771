import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { databaseProbe } from '../../../src/modules/database-probe.ts'
import { UNIT_PROBE } from '../../../src/modules/unit-probe.ts'
import { INVENTORY, M1, M2, shSyntax } from './pair-context.ts'

const folder = mkdtempSync(join(tmpdir(), 'mmha-database-probe-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a probe on a host whose programs these are: name → sh. */
function run(probe: string, programs: Readonly<Record<string, string>>): string[] {
  const bin = mkdtempSync(join(folder, 'bin-'))
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const env = { PATH: `${bin}:/usr/bin:/bin`, LC_ALL: 'C' }
  return execFileSync('/bin/sh', [], { input: probe, env, encoding: 'utf8' }).trimEnd().split('\n')
}

function prints(rows: readonly (readonly string[])[]): string {
  return `cat <<'EOF'\n${rows.map((row) => row.join('\t')).join('\n')}\nEOF`
}

const probe = databaseProbe({ inventory: INVENTORY, host: M1, peer: M2 })

describe('the probe of the database', () => {
  it('is sh, asks for the accounts of the pair, and has no secret', () => {
    shSyntax(probe)
    expect(probe).toContain("\nSHOW GRANTS FOR 'mmha_repl'@'10.77.0.12';\n")
    expect(probe).toContain("\nSHOW GRANTS FOR 'mmha_role'@'localhost';\n")
  })

  it('makes facts of what the client prints with its headings', () => {
    const mariadb = prints([
      ['at', 'facts'],
      ['up', 'yes'],
      ['at', 'facts'],
      ['schema', 'shop'],
      ['schema', 'blog'],
      ['at', 'variables'],
      ['at', 'variables'],
      ['Variable_name', 'Value'],
      ['report_host', ''],
      ['server_id', '7'],
      ['at', 'counters'],
      ['at', 'counters'],
      ['Variable_name', 'Value'],
      ['Com_select', '42'],
      ['at', 'status'],
      ['at', 'status'],
      ['Variable_name', 'Value'],
      ['Rpl_semi_sync_master_status', 'ON'],
      ['at', 'channel'],
      ['at', 'channel'],
      ['Slave_IO_State', 'Master_Host', 'Slave_IO_Running', 'Slave_SQL_Running'],
      ['', '10.77.0.12', 'Connecting', 'Yes'],
      ['at', 'place'],
      ['at', 'place'],
      ['File', 'Position', 'Binlog_Do_DB'],
      ['binlog.000002', '344', ''],
      ['at', 'replication'],
      ['at', 'replication'],
      ['Grants for mmha_repl@10.77.0.12'],
      ["GRANT REPLICATION SLAVE ON *.* TO `mmha_repl`@`10.77.0.12` IDENTIFIED BY PASSWORD '*HASH'"],
      ['at', 'role'],
      ['at', 'role'],
    ])
    expect(run(probe, { mariadb })).toEqual([
      'up\tyes',
      'schema\tshop',
      'schema\tblog',
      'variable\treport_host\t',
      'variable\tserver_id\t7',
      'counter\tCom_select',
      'Rpl_semi_sync_master_status\tON',
      'channel\tSlave_IO_State\t',
      'channel\tMaster_Host\t10.77.0.12',
      'channel\tSlave_IO_Running\tConnecting',
      'channel\tSlave_SQL_Running\tYes',
      'channel_threads\t1',
      'position\tbinlog.000002\t344\t',
      'account\treplication',
      'account\treplication',
      'grant\tGRANT REPLICATION SLAVE ON *.* TO `mmha_repl`@`10.77.0.12`',
      'account\trole',
      'account\trole',
      'server\tup',
    ])
  })

  it('says when root is not let in, and nothing of a server that is down', () => {
    const refuses = (words: string) => `echo "${words}" >&2; exit 1`
    const denied = refuses("ERROR 1698 (28000): Access denied for user 'root'@'localhost'")
    expect(run(probe, { mariadb: denied })).toEqual(['server\tdenied'])
    expect(run(probe, { mariadb: refuses("ERROR 2002 (HY000): Can't connect") })).toEqual([''])
  })
})

describe('the probe of units', () => {
  it('tells which run and since when, in whatever order systemd says it', () => {
    const systemctl = prints([
      ['Id=mmha-keepalived.service'],
      ['ActiveState=active'],
      ['ExecMainStartTimestamp=Sat 2026-11-21 03:00:00 UTC'],
      [''],
      ['ExecMainStartTimestamp='],
      ['Id=keepalived.service'],
      ['ActiveState=inactive'],
      [''],
      ['ExecMainStartTimestamp=Sat 2026-11-21 02:00:00 UTC'],
      ['Id=mysql.service'],
      ['ActiveState=active'],
    ])
    expect(run(UNIT_PROBE, { systemctl })).toEqual(['daemon\tyes', `started\t${Date.UTC(2026, 10, 21, 2) / 1000}`])
    expect(run(UNIT_PROBE, { systemctl: prints([['Id=keepalived.service'], ['ActiveState=active']]) })).toEqual([
      'keepalived\tyes',
    ])
  })
})
