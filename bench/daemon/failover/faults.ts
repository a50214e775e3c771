import type { DrilledPair } from '../../../src/drill/drilled-pair.ts'
import type { Injected, PowerSwitch, ServerProcess } from '../../../src/drill/faults/fault.ts'
import type { SamplerClient } from '../../../src/drill/sampler-client.ts'
import type { Host } from '../../../src/inventory/inventory.ts'
import { must } from './keepalived-host.ts'
import type { Side } from './sides.ts'

export const FAULT_NAMES = ['sigkill', 'switch', 'stop', 'hang', 'power', 'standby'] as const
export type FaultName = (typeof FAULT_NAMES)[number]

export interface FaultContext {
  readonly pair: DrilledPair
  readonly side: Side
  readonly holder: Host
  readonly sampler: SamplerClient
  readonly server: ServerProcess
  readonly power: PowerSwitch
  readonly signal: AbortSignal
}

export interface Fault {
  readonly title: string
  inject(context: FaultContext): Promise<Injected>
  /** Undoes it, once clients write again. */
  repair(context: FaultContext): Promise<void>
}

/** ms for a host to boot. */
const BOOT = 180_000

const start = async ({ side, sampler }: FaultContext): Promise<void> => side.start(sampler)

async function startServer({ sampler, server }: FaultContext): Promise<void> {
  // systemd may have tried already, and count that.
  await sampler.exec(['systemctl', 'reset-failed', server.unit])
  await must(sampler, ['systemctl', 'start', server.unit])
}

export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  sigkill: {
    title: 'mysqld killed (SIGKILL)',
    inject: ({ sampler, server }) => sampler.kill(server.pid, ['mysqld', 'mariadbd']),
    repair: startServer,
  },
  switch: {
    title: 'planned switch',
    inject: ({ sampler, side }) => sampler.exec(side.switch),
    repair: start,
  },
  stop: {
    title: 'daemon stopped',
    inject: ({ sampler, side }) => sampler.exec(side.stop),
    repair: start,
  },
  hang: {
    title: 'mysqld hangs (SIGSTOP)',
    inject: ({ sampler, server }) => sampler.exec(['kill', '-STOP', String(server.pid)]),
    async repair(context) {
      await context.sampler.exec(['kill', '-CONT', String(context.server.pid)])
      await startServer(context)
    },
  },
  power: {
    title: 'power loss',
    inject: (context) => cutPower(context, context.holder),
    repair: (context) => restorePower(context, context.holder),
  },
  standby: {
    title: 'power loss of the standby',
    inject: (context) => cutPower(context, standbyOf(context)),
    repair: (context) => restorePower(context, standbyOf(context)),
  },
}

function standbyOf({ pair, holder }: FaultContext): Host {
  const [one, two] = pair.masters
  return one.name === holder.name ? two : one
}

async function cutPower({ pair, power }: FaultContext, host: Host): Promise<Injected> {
  const sampler = pair.sampler(host)
  const begin = pair.now()
  await power.cut(host, sampler)
  const end = pair.now()
  sampler.lostPower(end)
  return { begin, end }
}

async function restorePower({ pair, side, power, signal }: FaultContext, host: Host): Promise<void> {
  await power.restore(host)
  await pair.watchAgain(host, BOOT, signal)
  await side.start(pair.sampler(host))
}
