import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { configText, Daemon, type Daemons } from './daemon.ts'
import { Segment } from './segment.ts'
import { bundle, reason, wireTest } from './wire-test.ts'

const flavour = { version: 3, advertInterval: 0.5, nopreempt: true, lease: 1 } as const
const NAMES = { supervisor: 'keepalived', vrrp: 'keepalived_vrrp', check: 'keepalived_chk' } as const
type Part = keyof typeof NAMES

async function pair({ segment, daemons }: { segment: Segment; daemons: Daemons }): Promise<[Daemon, Daemon]> {
  const holder = daemons.ours('a', { ...flavour, priority: 254 })
  await holder.enters('MASTER')
  const standby = daemons.ours('b', { ...flavour, priority: 253 })
  await standby.enters('BACKUP')
  await heard(segment, 2)
  return [holder, standby]
}

/** So many more adverts. */
async function heard(segment: Segment, count: number): Promise<void> {
  const seen = segment.adverts().length
  await segment.advert(() => true, seen + count - 1)
}

function pidOf(daemon: Daemon, part: Part): number {
  if (part === 'supervisor') return daemon.pid
  const children = readFileSync(`/proc/${daemon.pid}/task/${daemon.pid}/children`, 'utf8').trim().split(' ').map(Number)
  const found = children.find((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === NAMES[part])
  if (found === undefined) throw new Error(`no ${NAMES[part]} among ${children.join(' ')}`)
  return found
}

/** All pids are looked up before the first signal: a worker whose parent is gone is nobody's child. */
function signal(daemon: Daemon, parts: readonly Part[], name: NodeJS.Signals): void {
  for (const pid of parts.map((part) => pidOf(daemon, part))) process.kill(pid, name)
}

/** After the other host spoke first, this one never again speaks as a master. */
function spokeAfterSuccession(segment: Segment): number {
  const taken = segment.adverts().findIndex(({ from, priority }) => from === Segment.address('b') && priority > 0)
  return segment
    .adverts()
    .filter(({ from, priority }, at) => at > taken && from === Segment.address('a') && priority > 0).length
}

describe.skipIf(reason !== null)('faults of the holder', { concurrent: true }, () => {
  wireTest.for<readonly [NodeJS.Signals, readonly Part[]]>([
    ['SIGKILL', ['supervisor', 'vrrp']],
    ['SIGKILL', ['vrrp', 'check']],
    ['SIGKILL', ['supervisor', 'check']],
    ['SIGSTOP', ['supervisor', 'vrrp']],
  ])('%s of %s: the peer takes over, and never do both have the VIP', async ([name, parts], { segment, daemons }) => {
    const [holder, standby] = await pair({ segment, daemons })
    signal(holder, parts, name)
    await segment.vip('b', true)
    await standby.enters('MASTER')
    await heard(segment, 3)
    expect(await segment.overlaps()).toEqual([])
    expect(segment.hasVip('a')).toBe(false)
    expect(spokeAfterSuccession(segment)).toBe(0)
  })

  wireTest.for<readonly [readonly Part[]]>([[['supervisor']], [['check']], [['supervisor', 'check']]])(
    'SIGSTOP of %s, which no advert hangs on: the holder serves on',
    async ([parts], { segment, daemons }) => {
      const [holder] = await pair({ segment, daemons })
      signal(holder, parts, 'SIGSTOP')
      // Longer than the lease and than the peer's patience.
      await heard(segment, 6)
      expect(segment.holdings()).toMatchObject([{ host: 'a', to: Number.POSITIVE_INFINITY }])
      signal(holder, parts, 'SIGCONT')
      expect(holder.status()).toMatchObject({ state: 'MASTER', vip: 'held' })
    },
  )

  wireTest('a worker that was blocked demotes itself before it sends again', async ({ segment, daemons }) => {
    const [holder] = await pair({ segment, daemons })
    signal(holder, ['vrrp'], 'SIGSTOP')
    await segment.vip('b', true)
    signal(holder, ['vrrp'], 'SIGCONT')
    await holder.log.line(/no advert was sent for \d+ ms: stepping down/)
    await heard(segment, 4)
    expect(await segment.overlaps()).toEqual([])
    expect(spokeAfterSuccession(segment)).toBe(0)
  })

  wireTest('a worker that stays blocked is killed and begins again as backup', async ({ segment, daemons }) => {
    const [holder] = await pair({ segment, daemons })
    const lines = holder.log.lines.length
    signal(holder, ['vrrp'], 'SIGSTOP')
    await holder.log.line(/the vrrp worker does not answer: killing it/, lines, 30_000)
    await holder.log.line(/\(VI_1\) Entering BACKUP STATE/, lines, 30_000)
    await heard(segment, 2)
    expect(await segment.overlaps()).toEqual([])
    expect(segment.hasVip('b')).toBe(true)
  })

  wireTest('VIPs that an earlier life left are gone before the first advert', async ({ segment, daemons }) => {
    const holder = daemons.ours('a', { ...flavour, lease: 0, priority: 254 })
    await holder.enters('MASTER')
    await segment.vip('a', true)
    holder.signalAll('SIGKILL')
    await holder.exited()
    expect(segment.hasVip('a')).toBe(true)
    const seen = segment.adverts().length
    const again = daemons.ours('a', { ...flavour, priority: 254 })
    await again.log.line(/\(VI_1\) removed 10\.99\.7\.100\/24, which was left over/)
    await segment.vip('a', false)
    expect(segment.adverts()).toHaveLength(seen)
    await again.enters('MASTER')
    await segment.vip('a', true)
  })

  wireTest.skipIf(memoryGroups() === null)(
    'out of memory: the kernel kills the VRRP worker',
    async ({ segment, daemons }) => {
      const [holder] = await pair({ segment, daemons })
      const lines = holder.log.lines.length
      const remove = starve(pidOf(holder, 'vrrp'))
      try {
        await holder.log.line(/the vrrp worker ended with/, lines, 30_000)
      } finally {
        remove()
      }
      await segment.vip('b', true)
      await holder.log.line(/\(VI_1\) Entering BACKUP STATE/, lines, 30_000)
      expect(await segment.overlaps()).toEqual([])
    },
  )

  wireTest('a full disk under everything that it writes: the holder stays', async ({ segment, daemons }) => {
    const dir = join(daemons.dir, 'full')
    mkdirSync(dir)
    const conf = join(daemons.dir, 'full.conf')
    const control = join(daemons.dir, 'full.sock')
    const files = ['state_dump_file', 'stats_dump_file', 'metrics_file'].map((name) => `  ${name} ${dir}/${name}`)
    const text = (priority: number): string =>
      configText({ ...flavour, priority }).replace('global_defs {', `global_defs {\n${files.join('\n')}`)
    writeFileSync(conf, text(254))
    const flags = `-n -l -f ${conf} -p ${dir}/pid --control=${control} --maintenance-file=${dir}/maintenance`
    const script = [
      `mount -t tmpfs -o size=64k tmpfs ${dir}`,
      `cat /dev/zero > ${dir}/fill 2>/dev/null`,
      `exec ${process.execPath} ${await bundle()} ${flags} 2> ${dir}/log`,
    ].join('; ')
    const daemon = new Daemon(segment.spawn('a', 'unshare', '--mount', 'sh', '-c', script), control, await bundle())
    await segment.vip('a', true)
    for (const name of ['SIGUSR1', 'SIGUSR2'] as const) daemon.signal(name)
    expect(daemon.ctlSays('maintenance', 'on')).toMatch(/ENOSPC|no space/i)
    writeFileSync(conf, text(250))
    expect(daemon.ctl('reload')).toBe('changed VI_1\n')
    process.kill(pidOf(daemon, 'check'), 'SIGKILL')
    await heard(segment, 6)
    expect(daemon.status()).toMatchObject({ state: 'MASTER', vip: 'held', priority: 250, checkWorker: true })
    expect(segment.holdings()).toHaveLength(1)
    daemon.signal('SIGTERM')
    await segment.vip('a', false)
    expect(await daemon.exited()).toBe(0)
  })
})

/** Where the memory controller is, in either version of control groups; null: out of reach. */
function memoryGroups(): { readonly root: string; readonly limit: string } | null {
  try {
    if (existsSync('/sys/fs/cgroup/memory/memory.limit_in_bytes')) {
      accessSync('/sys/fs/cgroup/memory', constants.W_OK)
      return { root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' }
    }
    accessSync('/sys/fs/cgroup', constants.W_OK)
    const on = readFileSync('/sys/fs/cgroup/cgroup.subtree_control', 'utf8').split(/\s+/)
    return on.includes('memory') ? { root: '/sys/fs/cgroup', limit: 'memory.max' } : null
  } catch {
    // No control groups, or not for us.
    return null
  }
}

/** Leaves a process no memory to allocate. @returns removes the group, once the process is dead */
function starve(pid: number): () => void {
  const groups = memoryGroups()
  if (groups === null) throw new Error('no memory controller')
  const group = join(groups.root, `mmha-faults-${pid}`)
  mkdirSync(group)
  writeFileSync(join(group, groups.limit), '65536')
  writeFileSync(join(group, 'cgroup.procs'), String(pid))
  return () => rmdirSync(group)
}
