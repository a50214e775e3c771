import { Interruption } from '../engine/interruption.ts'
import { type HostLock, takeLock } from '../engine/lock.ts'
import { MmhaError } from '../events/error.ts'
import type { Sink } from '../events/event.ts'
import type { Message } from '../events/message.ts'
import { seeding } from '../events/messages/seeding.ts'
import { type Connection, connect } from '../hosts/connection.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { areJoined, type Seeded, type SeedOptions, seed } from '../seeding/seed.ts'
import { interruptible } from './interruptible.ts'

export interface SeedPair extends Pick<SeedOptions, 'way' | 'throttle' | 'tail'> {
  /** Names in the inventory. */
  readonly from: string
  readonly onto: string
  /** `leave`: two hosts that both know of a holder, and of which none holds half a copy, are not touched. */
  readonly members: 'leave' | 'reseed'
  readonly sink: Sink
}

/** How much, how long, how it was proven. */
export function flowed({ bytes, seconds, tables }: Seeded): Message {
  return seeding('seed.done', { mb: (bytes / 1e6).toFixed(1), seconds: seconds.toFixed(1), tables })
}

/** Seeds one master from the other, both locked against other runs of mmha; Ctrl-C cuts it. @returns null: left @throws MmhaError */
export function seedPair(
  inventory: Inventory,
  { from, onto, sink, members, ...ways }: SeedPair,
): Promise<Seeded | null> {
  return interruptible(async (interrupt) => {
    const interruption = new Interruption(interrupt, sink)
    const connections: Connection[] = []
    const locks: HostLock[] = []
    const open = async (name: string): Promise<Connection> => {
      const host = inventory.masters.find((one) => one.name === name)
      if (host === undefined) throw new Error(`${name} is no master`)
      const connection = await connect(name, host.ssh, { signal: interruption.cut })
      connections.push(connection)
      locks.push(await takeLock(connection))
      return connection
    }
    try {
      // Always in the same order: two runs at once don't each hold one.
      for (const { name } of inventory.masters) await open(name)
      const [source, target] = [from, onto].map((name) => connections.find((one) => one.name === name))
      if (source === undefined || target === undefined) throw new Error('both masters are needed')
      if (members === 'leave' && (await areJoined(source, target))) return null
      return await seed({
        ...ways,
        source,
        target,
        inventory,
        sink: interruption.sink,
      })
    } catch (error) {
      const interrupted = interrupt.stop.aborted || interrupt.now.aborted
      if (!interrupted) throw error
      throw new MmhaError(`interrupted: ${onto} may hold half a copy; it stays closed`, {
        code: 'INTERRUPTED',
        source: 'user',
        exit: 130,
        host: onto,
        hint: 'run the same command again: it begins afresh',
        cause: error,
      })
    } finally {
      await Promise.allSettled(locks.map((lock) => lock.release()))
      await Promise.all(connections.map((connection) => connection.close()))
    }
  })
}
