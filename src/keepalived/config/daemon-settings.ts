import { commandOf, nodeOf, numberOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { Command } from './config.ts'

/** A script that the daemon runs once, and how long it may take in s. */
export interface DaemonScript {
  readonly command: Command
  readonly timeout: number
}

/** What is about the daemon and not about an address. */
export interface DaemonSettings {
  /** Before the workers start. */
  readonly startup: DaemonScript | null
  /** After the workers have ended. */
  readonly shutdown: DaemonScript | null
  /** Mode bits that the daemon's files lack. */
  readonly umask: number
}

/** keepalived's own: IWGRP | IWOTH. */
const UMASK = 0o022
const MODES = { R: 4, W: 2, X: 1 } as const
const CLASSES = { USR: 6, GRP: 3, OTH: 0 } as const

/** `022`, `0x12`, `18`, or `IWGRP|IWOTH`; null when it is none of these. */
export function umaskOf(text: string): number | null {
  const compact = text.replace(/\s+/g, '')
  const octal = /^0[0-7]*$/.test(compact)
  if (octal || /^(0[xX][0-9a-fA-F]+|[1-9]\d*)$/.test(compact)) {
    const value = octal ? Number.parseInt(compact, 8) : Number(compact)
    return value <= 0o777 ? value : null
  }
  let bits = 0
  for (const name of compact.split('|')) {
    const found = /^S?_?I([RWX])(USR|GRP|OTH)$/.exec(name)
    const mode = MODES[found?.[1] as keyof typeof MODES]
    const shift = CLASSES[found?.[2] as keyof typeof CLASSES]
    if (mode === undefined || shift === undefined) return null
    bits |= mode << shift
  }
  return bits
}

export function buildDaemon({ global, report, scripts }: Building): DaemonSettings {
  const script = (name: string): DaemonScript | null => {
    const command = commandOf(global, name)
    const node = nodeOf(global, name)
    if (command === null || node === null) return null
    scripts.push({ role: name, command, file: node.file, line: node.line, column: node.column })
    return { command, timeout: numberOf(global, `${name}_timeout`) }
  }
  const node = nodeOf(global, 'umask')
  const text = typeof node?.values[0] === 'string' ? node.values[0] : ''
  const umask = node === null ? UMASK : umaskOf(text)
  if (node !== null && umask === null) {
    report('error', 'value-bad', node, `umask: ${text} is no mode`, 'write umask 022, or IWGRP|IWOTH')
  }
  return { startup: script('startup_script'), shutdown: script('shutdown_script'), umask: umask ?? UMASK }
}
