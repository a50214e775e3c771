import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { Daemon, type Daemons } from './daemon.ts'
import { type Segment, VIP } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

const SIGNALS = { data: 'SIGUSR1', stats: 'SIGUSR2', json: 36 } as const

function text(files = ''): string {
  return `global_defs {
  router_id wire
  enable_script_security
  script_user root
  ${files}
}
vrrp_script chk {
  script "/usr/bin/true"
  interval 1
  weight 5
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 200
  version 3
  advert_int 0.5
  nopreempt
  virtual_ipaddress {
    ${VIP}/24
  }
  track_script {
    chk
  }
}
`
}

/** keepalived with a /tmp of its own, which is `dir` outside. */
function keepalivedIn(segment: Segment, dir: string): Daemon {
  writeFileSync(join(dir, 'keepalived.conf'), text())
  const script = `mount --bind ${dir} /tmp && exec keepalived -n -l -D -P -f /tmp/keepalived.conf -p /tmp/k.pid -r /tmp/v.pid`
  return new Daemon(segment.spawn('a', 'unshare', '--mount', 'sh', '-c', script), '', '')
}

/** Sends the signal and waits for the file, whole. */
async function dump(daemon: Daemon, dir: string, what: keyof typeof SIGNALS, whole: RegExp): Promise<string> {
  const path = join(dir, `keepalived.${what}`)
  const look = (): string | null => {
    try {
      const found = readFileSync(path, 'utf8')
      return whole.test(found) ? found : null
    } catch {
      // Not written yet.
      return null
    }
  }
  const watcher = watch(dir)
  try {
    return await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${path} was not written`)), 15_000)
      const check = (): void => {
        const found = look()
        if (found === null) return
        clearTimeout(timer)
        resolve(found)
      }
      watcher.on('change', check)
      process.kill(daemon.pid, SIGNALS[what])
    })
  } finally {
    watcher.close()
  }
}

interface Dumps {
  readonly json: { data: Record<string, unknown>; stats: Record<string, unknown> }
  readonly stats: string
  readonly data: string
}

async function dumpsOf(daemon: Daemon, dir: string): Promise<Dumps> {
  await daemon.enters('MASTER')
  const [json] = JSON.parse(await dump(daemon, dir, 'json', /\}\]\s*$/)) as Dumps['json'][]
  if (json === undefined) throw new Error('no instance')
  const stats = await dump(daemon, dir, 'stats', /Priority Zero:\n.*\n {4}Sent: \d+\n/)
  return { json, stats, data: await dump(daemon, dir, 'data', /VRRP Scripts >[\s\S]*Tracking instances/) }
}

/** What time alone decides. */
function timeless({ data, stats }: Dumps['json']): unknown {
  return { data: { ...data, last_transition: typeof data.last_transition }, stats: { ...stats, advert_sent: 'some' } }
}

function ourFiles(dir: string): string {
  const file = (what: string): string => join(dir, `keepalived.${what}`)
  return `state_dump_file ${file('data')}\n stats_dump_file ${file('stats')}\n json_dump_file ${file('json')}`
}

function directory(daemons: Daemons, name: string): string {
  const dir = join(daemons.dir, name)
  mkdirSync(dir)
  return dir
}

describe.skipIf(reason !== null)('dumps and metrics', { concurrent: true }, () => {
  wireTest('SIGUSR1, SIGUSR2 and SIGJSON write what keepalived writes', async ({ segment, daemons }) => {
    const theirDir = directory(daemons, 'theirs')
    const keepalived = keepalivedIn(segment, theirDir)
    const theirs = await dumpsOf(keepalived, theirDir)
    keepalived.signal('SIGTERM')
    await keepalived.exited()
    const ourDir = directory(daemons, 'ours')
    const daemon = daemons.oursWith('a', text(ourFiles(ourDir)))
    const ours = await dumpsOf(daemon, ourDir)
    expect(timeless(ours.json)).toEqual(timeless(theirs.json))
    expect(Object.keys(ours.json.data)).toEqual(Object.keys(theirs.json.data))
    const counted = (stats: string): string => stats.replace(/Sent: \d+\n {2}Became/, 'Sent: some\n  Became')
    expect(counted(ours.stats)).toBe(counted(theirs.stats))
    // Of the long one we write the lines that mean something here, as they are there.
    const lines = new Set(theirs.data.split('\n').map((line) => line.replace(/\d{10}\.\d+ .*/, 'TIME')))
    const foreign = ours.data
      .trimEnd()
      .split('\n')
      .filter((line) => !lines.has(line.replace(/\d{10}\.\d+ .*/, 'TIME')))
    expect(foreign).toEqual([])
    expect(ours.data).toContain('   Virtual Router ID = 51\n')
    expect(daemon.status().state).toBe('MASTER')
  })

  wireTest('metrics: over HTTP on loopback, and as a file', async ({ segment, daemons }) => {
    const dir = directory(daemons, 'metrics')
    const file = join(dir, 'mmha.prom')
    const daemon = daemons.oursWith('a', text(`metrics_port 9712\n metrics_file ${file}`))
    await daemon.enters('MASTER')
    const ask = `fetch('http://127.0.0.1:9712/metrics').then((r) => r.text()).then((t) => process.stdout.write(t))`
    const inside = ['netns', 'exec', segment.namespace('a'), process.execPath, '-e', ask]
    const scraped = execFileSync('ip', inside, { encoding: 'utf8' })
    expect(scraped).toContain('mmha_vrrp_state{instance="VI_1",state="MASTER"} 1\n')
    expect(scraped).toContain('mmha_vrrp_holds_address{instance="VI_1"} 1\n')
    expect(Number(/^mmha_vrrp_adverts_sent_total\{instance="VI_1"\} (\d+)$/m.exec(scraped)?.[1])).toBeGreaterThan(0)
    const written = readFileSync(file, 'utf8')
    expect(written.match(/^# TYPE .*/gm)).toEqual(scraped.match(/^# TYPE .*/gm))
  })
})
