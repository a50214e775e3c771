import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { planTrim, scanBinlog, wasInUse } from '../../mysql/binlog-file.ts'
import type { Dialect } from '../../mysql/dialect.ts'
import { readCredentials } from '../../mysql/option-file.ts'
import { openSession } from '../../mysql/session.ts'
import { identify, readSnapshot, type ServerSnapshot } from '../../mysql/snapshot.ts'
import type { Config, RoleConfig } from '../config/config.ts'
import { untilWitness } from '../heartbeat/until-witness.ts'
import { noteEnd } from './durability.ts'
import { binlogFiles } from './quarantine.ts'
import { type RoleState, STATE_DIR, StateFile } from './state-file.ts'

export interface TrimOptions {
  log(level: 'info' | 'warn' | 'error', message: string): void
  readonly stateDir?: string
}

const DEADLINE_MS = 3_000
/** Read by the unit's drop-in when the server is started; gone with a reboot. */
const RECOVERY_ENVIRONMENT = '/run/mmha/mariadb-recovery.env'
/** A host that starts cut off serves nobody for so long at most. */
const CUT_OFF_MS = 60_000
const ASK_AGAIN_MS = 100

/**
 * Before mysqld starts again (ExecStartPre, as root): cuts from the last binlog what only this server ever had.
 *
 * A holder that dies under load leaves transactions in its binlog that the standby had not acknowledged yet. No client
 * had an OK for them, but MySQL's recovery would commit them, since they are in the binlog, and the server would come
 * back with a history of its own. With AFTER_SYNC they are only prepared in InnoDB: without their end of the binlog
 * recovery rolls them back. Done only when all of this is certain: the file was open when the server died; commits waited
 * for the peer (`enforced`, written by the daemon before and after); the peer holds the address now and applied all that
 * it had received. What is cut is saved first. A server that is cut off, from its witnesses too, starts when that has
 * ended: nobody could reach it anyway, and only then can the peer be asked. Never throws, takes 3 s at most beyond that.
 */
export async function trimBinlog(config: Config, options: TrimOptions): Promise<void> {
  await rm(RECOVERY_ENVIRONMENT, { force: true })
  const state = await new StateFile(options.stateDir).read()
  for (const instance of config.instances) {
    const server = config.mysqlServers.find(({ name }) => name === instance.role?.mysql)
    if (instance.role === null || server === undefined) continue
    try {
      const { role, interface: nic } = instance
      const outcome = await trim({ role, nic, socket: server.socket, state, ...options })
      options.log('info', `binlog-trim: ${outcome}`)
    } catch (error) {
      options.log('warn', `binlog-trim: nothing done: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
}

interface TrimJob extends TrimOptions {
  readonly role: RoleConfig
  /** Where the address would be. */
  readonly nic: string
  readonly socket: string
  readonly state: RoleState
}

/** @returns what was done, or why nothing */
async function trim(job: TrimJob): Promise<string> {
  const { state } = job
  if (state.binlogIndex === '') return 'this server has not been seen yet'
  if (await answers(job.socket)) return 'a server is running'
  const path = (await binlogFiles(state.binlogIndex)).at(-1)
  if (path === undefined) return 'no binlog'
  await noteEnd(await wasInUse(path), job.stateDir)
  if (!state.enforced) return 'commits did not wait for the peer: what is in the binlog may have been acknowledged'
  const scan = await scanBinlog(path)
  if (!scan.inUse) return `${basename(path)} was closed properly`
  await untilCarrier(job.nic)
  const next = await successor(job)
  if (next === null) return 'the peer does not hold the address: everything stays as it is'
  if (next.dialect.family.recoversByRole)
    return next.dialect.can('initRplRole') ? await askServer() : 'no init_rpl_role'
  const plan = planTrim(scan, next.snapshot.history.executed, state.origin)
  if ('keep' in plan) return `${basename(path)} stays as it is: ${plan.keep}`
  const saved = await saveCut(path, scan.preamble, plan.cutAt, job.stateDir ?? STATE_DIR)
  await truncate(path, plan.cutAt)
  const gtids = plan.transactions.map(({ gtid }) => gtid)
  return (
    `${basename(path)} cut at ${plan.cutAt}: ${gtids.length} transactions that no client had an OK for ` +
    `(${gtids[0]} … ${gtids.at(-1)}) are rolled back by recovery; saved to ${saved}`
  )
}

/**
 * MariaDB does it itself, when it is told so: by a variable that its unit hands on (it is there for Galera, which this
 * server is not part of). In the option file it would do so after any crash, also with what clients had an OK for.
 */
async function askServer(): Promise<string> {
  await mkdir(dirname(RECOVERY_ENVIRONMENT), { recursive: true, mode: 0o755 })
  await writeFile(RECOVERY_ENVIRONMENT, '_WSREP_NEW_CLUSTER=--init-rpl-role=SLAVE\n', { mode: 0o644 })
  return 'recovery rolls back what no client had an OK for'
}

/** Without a carrier nobody reaches this server anyway, and the peer can't be asked: it waits for that, 60 s at most. */
async function untilCarrier(nic: string): Promise<void> {
  const deadline = performance.now() + CUT_OFF_MS
  const carrier = () => readFile(`/sys/class/net/${nic}/carrier`, 'utf8').catch(() => '1')
  while ((await carrier()).trim() === '0' && performance.now() < deadline) await delay(ASK_AGAIN_MS)
}

interface Successor {
  readonly snapshot: ServerSnapshot
  readonly dialect: Dialect
}

/** The peer once it has taken over, null when it hasn't until the deadline. */
async function successor(job: TrimJob): Promise<Successor | null> {
  const { witnesses } = job.role
  if (witnesses.length > 0) await untilWitness(witnesses, CUT_OFF_MS).catch(() => false)
  const deadline = performance.now() + DEADLINE_MS
  while (performance.now() < deadline) {
    const view = await askPeer(job, deadline).catch(() => null)
    const said = view?.snapshot
    const took = said !== undefined && !said.closed && said.epoch?.holder === said.history.origin
    if (took && said.epoch?.forced === true) return null
    if (took) return view
    await delay(ASK_AGAIN_MS)
  }
  return null
}

async function askPeer({ role }: TrimJob, deadline: number): Promise<Successor> {
  const left = Math.max(1, deadline - performance.now())
  const session = await openSession({
    target: { host: role.peer.address, port: role.peer.port },
    credentials: await readCredentials(role.peer.credentials),
    connectTimeoutMs: left,
    queryTimeoutMs: left,
  })
  try {
    const dialect = await identify(session)
    return { snapshot: await readSnapshot(session, dialect), dialect }
  } finally {
    session.close()
  }
}

/** Is somebody listening? Then the files are not ours to touch. */
function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket)
    probe.on('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })
}

/** The cut part with the file's preamble before it: a binlog that mysqlbinlog reads. */
async function saveCut(path: string, preamble: number, cutAt: number, stateDir: string): Promise<string> {
  const dir = join(stateDir, 'quarantine')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const target = join(dir, `${new Date().toISOString().replaceAll(':', '')}-${basename(path)}`)
  const out = createWriteStream(target, { mode: 0o600, flush: true })
  await pipeline(async function* () {
    yield* createReadStream(path, { end: preamble - 1 })
    yield* createReadStream(path, { start: cutAt })
  }, out)
  return target
}

async function truncate(path: string, length: number): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.truncate(length)
    await file.sync()
  } finally {
    await file.close()
  }
}
