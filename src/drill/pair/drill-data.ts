import { sqlString } from '../../mysql/quote.ts'
import { type SqlSession, text } from '../../mysql/sql-session.ts'
import type { HostData } from '../analysis/ledger-check.ts'
import { DRILL_SCHEMA } from '../schema.ts'

/** What a host has of one phase. */
export async function readDrillData(session: SqlSession, phase: string): Promise<HostData> {
  const rows = await session.query(
    `SELECT id, writer, seq, server_id FROM ${DRILL_SCHEMA}.ledger WHERE phase = ${sqlString(phase)} ORDER BY writer, seq`,
  )
  const registers = await session.query(
    `SELECT k, v, hist FROM ${DRILL_SCHEMA}.registers WHERE k LIKE ${sqlString(`${phase}/r%`)} ORDER BY k`,
  )
  return {
    rows: rows.map((row) => ({
      id: text(row, 'id'),
      writer: Number(text(row, 'writer')),
      seq: Number(text(row, 'seq')),
      serverId: Number(text(row, 'server_id')),
    })),
    registers: registers.map((row) => ({
      key: text(row, 'k'),
      version: Number(text(row, 'v')),
      hist: text(row, 'hist')
        .split(',')
        .filter((part) => part !== '')
        .map(Number),
    })),
  }
}
