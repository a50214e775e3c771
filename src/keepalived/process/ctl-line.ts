import type { ControlRequest, EventsRequest } from './control-server.ts'

/** One command for the running daemon, or why it is none. */
export type CtlCommand =
  | { readonly does: 'ctl'; readonly controlSocket: string; readonly request: ControlRequest | EventsRequest }
  | { readonly does: 'refuse'; readonly why: string }

interface CtlFlags {
  readonly control: string
  readonly instance?: string | undefined
  readonly follow: boolean
  readonly 'hold-down': string
}

const COMMANDS = 'status, switch, promote force, leave, maintenance, reload, events'

/** @param words after `ctl` */
export function readCtl(words: readonly string[], flags: CtlFlags): CtlCommand {
  const [verb, argument, ...more] = words
  const refuse = (why: string): CtlCommand => ({ does: 'refuse', why })
  if (verb === undefined) return refuse(`ctl wants one of: ${COMMANDS}`)
  const takesArgument = verb === 'maintenance' || verb === 'promote'
  if (more.length > 0 || (argument !== undefined && !takesArgument)) {
    return refuse(`ctl ${verb}: ${[argument, ...more].join(' ')} is not expected there`)
  }
  const request = requestOf(verb, argument, flags)
  return typeof request === 'string' ? refuse(request) : { does: 'ctl', controlSocket: flags.control, request }
}

function requestOf(
  verb: string,
  argument: string | undefined,
  flags: CtlFlags,
): ControlRequest | EventsRequest | string {
  const instance = flags.instance ?? null
  switch (verb) {
    case 'status':
    case 'reload':
      return { command: verb }
    case 'switch':
      return { command: verb, instance }
    case 'promote':
      // One word more: nobody is to come here by completion.
      return argument === 'force' ? { command: verb, instance } : 'ctl promote wants the word force'
    case 'leave': {
      const seconds = Number(flags['hold-down'])
      if (!(seconds >= 0 && seconds <= 86_400)) return '--hold-down wants seconds, 0 to 86400'
      return { command: verb, instance, holdDownMs: seconds * 1000, reason: 'ctl leave' }
    }
    case 'maintenance':
      if (argument !== undefined && argument !== 'on' && argument !== 'off') {
        return `ctl maintenance wants on or off, not ${argument}`
      }
      return { command: verb, on: argument === undefined ? null : argument === 'on' }
    case 'events':
      return { command: verb, follow: flags.follow }
    default:
      return `unknown command: ctl ${verb}; there are ${COMMANDS}`
  }
}
