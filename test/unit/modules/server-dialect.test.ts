import { expect, it } from 'vitest'
import { FactLines } from '../../../src/modules/fact-lines.ts'
import { serverDialect, shownNames } from '../../../src/modules/server-dialect.ts'

const SERVER = { version: '8.3.77' }

function statements(lines: readonly string[]): readonly string[] {
  const shown = shownNames(new FactLines(lines.map((line) => `${line}\n`).join('')))
  const { statement, variable } = serverDialect(SERVER, { shown })
  return [statement.showBinaryLogStatus, statement.changeSource, variable.logReplicaUpdates]
}

const NEW = ['SHOW BINARY LOG STATUS', 'CHANGE REPLICATION SOURCE TO', 'log_replica_updates']

it('a host that does not answer is known by its version', () => {
  expect(statements([])).toEqual(NEW)
})

it('one that answers, by what it shows', () => {
  const old = ['variable\tlog_slave_updates\tON', 'counter\tCom_select']
  expect(statements(old)).toEqual(['SHOW MASTER STATUS', 'CHANGE MASTER TO', 'log_slave_updates'])
  expect(statements([...old, 'counter\tCom_change_replication_source'])[1]).toBe('CHANGE REPLICATION SOURCE TO')
})

it('one whose answer was cut off before its counters: their forms by its version', () => {
  expect(statements(['variable\tlog_replica_updates\tON'])).toEqual(NEW)
})
