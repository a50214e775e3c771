import { registerName } from './writer/operation.ts'

export const DRILL_SCHEMA = 'mmha_drill'
export const DRILL_USER = 'mmha_drill'

/**
 * Statements that make the drill's schema and its account, for the holder's root; they replicate to the standby.
 * The account may come only from the client's address. `password` must be made of letters and digits.
 */
export function setupStatements(clientAddress: string, password: string): readonly string[] {
  if (!/^[A-Za-z0-9]{16,}$/.test(password)) throw new Error('the drill password must be letters and digits')
  const account = accountName(clientAddress)
  return [
    `DROP DATABASE IF EXISTS ${DRILL_SCHEMA}`,
    `CREATE DATABASE ${DRILL_SCHEMA} CHARACTER SET ascii`,
    `CREATE TABLE ${DRILL_SCHEMA}.ledger (
       id CHAR(36) NOT NULL PRIMARY KEY, phase VARCHAR(40) NOT NULL, writer INT NOT NULL, seq INT NOT NULL,
       server_id INT UNSIGNED NOT NULL, at DATETIME(6) NOT NULL, UNIQUE KEY one (phase, writer, seq)) ENGINE=InnoDB`,
    `CREATE TABLE ${DRILL_SCHEMA}.registers (
       k VARCHAR(50) NOT NULL PRIMARY KEY, v INT NOT NULL, writer INT NOT NULL, hist MEDIUMTEXT NOT NULL) ENGINE=InnoDB`,
    `DROP USER IF EXISTS ${account}`,
    `CREATE USER ${account} IDENTIFIED BY '${password}'`,
    `GRANT SELECT, INSERT, UPDATE ON ${DRILL_SCHEMA}.* TO ${account}`,
  ]
}

/** The shared rows of one phase, before its first update. */
export function registerStatement(phase: string, registers: number): string {
  const rows = Array.from({ length: registers }, (_, index) => `('${registerName(phase, index)}', 0, -1, '')`)
  return `INSERT INTO ${DRILL_SCHEMA}.registers (k, v, writer, hist) VALUES ${rows.join(', ')}`
}

/** Statements that leave nothing of the drill, also after a setup that was cut short. */
export function cleanupStatements(clientAddress: string): readonly string[] {
  return [`DROP USER IF EXISTS ${accountName(clientAddress)}`, `DROP DATABASE IF EXISTS ${DRILL_SCHEMA}`]
}

function accountName(clientAddress: string): string {
  if (!/^[0-9A-Fa-f:.]+$/.test(clientAddress)) throw new Error(`not an IP address: ${clientAddress}`)
  return `'${DRILL_USER}'@'${clientAddress}'`
}
