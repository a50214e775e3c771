import { describe, expect, it } from 'vitest'
import { readAccountLog } from '../../../src/mysql/account-log.ts'

const UUID = 'd6c00e24-e65d-11f1-b30f-02ab03741ecf'

/** As mysqlbinlog of MySQL 9.7 prints transactions, by what stands behind their GTIDs. */
function log(...transactions: readonly string[]): string {
  const each = transactions.map(
    (body, i) => `# at 158
#261122 10:17:26 server id 1  end_log_pos 237 CRC32 0xe3ea57c6 	GTID	last_committed=0	sequence_number=1	rbr_only=no
/*!50718 SET TRANSACTION ISOLATION LEVEL READ COMMITTED*//*!*/;
/*!80001 SET @@session.original_commit_timestamp=1795342646363604*//*!*/;
SET @@SESSION.GTID_NEXT= '${UUID}:${i + 1}'/*!*/;
# at 237
#261122 10:17:26 server id 1  end_log_pos 483 CRC32 0x3de091bd 	Query	thread_id=9	exec_time=0	error_code=0	Xid = 4
use \`mysql\`/*!*/;
SET TIMESTAMP=1795342646.327349/*!*/;
SET @@session.sql_mode=1168113696/*!*/;
/*!\\C utf8mb4 *//*!*/;
/*!80013 SET @@session.sql_require_primary_key=0*//*!*/;
${body}`,
  )
  return `/*!50530 SET @@SESSION.PSEUDO_SLAVE_MODE=1*/;
DELIMITER /*!*/;
# at 4
ROLLBACK/*!*/;
# at 127
${each.join('\n')}
SET @@SESSION.GTID_NEXT= 'AUTOMATIC' /* added by mysqlbinlog */ /*!*/;
DELIMITER ;
# End of log file
/*!50003 SET COMPLETION_TYPE=@OLD_COMPLETION_TYPE*/;
`
}
const one = (body: string) => readAccountLog(log(body))?.[0]

describe('what transactions of a binary log did', () => {
  it('accounts, with every secret masked', () => {
    const user = String.raw`CREATE USER 'replication'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '$A$00\'h{\"I''@v
+ p' COMMENT 'of the pair'
/*!*/;`
    const grant = 'GRANT REPLICATION SLAVE ON *.* TO replication@"%" IDENTIFIED BY PASSWORD "*94BDCEB"\n/*!*/;'
    expect(readAccountLog(log(user, grant))).toEqual([
      {
        gtid: `${UUID}:1`,
        accounts: ["CREATE USER 'replication'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '***' COMMENT '***'"],
        other: [],
        made: ["'replication'@'%'"],
      },
      {
        gtid: `${UUID}:2`,
        accounts: [`GRANT REPLICATION SLAVE ON *.* TO replication@"%" IDENTIFIED BY PASSWORD '***'`],
        other: [],
        made: [],
      },
    ])
  })

  it.each([
    "ALTER USER 'a'@'b' ACCOUNT LOCK",
    'drop user a',
    'RENAME USER a TO b',
    'CREATE ROLE r1',
    'REVOKE ALL ON x.* FROM a',
    "SET PASSWORD FOR 'a'@'b'='***'",
    'FLUSH PRIVILEGES',
  ])('%s is about accounts', (statement) => {
    expect(one(`${statement}\n/*!*/;`)).toMatchObject({ accounts: [statement], other: [] })
  })

  it.each([
    ['CREATE TABLE shop.t (id INT)', 'CREATE TABLE shop.t (id INT)'],
    ['CREATE DATABASE shop', 'CREATE DATABASE shop'],
    ["INSERT INTO mysql.user VALUES ('x', 'secret')", "INSERT INTO mysql.user VALUES ('***', '***')"],
    ['/*!50001 CREATE VIEW v AS SELECT 1 */', '/*!50001 CREATE VIEW v AS SELECT 1 */'],
    ['/*!80000 SET @@session.x=1; DROP TABLE t */', '/*!80000 SET @@session.x=1; DROP TABLE t */'],
    ["XA START X'31',X'',1", "XA START X'***',X'***',1"],
    ['GRANTED', 'GRANTED'],
  ])('%s is other work', (statement, shown) => {
    expect(one(`${statement}\n/*!*/;`)).toMatchObject({ accounts: [], other: [shown] })
  })

  it('rows, by the name of their table', () => {
    const body = `BEGIN
/*!*/;
# at 1266
#261122 10:17:26 server id 1  end_log_pos 1313 CRC32 0x4c3f3fa9 	Table_map: \`shop\`.\`t\` mapped to number 88
# has_generated_invisible_primary_key=0
# at 1313
#261122 10:17:26 server id 1  end_log_pos 1358 CRC32 0x1325a75a 	Write_rows: table id 88 flags: STMT_END_F
COMMIT/*!*/;`
    expect(one(body)).toMatchObject({ accounts: [], other: ['rows of shop.t'] })
  })

  it('nothing is said of a text that is cut off', () => {
    const whole = log('FLUSH PRIVILEGES\n/*!*/;')
    expect(readAccountLog(whole)).not.toBeNull()
    expect(readAccountLog(whole.slice(0, -100))).toBeNull()
    expect(readAccountLog('')).toBeNull()
  })
})
