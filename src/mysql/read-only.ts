import type { Dialect } from './dialect.ts'

/** Closes a server for writes; also to SUPER where the server can. */
export function readOnlyStatements(dialect: Dialect): readonly string[] {
  // super_read_only=ON implies read_only=ON.
  return [dialect.can('superReadOnly') ? 'SET GLOBAL super_read_only=ON' : 'SET GLOBAL read_only=ON']
}

/** Opens it. Only the holder of the address is ever opened (provisioning: only before the pair is joined). */
export function writableStatements(_dialect: Dialect): readonly string[] {
  // read_only=OFF implies super_read_only=OFF.
  return ['SET GLOBAL read_only=OFF']
}

/** One row: read_only. Table-less on purpose: with a table, MariaDB 10.11 answers 0 while it is 1 (measured). */
export function readOnlyQuery(dialect: Dialect): string {
  return `SELECT @@global.${dialect.can('superReadOnly') ? 'super_read_only' : 'read_only'} AS closed, @@global.read_only AS read_only`
}
