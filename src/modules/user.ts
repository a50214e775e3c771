import { z } from 'zod'
import { FACT_FUNCTIONS, FactLines } from './fact-lines.ts'
import { absolutePath, accountName } from './file.ts'
import type { Module, PlanContext } from './module.ts'
import { type Script, type Step, sh, shellQuote } from './step.ts'

export interface UserParams {
  readonly name: string
  readonly uid: number | null
  /** Primary group; null: as the system gives it. */
  readonly group: string | null
  /** Other groups that it must be in; it stays in more. */
  readonly groups: readonly string[]
  readonly home: string | null
  readonly shell: string | null
  /** Made as a system account. */
  readonly system: boolean
  readonly state: 'present' | 'absent'
}

export interface UserFacts {
  /** null: there is no such account. */
  readonly account: {
    readonly uid: number
    readonly group: string
    readonly home: string
    readonly shell: string
  } | null
  readonly groups: readonly string[]
}

/** An account of the system. Never a password: it has none, so that nobody logs in with one. */
export const user: Module<UserParams, UserFacts> = {
  name: 'user',
  params: z.strictObject({
    name: accountName,
    uid: z.int().min(1).max(4_294_967_293).nullable().default(null),
    group: accountName.nullable().default(null),
    groups: z.array(accountName).default([]),
    home: absolutePath.nullable().default(null),
    shell: absolutePath.nullable().default(null),
    system: z.boolean().default(false),
    state: z.enum(['present', 'absent']).default('present'),
  }),

  probe: ({ name }) => `${FACT_FUNCTIONS}
if line=$(getent passwd ${shellQuote(name)}); then
  fact passwd "$line"
  fact group "$(id -gn ${shellQuote(name)} 2>/dev/null)"
  fact groups "$(id -Gn ${shellQuote(name)} 2>/dev/null)"
fi
`,
  parse: (stdout) => {
    const facts = new FactLines(stdout)
    const line = facts.text('passwd')
    const [, , uid = '', , , home = '', shell = ''] = (line ?? '').split(':')
    return {
      account: line === null ? null : { uid: Number(uid), group: facts.text('group') ?? '', home, shell },
      groups: (facts.text('groups') ?? '').split(' ').filter((group) => group !== ''),
    }
  },

  plan: (params, context) => {
    const { account, groups } = context.mine
    const name = shellQuote(params.name)
    if (params.state === 'absent') {
      if (account === null) return []
      const { uid, group, home, shell } = account
      const others = groups.filter((one) => one !== group)
      const back = options({ uid, group, home, shell, groups: others })
      // Its home stays: nobody can give that back.
      return [
        step(
          params,
          context,
          'remove',
          `- account ${params.name}`,
          sh`userdel ${name}\n`,
          sh`useradd -M ${back} ${name}\n`,
        ),
      ]
    }
    if (account === null) {
      const more = `${params.system ? '-r ' : ''}${params.home === null ? '' : '-m '}`
      const made = options(params)
      const shown = `+ account ${params.name}${made === '' ? '' : ` ${made}`}`
      return [step(params, context, 'make', shown, sh`useradd ${more}${made} ${name}\n`, sh`userdel ${name}\n`)]
    }
    const wrong = {
      uid: params.uid === account.uid ? null : params.uid,
      group: params.group === account.group ? null : params.group,
      home: params.home === account.home ? null : params.home,
      shell: params.shell === account.shell ? null : params.shell,
      groups: params.groups.filter((group) => !groups.includes(group)),
    }
    const change = options(wrong)
    if (change === '') return []
    const back = options({
      uid: wrong.uid === null ? null : account.uid,
      group: wrong.group === null ? null : account.group,
      home: wrong.home === null ? null : account.home,
      shell: wrong.shell === null ? null : account.shell,
      groups: [],
    })
    const add = wrong.groups.length > 0 ? '-a ' : ''
    const leave = wrong.groups.map((group) => `gpasswd -d ${name} ${shellQuote(group)}\n`).join('')
    const undo = sh`${back === '' ? '' : `usermod ${back} ${name}\n`}${leave}`
    const lines = (['uid', 'group', 'home', 'shell'] as const).flatMap((key) =>
      wrong[key] === null ? [] : [`- ${key} ${account[key]}`, `+ ${key} ${wrong[key]}`],
    )
    const diff = [...lines, ...wrong.groups.map((group) => `+ in group ${group}`)].join('\n')
    return [step(params, context, 'change', diff, sh`usermod ${add}${change} ${name}\n`, undo)]
  },
}

type Options = Pick<UserParams, 'uid' | 'group' | 'home' | 'shell' | 'groups'>

/** As useradd and usermod take them. */
function options({ uid, group, home, shell, groups }: Options): string {
  return [
    ...(uid === null ? [] : [`-u ${uid}`]),
    ...(group === null ? [] : [`-g ${shellQuote(group)}`]),
    ...(home === null ? [] : [`-d ${shellQuote(home)}`]),
    ...(shell === null ? [] : [`-s ${shellQuote(shell)}`]),
    ...(groups.length === 0 ? [] : [`-G ${groups.map(shellQuote).join(',')}`]),
  ].join(' ')
}

function step(
  { name }: UserParams,
  { taskId, taskName, host }: PlanContext<UserFacts>,
  verb: string,
  diff: string,
  run: Script,
  undo: Script,
): Step {
  const title = `${taskName}: ${verb} account ${name}`
  return { id: taskId, host: host.name, title, diff, run, undo, impact: 'none', notify: [] }
}
