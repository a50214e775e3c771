import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { configText, type Daemon, type Daemons } from './daemon.ts'
import { LineLog } from './line-log.ts'
import type { HostName, Segment } from './segment.ts'
import { VIP } from './segment.ts'
import { reason, wireTest } from './wire-test.ts'

const flavour = { version: 3, advertInterval: 0.5, nopreempt: true, lease: 1 } as const
const OTHER = '10.99.7.101'
/** Debian's aiosmtpd. */
const RELAY = new URL('../fixtures/notify/relay.py', import.meta.url).pathname

/** Reloads with another text and waits until the daemon says that it runs on it. */
async function reload(daemons: Daemons, daemon: Daemon, text: string, said: RegExp): Promise<void> {
  const lines = daemon.log.lines.length
  writeFileSync(join(daemons.dir, 'daemon-1.conf'), text)
  daemon.signal('SIGHUP')
  await daemon.log.line(said, lines)
}

function addresses(segment: Segment, host: HostName): string {
  return execFileSync('ip', ['-n', segment.namespace(host), '-o', '-4', 'addr', 'show', 'dev', 'eth0'], {
    encoding: 'utf8',
  })
}

async function untilSays(daemon: Daemon, look: () => boolean, what: string): Promise<void> {
  await daemon.log.until(() => (look() ? true : undefined), what)
}

describe.skipIf(reason !== null)('reload', { concurrent: true }, () => {
  const text = configText({ ...flavour, priority: 254 })

  wireTest(
    'what did not change keeps its state and address; priority and interval change on the spot',
    async ({ segment, daemons }) => {
      const holder = daemons.oursWith('a', text)
      await holder.enters('MASTER')
      await segment.vip('a', true)
      await reload(daemons, holder, text, /Reload: configuration is unchanged/)
      await reload(
        daemons,
        holder,
        configText({ ...flavour, priority: 200, advertInterval: 0.2 }),
        /Reload: changed VI_1/,
      )
      const lowered = await segment.advert(({ priority }) => priority === 200)
      const seen = segment.adverts().length
      await segment.advert(() => true, seen + 4)
      expect(holder.status()).toMatchObject({ state: 'MASTER', vip: 'held', priority: 200 })
      expect(segment.adverts().every(({ priority }) => priority > 0)).toBe(true)
      expect(segment.holdings()).toHaveLength(1)
      const after = segment.adverts().filter(({ at }) => at > lowered.at)
      // Five at the new interval take less than two at the old one.
      expect((after.at(-1)?.at ?? 0) - lowered.at).toBeLessThan(0.5 * after.length)
    },
  )

  wireTest('mail and scripts that wait are not lost', async ({ segment, daemons }) => {
    const log = join(daemons.dir, 'told')
    const told = (port: number) => `global_defs {
  notification_email {
    dba@example.com
  }
  smtp_server 127.0.0.1 ${port}
  smtp_alert
}
${text.replace('priority 254', `priority 254\n  notify_master "/bin/sh -c 'echo slow >> ${log}; sleep 4; echo end >> ${log}'"\n  notify "/bin/sh -c 'echo notify >> ${log}'"`)}`
    const daemon = daemons.oursWith('a', told(1))
    await daemon.enters('MASTER')
    await daemon.log.line(/mail "VRRP Instance VI_1 - Entering BACKUP state" is not sent yet: .*ECONNREFUSED/)
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toMatch(/slow\n$/), 5_000)
    const child = segment.spawn('a', '/usr/bin/python3', RELAY, 'no', '-', '-', '-', '-')
    const relay = new LineLog(child.stdout, child.stderr)
    const { port } = JSON.parse(await relay.line(/^\{"port"/)) as { port: number }
    await reload(daemons, daemon, told(port), /Reload: checks and notification start anew/)
    await relay.line(/Entering MASTER state/)
    const lines = () => readFileSync(log, 'utf8').trim().split('\n').sort()
    await vi.waitFor(() => expect(lines()).toEqual(['end', 'notify', 'notify', 'slow'].sort()), 10_000)
    expect(daemon.log.lines.filter((line) => /was not sent|is not run/.test(line))).toEqual([])
  })

  wireTest('a file with errors is refused with the reason, and the old one stays', async ({ segment, daemons }) => {
    // A script without script security is -t's exit code 6, and no error.
    const warned = text.replace('  nopreempt', '  nopreempt\n  notify /bin/true')
    const holder = daemons.oursWith('a', warned)
    await holder.enters('MASTER')
    await reload(daemons, holder, 'vrrp_instance VI_1 {\n', /Reload refused/)
    await reload(daemons, holder, warned.replace('priority 254', 'priority many'), /Reload refused/)
    expect(holder.log.lines.join('\n')).toMatch(/daemon-1\.conf:8:12 error: priority/)
    expect(holder.status()).toMatchObject({ state: 'MASTER', priority: 254 })
    expect(segment.holdings()).toHaveLength(1)
  })

  wireTest('script security: what it refuses is mended by the command that it names', async ({ daemons }) => {
    const told = join(daemons.dir, 'told')
    const script = join(daemons.dir, 'tell.sh')
    mkdirSync(told)
    writeFileSync(script, `#!/bin/sh\nid -un > ${told}/$3\n`)
    chmodSync(daemons.dir, 0o755)
    for (const open of [script, told]) chmodSync(open, 0o777)
    const secured = (user: string) =>
      text
        .replace('global_defs {', `global_defs {\n  enable_script_security\n  script_user ${user}`)
        .replace('nopreempt', `nopreempt\n  notify ${script}`)
    const ran = (state: string) => (existsSync(join(told, state)) ? readFileSync(join(told, state), 'utf8') : '')
    const holder = daemons.oursWith('a', secured('nobody'))
    // Everyone's, and not refused: it does not run as root.
    await vi.waitFor(() => expect(ran('MASTER')).toBe('nobody\n'), 15_000)
    const mend = `chmod o-w ${script}`
    const refused = `notify of VI_1: not run as root: everyone can write to ${script} (${mend})`
    const standby = daemons.oursWith('b', secured('root'))
    await standby.enters('BACKUP')
    expect(standby.log.lines.join('\n')).toContain(refused)
    expect(await standby.log.line(/is not run: script security/)).toContain(`(${mend})`)
    const before = holder.log.lines.length
    await reload(daemons, holder, secured('root'), /Reload refused/)
    expect(holder.log.lines.slice(before).join('\n')).toContain(refused)
    execFileSync('/bin/sh', ['-c', mend])
    await reload(daemons, holder, secured('root'), /Starting Healthcheck child process/)
    holder.signal('SIGTERM')
    await vi.waitFor(() => expect(ran('MASTER')).toBe('root\n'), 15_000)
    expect(ran('BACKUP')).toBe('nobody\n')
  })

  wireTest('an address comes and goes on the holder, and the others stay', async ({ segment, daemons }) => {
    const holder = daemons.oursWith('a', text)
    await holder.enters('MASTER')
    await segment.vip('a', true)
    const both = text.replace(`${VIP}/24`, `${VIP}/24\n    ${OTHER}/24`)
    await reload(daemons, holder, both, /Starting Healthcheck child process/)
    expect(addresses(segment, 'a')).toContain(OTHER)
    await reload(daemons, holder, text, /Starting Healthcheck child process/)
    expect(addresses(segment, 'a')).not.toContain(OTHER)
    expect(holder.status()).toMatchObject({ state: 'MASTER', vip: 'held' })
    expect(segment.holdings()).toHaveLength(1)
  })

  wireTest(
    'an instance comes, becomes another, and goes; the first one hears nothing of it',
    async ({ segment, daemons }) => {
      const holder = daemons.oursWith('a', text)
      await holder.enters('MASTER')
      const second = (vrid: number): string =>
        text
          .slice(text.indexOf('vrrp_instance'))
          .replace('VI_1', 'VI_2')
          .replace('virtual_router_id 51', `virtual_router_id ${vrid}`)
          .replace(VIP, OTHER)
      const lines = holder.log.lines.length
      await reload(daemons, holder, text + second(61), /Reload: added VI_2/)
      await holder.log.line(/\(VI_2\) Entering MASTER STATE/, lines)
      const before = holder.log.lines.length
      await reload(daemons, holder, text + second(62), /Reload: replaced VI_2/)
      await holder.log.line(/\(VI_2\) Entering MASTER STATE/, before)
      await untilSays(holder, () => addresses(segment, 'a').includes(OTHER), 'the second address')
      await reload(daemons, holder, text, /Starting Healthcheck child process/)
      expect(addresses(segment, 'a')).not.toContain(OTHER)
      expect(segment.holdings()).toHaveLength(1)
      expect(holder.log.lines.filter((line) => /\(VI_1\) Entering/.test(line))).toHaveLength(2)
    },
  )
})
