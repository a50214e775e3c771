import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const FIXTURES = resolve(import.meta.dirname, '../../../fixtures/keepalived')

/** A user's configuration file as it was written. */
export function fixture(path: string): string {
  return readFileSync(join(FIXTURES, path), 'utf8')
}

export function fixturesIn(directory: string): string[] {
  return readdirSync(join(FIXTURES, directory))
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => `${directory}/${name}`)
}
