import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Daemon } from './daemon.ts'
import { LineLog } from './line-log.ts'
import type { HostName, Segment } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

/** Version 2, no authentication, priority 10, the address 10.99.7.VRID. */
const ADVERT = `
import socket, struct, sys
vrid = int(sys.argv[1])
body = lambda check: struct.pack('!BBBBBBH4s8s', 0x21, vrid, 10, 1, 0, 1, check, bytes([10, 99, 7, vrid]), bytes(8))
total = sum(struct.unpack('!10H', body(0)))
total = (total & 0xffff) + (total >> 16)
out = socket.socket(socket.AF_INET, socket.SOCK_RAW, 112)
out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b'eth0')
out.sendto(body(~total & 0xffff), ('224.0.0.18', 0))
`

/** Two instances in a group, one alone whose priority a file changes; VRIDs from `first` on. */
function text(first: number, dir: string, fifo: string): string {
  const instance = (name: string, offset: number, more = '') => `
vrrp_instance ${name} {
  state BACKUP
  interface eth0
  virtual_router_id ${first + offset}
  priority 100
  advert_int 1
  ${more}
  virtual_ipaddress {
    10.99.7.${first + offset}/24
  }
}`
  return `global_defs {
  router_id wire
  ${fifo}
}
vrrp_track_file weigh {
  file ${dir}/weigh
}
vrrp_sync_group G {
  group {
    A
    B
  }
}
${instance('A', 0)}
${instance('B', 1)}
${instance('C', 2, 'notify_priority_changes\n  track_file {\n    weigh weight 1\n  }')}
`
}

/** Reads a FIFO from a host, from before its writer has made it. */
function reader(segment: Segment, host: HostName, fifo: string): LineLog {
  const script = 'mkfifo "$1" && exec cat <>"$1"'
  return new LineLog(segment.spawn(host, 'sh', '-c', script, 'reader', fifo).stdout)
}

/** Starts alone, becomes master, changes its priority, stops. @returns what the FIFO told of each */
async function life(
  segment: Segment,
  host: HostName,
  dir: string,
  start: (config: string) => Daemon,
  first: number,
): Promise<Record<string, string[]>> {
  writeFileSync(join(dir, 'weigh'), '0\n')
  const fifo = join(dir, 'fifo')
  const told = reader(segment, host, fifo)
  const daemon = start(text(first, dir, `vrrp_notify_fifo ${fifo}`))
  await told.line(/"G" MASTER/, 0, 30_000)
  await told.line(/"C" MASTER/, 0, 30_000)
  writeFileSync(join(dir, 'weigh'), '7\n')
  await told.line(/"C" MASTER_PRIORITY/)
  daemon.signal('SIGTERM')
  await daemon.exited()
  await told.line(/"C" STOP/)
  await told.line(/"G" STOP/)
  return Object.fromEntries(
    ['INSTANCE "A"', 'INSTANCE "B"', 'INSTANCE "C"', 'GROUP "G"'].map((who) => [
      who,
      told.lines.filter((line) => line.startsWith(who)),
    ]),
  )
}

wireTest.skipIf(reason !== null)('FIFOs say what keepalived says', async ({ segment, daemons }) => {
  const [ours, theirs] = [join(daemons.dir, 'ours'), join(daemons.dir, 'theirs')]
  for (const dir of [ours, theirs]) mkdirSync(dir)
  const [one, other] = await Promise.all([
    life(segment, 'a', ours, (config) => daemons.oursWith('a', config), 101),
    life(segment, 'b', theirs, (config) => daemons.keepalivedWith('b', config), 111),
  ])
  expect(one).toEqual(other)
})

const ALONE = (instances: string, fifo: string) =>
  `global_defs {\n  router_id wire\n  vrrp_notify_fifo ${fifo}\n}\n${instances}`
const ONE = (name: string, id: number, more = '') =>
  `vrrp_instance ${name} {\n  interface eth0\n  virtual_router_id ${id}\n  priority 90\n  ${more}\n  virtual_ipaddress {\n    10.99.7.${id}/24\n  }\n}\n`

wireTest.skipIf(reason !== null)(
  'an instance that a reload removes is told as keepalived tells it',
  async ({ segment, daemons }) => {
    const removals = async (host: HostName, first: number): Promise<string[]> => {
      const dir = join(daemons.dir, `removal-${host}`)
      mkdirSync(dir)
      const fifo = join(dir, 'fifo')
      const told = reader(segment, host, fifo)
      const kept = ONE('K', first)
      const gone = `${ONE('X', first + 1)}${ONE('Y', first + 2, 'notify_deleted')}`
      const before = ALONE(kept + gone, fifo)
      const body = join(dir, 'body.conf')
      writeFileSync(body, before)
      const include = `include ${body}\n`
      const daemon = host === 'a' ? daemons.oursWith(host, include) : daemons.keepalivedWith(host, include)
      for (const name of ['K', 'X', 'Y']) await told.line(new RegExp(`"${name}" MASTER`), 0, 30_000)
      const since = told.lines.length
      writeFileSync(body, ALONE(kept, fifo))
      daemon.signal('SIGHUP')
      for (const name of ['X', 'Y']) await told.line(new RegExp(`INSTANCE "${name}"`), since, 30_000)
      return told.lines
        .slice(since)
        .filter((line) => !line.startsWith('INSTANCE "K"'))
        .sort()
    }
    const [ours, theirs] = await Promise.all([removals('a', 121), removals('b', 131)])
    expect(ours).toEqual(theirs)
    expect(ours).toEqual(['INSTANCE "X" FAULT 90', 'INSTANCE "Y" DELETED 90'])
  },
)

wireTest.skipIf(reason !== null)(
  'a lower priority that the master hears is told as keepalived tells it',
  async ({ segment, daemons }) => {
    const hears = async (host: HostName, id: number): Promise<string> => {
      const other = host === 'a' ? 'b' : 'a'
      const dir = join(daemons.dir, `lower-${host}`)
      mkdirSync(dir)
      const fifo = join(dir, 'fifo')
      const told = reader(segment, host, fifo)
      const ran = join(dir, 'ran')
      const script = join(dir, 'lower.sh')
      writeFileSync(script, `#!/bin/sh\necho ran > ${ran}\n`, { mode: 0o755 })
      const text = ALONE(ONE('M', id, `notify_master_rx_lower_pri ${script}`), fifo)
      if (host === 'a') daemons.oursWith(host, text)
      else daemons.keepalivedWith(host, text)
      await told.line(/"M" MASTER 90/, 0, 30_000)
      // One advert of priority 10, from a router that knows no better.
      segment.spawn(other, '/usr/bin/python3', '-c', ADVERT, `${id}`)
      const line = await told.line(/RX_LOWER/, 0, 30_000)
      await expect.poll(() => existsSync(ran), { timeout: 20_000 }).toBe(true)
      return line
    }
    expect(await hears('a', 141)).toBe(await hears('b', 151))
  },
)
