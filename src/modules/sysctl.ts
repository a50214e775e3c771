import { z } from 'zod'
import { EXIT, MmhaError } from '../events/error.ts'
import { FactLines } from './fact-lines.ts'
import { fileStep, type HostFileFacts, parseFile, probeFile } from './host-file.ts'
import type { Module } from './module.ts'
import { restoreFile } from './placed-file.ts'
import { sh, shellQuote } from './step.ts'

export interface SysctlParams {
  readonly name: string
  readonly value: string
}

export interface SysctlFacts {
  readonly file: HostFileFacts
  /** null: the kernel has no such key. */
  readonly running: string | null
}

/** A setting of the kernel: now, and at every start. */
export const sysctl: Module<SysctlParams, SysctlFacts> = {
  name: 'sysctl',
  params: z.strictObject({
    name: z
      .string()
      .regex(/^[a-z][\w-]*([./][\w*-]+)+$/, 'not the name of a kernel setting: net.ipv4.ip_nonlocal_bind'),
    value: z.union([z.string().regex(/^[^\r\n\0]+$/, 'one line'), z.number().transform(String)]),
  }),

  probe: ({ name }) => `${probeFile(place(name))}
if value=$(cat ${shellQuote(inProc(name))} 2>/dev/null); then fact running "$(printf '%s' "$value" | tr '\\t\\n' '  ')"; fi
`,
  parse: (stdout) => ({ file: parseFile(stdout), running: new FactLines(stdout).text('running') }),

  plan: ({ name, value }, context) => {
    const { file, running } = context.mine
    if (running === null) {
      throw new MmhaError(`the kernel of ${context.host.name} has no setting ${name}`, {
        code: 'SYSCTL_UNKNOWN',
        source: 'user',
        exit: EXIT.refused,
        host: context.host.name,
        where: context.taskName,
        hint: 'correct the name, or load the module that brings it',
      })
    }
    const path = place(name)
    const content = sh`${name} = ${value}\n`
    const written = fileStep({ path, content, mode: '0644', owner: 'root', group: 'root' }, file, context)
    const same = words(running) === words(value)
    if (written === null && same) return []
    const set = (to: string) => sh`printf '%s\\n' ${shellQuote(to)} >${shellQuote(inProc(name))}\n`
    return [
      {
        ...(written ?? { id: context.taskId, host: context.host.name, impact: 'none', notify: [] }),
        title: `${context.taskName}: ${name} = ${value}`,
        diff: [...(same ? [] : [`- running ${words(running)}\n+ running ${words(value)}`]), written?.diff ?? ''].join(
          '\n',
        ),
        // The kernel says no before anything is kept.
        run: sh`${same ? sh`` : set(value)}${written === null ? sh`` : written.run}`,
        undo: sh`${written === null ? sh`` : restoreFile(path)}${same ? sh`` : set(running)}`,
      },
    ]
  },
}

/** Read after all others, whose order is that of their names. */
function place(name: string): string {
  return `/etc/sysctl.d/zz-mmha-${name.replaceAll('/', '.').replaceAll('*', 'all')}.conf`
}

/** `net.ipv4.conf.eth0/1.x` is …/eth0.1/x: the other sign stands for itself. */
function inProc(name: string): string {
  const swapped = /^[^./]*\//.test(name) ? name : name.replaceAll(/[./]/g, (sign) => (sign === '.' ? '/' : '.'))
  return `/proc/sys/${swapped}`
}

function words(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ')
}
