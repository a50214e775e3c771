import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect } from 'vitest'
import { Segment } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

/** What is tracked, from the file's words to the packets on the wire. */

const instance = (name: string, vrid: number, lines: readonly string[]): string =>
  [
    `vrrp_instance ${name} {`,
    '  state BACKUP',
    '  interface eth0',
    `  virtual_router_id ${vrid}`,
    '  priority 100',
    '  version 3',
    '  advert_int 0.5',
    ...lines.map((line) => `  ${line}`),
    '  virtual_ipaddress {',
    `    10.99.7.${vrid}/24`,
    '  }',
    '}',
    '',
  ].join('\n')

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** The first advert of this priority that is sent from now on. */
async function advertised(segment: Segment, priority: number): Promise<void> {
  await segment.advert((advert) => advert.priority === priority, segment.adverts().length)
}

describe.skipIf(reason !== null)('trackers on the wire', { concurrent: true }, () => {
  wireTest(
    'a process, an interface and a file weigh; without a weight they are a fault',
    async ({ segment, daemons }) => {
      const program = join(daemons.dir, `mw${process.pid}`)
      copyFileSync('/bin/sleep', program)
      const run = async (): Promise<ChildProcess> => {
        const child = spawn(program, ['300'], { stdio: 'ignore' })
        children.push(child)
        await once(child, 'spawn')
        return child
      }
      const first = await run()
      const number = join(daemons.dir, 'number')
      const text = [
        `vrrp_track_process worker {\n  process mw${process.pid}\n  weight 20\n}`,
        `track_file number {\n  file ${number}\n  init_file 3\n  weight 1 reverse\n}`,
        instance('VI_1', 51, [
          'track_process {\n worker\n }',
          'track_file {\n number\n }',
          'track_interface {\n eth9 weight -30\n }',
        ]),
      ].join('\n')
      const daemon = daemons.oursWith('a', text)
      await advertised(segment, 100 + 20 - 3 - 30)
      segment.addInterface('a', 'eth9')
      await advertised(segment, 100 + 20 - 3)
      first.kill('SIGKILL')
      await advertised(segment, 100 - 3)
      writeFileSync(number, '-7\n')
      await advertised(segment, 100 + 7)
      await run()
      await advertised(segment, 100 + 20 + 7)
      // -254 and less is a fault, whatever the weight.
      writeFileSync(number, '254\n')
      await daemon.log.line(/\(VI_1\) FAULT because of file number: .*number is 254/)
      expect(daemon.status().state).toBe('FAULT')
    },
  )

  wireTest('a sync group moves as one, also between ours and keepalived', async ({ segment, daemons }) => {
    const group = (track: string): string => `vrrp_sync_group G1 {\n group {\n VI_1\n VI_2\n }\n${track}}\n`
    const number = join(daemons.dir, 'number')
    writeFileSync(number, '0\n')
    const file = `track_file number {\n  file ${number}\n  weight 0\n}\n`
    const own = file + group(' track_file {\n number\n }\n')
    const ours = daemons.oursWith('a', own + instance('VI_1', 61, []) + instance('VI_2', 62, []))
    await ours.log.line(/\(VI_1\) Entering MASTER STATE/)
    await ours.log.line(/\(VI_2\) Entering MASTER STATE/)
    const both = group('') + instance('VI_1', 61, []) + instance('VI_2', 62, [])
    const theirs = daemons.keepalivedWith('b', both.replaceAll('priority 100', 'priority 90'))
    await theirs.log.line(/\(VI_1\) Entering BACKUP STATE/)
    await theirs.log.line(/\(VI_2\) Entering BACKUP STATE/)
    const seen = segment.adverts().length
    await segment.advert(() => segment.adverts().length > seen + 4, seen)
    writeFileSync(number, '1\n')
    await ours.log.line(/\(VI_1\) FAULT because of file number/)
    await ours.log.line(/\(VI_2\) Entering FAULT STATE/)
    await theirs.log.line(/\(VI_1\) Entering MASTER STATE/)
    await theirs.log.line(/\(VI_2\) Entering MASTER STATE/)
    writeFileSync(number, '0\n')
    const again = (name: string): Promise<string> =>
      ours.log.until(() => {
        const all = ours.log.lines.filter((line) => line.includes(`(${name}) Entering MASTER STATE`))
        return all[1]
      }, `${name} master again`)
    await again('VI_1')
    await again('VI_2')
    await theirs.log.until(
      () =>
        theirs.log.lines.filter((line) => /\(VI_[12]\) Entering BACKUP STATE/.test(line)).length >= 4
          ? true
          : undefined,
      'both backup again',
    )
  })

  wireTest(
    'a delayed start, a source address that is tracked, and the delays of an interface',
    async ({ segment, daemons }) => {
      const text = [
        'global_defs {\n  vrrp_startup_delay 6\n}',
        'interface_up_down_delays {\n  eth9 30 0\n}',
        instance('VI_1', 51, [`mcast_src_ip ${Segment.address('a')}`, 'track_src_ip', 'track_interface {\n eth9\n }']),
      ].join('\n')
      segment.addInterface('a', 'eth9')
      const daemon = daemons.oursWith('a', text)
      await daemon.log.line(/\(VI_1\) Delaying the start by/)
      await daemon.log.line(/\(VI_1\) Entering MASTER STATE/)
      segment.ip('a', 'link', 'set', 'eth9', 'down')
      segment.ip('a', 'addr', 'del', `${Segment.address('a')}/24`, 'dev', 'eth0')
      // The address counts at once; the interface would in half a minute.
      const fault = await daemon.log.line(/\(VI_1\) FAULT because of/)
      expect(fault).not.toContain('eth9')
      segment.ip('a', 'addr', 'add', `${Segment.address('a')}/24`, 'dev', 'eth0')
      await daemon.log.until(
        () => daemon.log.lines.filter((line) => /\(VI_1\) Entering MASTER STATE/.test(line))[1],
        'master again',
      )
    },
  )
})
