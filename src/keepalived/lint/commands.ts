import { basename } from 'node:path'
import type { Command } from '../config/config.ts'
import type { Rule } from './subject.ts'

/** What a shell would act on, as a word of its own or glued to one. */
const FOR_A_SHELL = /^(\|\|?|&&?|;|[0-9]?>{1,2}|<|[0-9]>&[0-9])$|[|<>`]|&&|\$\(|;$/
const SHELLS = new Set(['sh', 'bash', 'dash', 'ksh', 'zsh', 'env', 'busybox'])

/** The words that only a shell understands, in a command that runs without one. */
function shellWords({ argv }: Command): string[] {
  const [program, ...args] = argv
  return SHELLS.has(basename(program)) ? [] : args.filter((word) => FOR_A_SHELL.test(word))
}

/** `killall -0 mysqld`, `pidof mysqld`, `pgrep mysqld`: is there a process? */
function asksForProcess({ argv }: Command): boolean {
  const [program, ...args] = argv
  const name = basename(program)
  return name === 'pidof' || name === 'pgrep' || ((name === 'killall' || name === 'pkill') && args.includes('-0'))
}

/** Commands as they are written; whether they are there is the host's matter. */
export const commands: Rule = ({ scripts }, say) => {
  for (const use of scripts) {
    const [first] = shellWords(use.command)
    if (first !== undefined) {
      const said = `${use.role}: ${first} needs a shell, and there is none`
      say('script-shell', use, said, `write "/bin/sh -c '…'", or put it into a script`)
    }
    if (use.role.startsWith('vrrp_script') && asksForProcess(use.command)) {
      const said = `${use.role}: ${basename(use.command.argv[0])} tells that there is a process, not that it answers`
      say('script-process-only', use, said, 'ask the server itself: mysqladmin ping, or mysql_server here')
    }
  }
}
