import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { connect } from '../hosts/connection.ts'
import { shellQuote } from '../modules/step.ts'
import { CONNECT_TIMEOUT, type DrillOptions, HEDGE_AFTER, OPERATION_TIMEOUT, REGISTERS } from './options.ts'
import { startHere, startThere } from './program-channel.ts'
import type { WriterConfig } from './protocol.ts'
import { ensureProgramFiles } from './runtime.ts'
import { WriterClient } from './writer-client.ts'

export interface WriterHost {
  readonly name: string
  readonly writer: WriterClient
  /** Ends the writers and removes their ledgers. */
  close(): Promise<void>
}

/** Starts the writers on the inventory's client host, or on the controller when it names none. */
export async function startWriters(options: DrillOptions): Promise<WriterHost> {
  return options.inventory.client === null ? writersHere(options) : writersThere(options)
}

async function writersHere(options: DrillOptions): Promise<WriterHost> {
  const config = writerConfig(options, join(tmpdir(), directoryName()))
  const channel = startHere({ node: process.execPath, bundle: options.assets.bundle }, 'writer')
  const name = 'the controller'
  const writer = await WriterClient.start(name, channel, config, (path) => readFile(path, 'utf8'))
  const close = async (): Promise<void> => {
    writer.close()
    await channel.closed
    await rm(config.directory, { recursive: true, force: true })
  }
  return { name, writer, close }
}

async function writersThere(options: DrillOptions): Promise<WriterHost> {
  const client = options.inventory.client
  if (client === null) throw new Error('no client host in the inventory')
  const connection = await connect(client.name, client.ssh)
  try {
    const config = writerConfig(options, `/var/tmp/${directoryName()}`)
    const files = await ensureProgramFiles(connection, options.assets)
    const channel = await startThere(connection, files, 'writer')
    const read = async (path: string): Promise<string> => {
      const { code, stdout, stderr } = await connection.exec(`cat ${shellQuote(path)}`, {
        asRoot: true,
        what: 'ledger',
      })
      if (code === 0) return stdout
      throw new MmhaError(`the ledger can't be read on ${client.name}: ${stderr.trim()}`, {
        code: 'DRILL_LEDGER',
        source: 'user',
        exit: EXIT.failed,
        host: client.name,
        hint: 'see whether its /var/tmp is full',
      })
    }
    const writer = await WriterClient.start(client.name, channel, config, read)
    const close = async (): Promise<void> => {
      writer.close()
      await channel.closed
      await connection.exec(`rm -rf ${shellQuote(config.directory)}`, {
        asRoot: true,
        what: 'removing the ledgers',
      })
      await connection.close()
    }
    return { name: client.name, writer, close }
  } catch (error) {
    await connection.close()
    throw error
  }
}

function directoryName(): string {
  return `mmha-drill-${randomBytes(6).toString('hex')}`
}

function writerConfig({ inventory, writers, rate }: DrillOptions, directory: string): WriterConfig {
  return {
    address: inventory.vip.address,
    port: inventory.server.port,
    writers,
    rate,
    registers: REGISTERS,
    directory,
    connectTimeout: CONNECT_TIMEOUT,
    hedgeAfter: HEDGE_AFTER,
    operationTimeout: OPERATION_TIMEOUT,
  }
}
