import { wordsOf } from './words.ts'

/** What `ansible_ssh_common_args` says that an inventory of mmha can say, too, and what it can not. */
export interface SshArguments {
  /** [USER@]HOST[:PORT], the nearest first; absent: nothing is said. */
  readonly jump?: readonly string[]
  readonly hostKeys?: 'strict' | 'accept-new'
  /** Options that would be lost, with what to do. */
  readonly refused: readonly string[]
}

/** Change how a connection is kept or logged, not where it goes or who is believed. */
const HARMLESS =
  /^(control(master|path|persist)|serveralive(interval|countmax)|tcpkeepalive|loglevel|compression|connecttimeout|connectionattempts|preferredauthentications|batchmode)$/i
const FLAGS = /^-(C|q|v+|4|T|tt?)$/

/** Pure. Understands -J, -o ProxyJump and -o StrictHostKeyChecking. */
export function sshArguments(text: string): SshArguments {
  const words = wordsOf(text)
  if (words === null) return { refused: ['a quote is not closed'] }
  const said: { jump?: readonly string[]; hostKeys?: 'strict' | 'accept-new' } = {}
  const refused: string[] = []
  const jumps = (way: string) => {
    said.jump = way.toLowerCase() === 'none' ? [] : way.split(',').map((hop) => hop.replace(/^ssh:\/\//, ''))
  }
  const option = (assignment: string) => {
    const [, name = '', value = ''] = /^([^\s=]+)\s*[\s=]\s*(.*)$/.exec(assignment) ?? []
    const lower = name.toLowerCase()
    const strict = value.toLowerCase()
    if (lower === 'proxyjump') jumps(value)
    else if (lower === 'stricthostkeychecking' && /^(yes|accept-new)$/.test(strict)) {
      said.hostKeys = strict === 'yes' ? 'strict' : 'accept-new'
    } else if (lower === 'stricthostkeychecking') {
      refused.push(`-o ${assignment}: mmha checks host keys; give accept-new, or run once with --accept-new`)
    } else if (lower === 'proxycommand')
      refused.push('-o ProxyCommand: give the host on the way as -J [USER@]HOST[:PORT]')
    else if (!HARMLESS.test(name))
      refused.push(`-o ${assignment}: mmha does not follow it; take it out, or say it in mmha_ssh`)
  }
  const rest = words.map(({ text }) => text)
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, letter, glued = ''] = /^-([Jo])(.*)$/s.exec(word) ?? []
    if (letter === undefined) {
      if (!FLAGS.test(word)) refused.push(`${word}: mmha does not follow it; take it out, or say it in mmha_ssh`)
      continue
    }
    const value = glued === '' ? (rest.shift() ?? '') : glued
    if (letter === 'J') jumps(value)
    else option(value)
  }
  return { ...said, refused }
}
