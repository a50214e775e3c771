import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finding } from '../../src/modules/preflight/finding.ts'
import { lastDocument, Mmha } from './support/mmha.ts'

const NAME = 'interrupt'
const INVENTORY = 'inventories/lab.yml'
const tree = resolve(import.meta.dirname, '../..')

interface Document {
  readonly type: string
  readonly code?: string
  readonly message?: string
  readonly host?: string
  readonly exit?: number
  readonly hosts?: readonly { readonly changed: number }[]
}

/**
 * Provisions as from a terminal, and sends Ctrl-C (or another signal) to all of it as one would, for every event that is
 * told so.
 */
async function provision(interruptAt: (event: Document) => boolean, signal: NodeJS.Signals = 'SIGINT') {
  // In a process group of its own, as a shell's job is.
  const child = spawn(process.execPath, ['dist/mmha.js', 'provision', INVENTORY, '--yes', '--json'], {
    cwd: tree,
    env: { ...process.env, MMHA_LAB: NAME },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  const documents: Document[] = []
  let killed = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    // The last line of one that is dead may be half a line.
    if (killed) return
    const document = JSON.parse(line) as Document
    documents.push(document)
    if (!interruptAt(document) || child.pid === undefined) return
    process.kill(-child.pid, signal)
    killed = signal === 'SIGKILL'
  })
  const [exit] = (await once(child, 'close')) as [number | null]
  return { exit, killed, documents, last: documents.at(-1) }
}

describe.skipIf(process.getuid?.() !== 0)('Ctrl-C while provisioning (needs root)', { timeout: 300_000 }, () => {
  const mmha = new Mmha(NAME)

  beforeAll(async () => {
    await mmha.ok('lab', 'down')
    await mmha.ok('lab', 'up', INVENTORY, '--server', 'mariadb-10.11')
  })
  afterAll(() => mmha.ok('lab', 'down'))

  it('is killed while both hosts install the server: no lock is left, the installation is finished', async () => {
    const unpacking = /Unpacking mariadb-server-core/
    const { killed } = await provision(({ message = '' }) => unpacking.test(message), 'SIGKILL')
    expect(killed).toBe(true)
    // The host frees the lock when it has noticed; what still installs is waited for.
    let next = await provision(({ code }) => code === 'step.changed', 'SIGKILL')
    for (let tries = 0; next.exit === 75 && tries < 20; tries += 1) {
      next = await provision(({ code }) => code === 'step.changed', 'SIGKILL')
    }
    expect(next.killed, JSON.stringify(next.last)).toBe(true)
  })

  it('lets the steps that run end, begins no other, and says so', async () => {
    let sent = false
    const { exit, documents, last } = await provision(({ code, host }) => {
      const first = code === 'step.begin' && host === 'm1' && !sent
      sent ||= first
      return first
    })
    expect(last).toMatchObject({ type: 'error', code: 'INTERRUPTED', exit: 130 })
    expect(last?.message).not.toContain('left to end there')
    expect(exit).toBe(130)
    const told = documents.findIndex(({ code }) => code === 'run.interrupted')
    const count = (code: string, from: number) => documents.slice(from).filter((event) => event.code === code).length
    expect(count('step.changed', told)).toBeGreaterThan(0)
    expect(count('step.begin', 0)).toBe(count('step.changed', 0))
  })

  it('leaves at once when it comes twice; what runs on the hosts ends by itself', async () => {
    let begun = false
    const { exit, last } = await provision(({ code }) => {
      const now = code === 'run.interrupted' || (code === 'step.begin' && !begun)
      begun ||= code === 'step.begin'
      return now
    })
    expect(last).toMatchObject({ type: 'error', code: 'INTERRUPTED', exit: 130 })
    expect(exit).toBe(130)
  })

  it('is killed after each step of what is left, and goes on where it was', async () => {
    let kills = 0
    let locked = 0
    // More than there are steps on both hosts: what makes no progress must not go on for ever.
    while (kills < 50 && locked < 50) {
      // Every other one in the middle of a step, which then ends by itself on its host.
      const at = kills % 2 === 0 ? 'step.changed' : 'step.begin'
      let changed = 0
      const { exit, killed, last } = await provision(({ code }) => {
        changed += code === 'step.changed' ? 1 : 0
        return code === at && (at === 'step.changed' || changed > 0)
      }, 'SIGKILL')
      if (killed) kills += 1
      else if (exit === 75) locked += 1
      else {
        expect(last).toMatchObject({ type: 'result' })
        break
      }
    }
    expect(kills).toBeGreaterThan(5)
    expect([kills, locked].every((count) => count < 50)).toBe(true)
  })

  it('holds no lock: the same command finishes, and leaves nothing to do', async () => {
    const { exit, last } = await provision(() => false)
    expect(last).toMatchObject({ type: 'result' })
    expect(exit).toBe(0)
    const again = lastDocument<Document>(await mmha.ok('provision', INVENTORY, '--yes', '--json'))
    expect(again.hosts?.map(({ changed }) => changed)).toEqual([0, 0])
  })

  it('preflight then finds what somebody did to the pair, and provision refuses what blocks', async () => {
    const holder = (await mmha.sql('m1', 'select @@global.read_only')) === '0' ? 'm1' : 'm2'
    const standby = holder === 'm1' ? 'm2' : 'm1'
    await mmha.sql(
      holder,
      `create database shop; create table shop.visits (page int); create table shop.notes (id int primary key) engine=myisam;
       create event shop.tidy on schedule every 1 day do delete from shop.notes;
       create role writers; grant read_only admin on *.* to writers; create role team; grant writers to team;
       create user member@"%" identified by "x"; grant team to member@"%";
       create user app@"%" identified by "x"; grant all on *.* to app@"%"`,
    )
    await mmha.sql(standby, 'set global max_connections = 300')
    const look = async () => {
      const outcome = await mmha.run('preflight', INVENTORY, '--json')
      const { findings } = lastDocument<{ findings: readonly Finding[] }>(outcome.stdout)
      const bypass = findings.find(({ code, host }) => code === 'READ_ONLY_BYPASSED' && host === holder)?.what
      return {
        code: outcome.code,
        bypass,
        found: findings.map(({ severity, code, host }) => `${severity} ${code} ${host}`),
      }
    }
    const planted = await look()
    expect(planted.code).toBe(0)
    expect(planted.bypass).toMatch(/'app'@'%'.*'member'@'%'|'member'@'%'.*'app'@'%'/)
    for (const one of [
      `warns NO_PRIMARY_KEY ${holder}`,
      `warns NOT_INNODB ${holder}`,
      `warns READ_ONLY_BYPASSED ${holder}`,
      'warns PARITY null',
    ]) {
      expect(planted.found).toContain(one)
    }
    // It would start the channel again in between.
    await mmha.on(standby, 'systemctl stop mmha-keepalived')
    await mmha.sql(standby, 'stop slave; set global replicate_ignore_db = "shop"; start slave')
    expect(await look()).toMatchObject({ code: 5, found: expect.arrayContaining([`blocks FILTERED ${standby}`]) })
    const refused = await mmha.run('provision', INVENTORY, '--yes', '--json')
    expect(refused.code).toBe(5)
    expect(lastDocument<Document>(refused.stdout)).toMatchObject({ type: 'error', code: 'FILTERED', host: standby })
  })
})
