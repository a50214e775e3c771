import { EXIT, MmhaError } from '../../events/error.ts'
import type { Executed } from '../sampler-client.ts'
import type { Fault, FaultContext, FaultName } from './fault.ts'

/** Every fault that the drill knows. Adding one is adding an entry. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  sigkill: {
    name: 'sigkill',
    title: 'SIGKILL to the database server',
    takesHost: false,
    inject: ({ sampler, server }) => sampler.kill(server.pid, ['mysqld', 'mariadbd']),
    // systemd may have started it again by itself; then this changes nothing.
    repair: startServer,
  },
  stop: {
    name: 'stop',
    title: 'systemctl stop of the database server',
    takesHost: false,
    inject: async (context) => {
      const argv = ['systemctl', 'stop', context.server.unit]
      return succeeded(await context.sampler.exec(argv), argv, context)
    },
    repair: startServer,
  },
  power: {
    name: 'power',
    title: 'power loss of the host',
    takesHost: true,
    inject: async ({ holder, sampler, power, now }) => {
      if (power === null) throw new Error('the power fault was chosen without a power switch')
      const begin = now()
      await power.cut(holder, sampler)
      const end = now()
      sampler.lostPower(end)
      return { begin, end }
    },
    repair: async ({ holder, power }) => {
      await power?.restore(holder)
    },
  },
}

async function startServer(context: FaultContext): Promise<void> {
  const argv = ['systemctl', 'start', context.server.unit]
  succeeded(await context.sampler.exec(argv), argv, context)
}

function succeeded(result: Executed, argv: readonly string[], { holder }: FaultContext): Executed {
  if (result.code === 0) return result
  throw new MmhaError(`\`${argv.join(' ')}\` failed on ${holder.name}: ${result.stderr.trim()}`, {
    code: 'DRILL_COMMAND',
    source: 'user',
    exit: EXIT.failed,
    host: holder.name,
    where: argv.join(' '),
    hint: `see \`journalctl -u ${argv.at(-1)}\` there`,
  })
}
