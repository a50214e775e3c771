import type { Dialect } from './dialect.ts'
import { sqlString } from './quote.ts'

/**
 * mmha.epoch: who has held the address, in order. One row for each promotion, written by the promoted server as its
 * first transaction, so that it travels with the data: of two servers that went apart, the one that has the higher
 * epoch, or wrote in it, is the line that clients were answered from.
 */
export const EPOCH_SCHEMA: readonly string[] = [
  'CREATE DATABASE IF NOT EXISTS mmha',
  `CREATE TABLE IF NOT EXISTS mmha.epoch (
  epoch BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  holder VARCHAR(64) NOT NULL COMMENT 'server_uuid, MariaDB: server_id',
  promoted_at DATETIME(3) NOT NULL COMMENT 'UTC',
  forced TINYINT NOT NULL COMMENT '1: by an operator, or received transactions were left unapplied',
  reason VARCHAR(255) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
]

export interface Epoch {
  readonly epoch: number
  readonly holder: string
  readonly forced: boolean
}

/** Expression for who a server is, as written into transactions' origins. */
export function originExpression(dialect: Dialect): string {
  return dialect.family.origin
}

/**
 * By how much an operator's promotion raises the epoch: the line that it leaves behind may have been promoted since this server
 * last heard of it, and must not come out equal.
 */
export const FORCED_LEAP = 100

/** The first write of a promoted server. @param options.leap by how much the epoch rises; absent: 1 */
export function insertEpoch(
  dialect: Dialect,
  options: { readonly forced: boolean; readonly reason: string; readonly leap?: number },
): string {
  return `INSERT INTO mmha.epoch (epoch, holder, promoted_at, forced, reason)
SELECT COALESCE(MAX(epoch), 0) + ${options.leap ?? 1}, ${originExpression(dialect)}, UTC_TIMESTAMP(3), ${options.forced ? 1 : 0}, ${sqlString(options.reason.slice(0, 255))} FROM mmha.epoch`
}

export const LATEST_EPOCH = 'SELECT epoch, holder, forced FROM mmha.epoch ORDER BY epoch DESC LIMIT 1'
