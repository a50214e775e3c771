import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MmhaEvent } from '../../src/events/event.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { attempt } from '../../src/lab/command.ts'
import { labDown } from '../../src/lab/down.ts'
import { hostNamed, killPower, powerOn, reboot } from '../../src/lab/faults.ts'
import { execIn, initOf, isOn } from '../../src/lab/machine.ts'
import { cutCable, heal, inNamespace, partition, plugCable } from '../../src/lab/network.ts'
import { sshArguments } from '../../src/lab/ssh-keys.ts'
import type { LabHost, LabState } from '../../src/lab/state.ts'
import { labUp } from '../../src/lab/up.ts'
import { LabCli } from './support/lab-cli.ts'
import { processesWith, remainsOf } from './support/remains.ts'

const NAME = 'labtest'
const inventory = loadInventory('inventories/lab.yml', { sshDefaults: () => null })
const events: MmhaEvent[] = []
const up = () =>
  labUp({ name: NAME, inventory, flavour: 'mysql-9.7', fallback: 'mariadb-11.8', sink: (event) => events.push(event) })
const down = () => labDown(NAME, (event) => events.push(event))

/** Runs sh on a host from its console; its stdout, trimmed. */
async function onHost(host: LabHost, script: string): Promise<string> {
  const { stdout, stderr, code } = await execIn(host, ['sh', '-c', script])
  if (code !== 0) throw new Error(`${host.name}: ${script}: ${code}: ${stderr}`)
  return stdout.trim()
}

async function reaches(from: LabHost, address: string): Promise<boolean> {
  return (await execIn(from, ['ping', '-c', '2', '-i', '0.2', '-W', '1', address])).code === 0
}

describe.skipIf(process.getuid?.() !== 0)('lab (needs root)', () => {
  afterAll(down)

  describe('hosts', () => {
    let lab: LabState
    let m1: LabHost
    let m2: LabHost
    let c1: LabHost

    beforeAll(async () => {
      await down()
      lab = await up()
      const named = (name: string) => hostNamed(lab, name)
      m1 = named('m1')
      m2 = named('m2')
      c1 = named('c1')
    })
    afterAll(down)

    it('with the image in the cache, it is up within 20 s', () => {
      const ready = events.find((event) => event.code === 'lab.up')
      expect(ready?.data?.seconds).toBeLessThan(events.some((e) => e.code === 'lab.image.build') ? 600 : 20)
    })

    it('up again is a no-op that says so', async () => {
      const inits = lab.hosts.map(initOf)
      events.length = 0
      await up()
      expect(events.map(({ code }) => code)).toEqual(['lab.up.already'])
      expect(lab.hosts.map(initOf)).toEqual(inits)
    })

    it('another server under the same name is refused', async () => {
      const other = labUp({ name: NAME, inventory, flavour: 'mariadb-10.11', fallback: null, sink: () => undefined })
      await expect(other).rejects.toMatchObject({ code: 'LAB_OTHER_SERVER', exit: 5 })
    })

    it('SSH lets the lab key in, and knows the host keys beforehand', async () => {
      for (const host of lab.hosts) {
        const ssh = ['ssh', ...sshArguments(lab.ssh, host.sshPort), `root@${host.address}`, 'hostname']
        expect((await attempt(inNamespace(lab.namespace, ssh))).stdout.trim()).toBe(host.name)
      }
    })

    it('neither hosts nor controller have a way out', async () => {
      const routes = await attempt(inNamespace(lab.namespace, ['ip', 'route']))
      expect(routes.stdout.trim()).toBe('10.77.0.0/24 dev br0 proto kernel scope link src 10.77.0.1')
      for (const host of lab.hosts) expect(await onHost(host, 'ip route')).not.toContain('default')
    })

    it('hosts are fresh: machine ids differ, no unit failed, no database', async () => {
      const ids = await Promise.all(lab.hosts.map((host) => onHost(host, 'cat /etc/machine-id')))
      expect(new Set(ids).size).toBe(3)
      for (const host of lab.hosts) {
        expect(await onHost(host, 'systemctl is-system-running')).toBe('running')
        expect(await onHost(host, 'ls -d /etc/mysql /var/lib/mysql /usr/sbin/m*d /usr/lib/mmha 2>/dev/null || :')).toBe(
          '',
        )
      }
    })

    it('a database host lets SSH in and rejects MySQL', async () => {
      const connect = (port: number) =>
        execIn(c1, ['bash', '-c', `exec 3<>/dev/tcp/${m1.address}/${port}`]).then(({ code }) => code === 0)
      expect(await connect(22)).toBe(true)
      expect(await connect(3306)).toBe(false)
      expect(await onHost(m1, 'iptables -S INPUT | tail -1')).toContain('REJECT')
    })

    it('the cable: the host sees that its carrier is gone, and that it is back', async () => {
      const carrier = () => onHost(m1, 'cat /sys/class/net/host0/carrier')
      await cutCable(lab, m1)
      expect(await carrier()).toBe('0')
      expect(await reaches(m2, m1.address)).toBe(false)
      await plugCable(lab, m1)
      expect(await carrier()).toBe('1')
      expect(await reaches(m2, m1.address)).toBe(true)
    })

    it('a partition splits the masters; the client and the controller still reach their side', async () => {
      await partition(lab, [[m1], [m2, c1]])
      expect(await reaches(m1, m2.address)).toBe(false)
      expect(await reaches(m2, m1.address)).toBe(false)
      expect(await reaches(c1, m2.address)).toBe(true)
      expect(await reaches(m1, '10.77.0.1')).toBe(true)
      await heal(lab)
      expect(await reaches(m1, m2.address)).toBe(true)
    })

    it('a reboot: another boot, the same disk, the persistent rules, none of the addresses of before', async () => {
      const boot = () => onHost(m1, 'cat /proc/sys/kernel/random/boot_id')
      const before = await boot()
      await onHost(m1, 'ip addr add 10.77.0.100/24 dev host0; iptables -F INPUT; echo kept >/var/lib/kept')
      await reboot(lab, m1)
      expect(await boot()).not.toBe(before)
      expect(await onHost(m1, 'cat /var/lib/kept')).toBe('kept')
      expect(await onHost(m1, 'ip -o -4 addr show host0')).not.toContain('10.77.0.100')
      expect(await onHost(m1, 'iptables -S INPUT')).toContain('--dport 22 -j ACCEPT')
    })

    it('power loss: connections fall silent, addresses are gone, the disk is there again', async () => {
      await onHost(m1, 'ip addr add 10.77.0.100/24 dev host0; echo kept >/var/lib/kept; sync /var/lib/kept')
      // Reads the banner, says so, then waits for what comes next: 1 would be the end of the connection, > 128 silence.
      const watching = execIn(c1, [
        'bash',
        '-c',
        `exec 3<>/dev/tcp/${m1.address}/22; read -r line <&3; : >/run/connected; read -r -t 3 line <&3; echo $?`,
      ])
      await onHost(c1, 'until [ -e /run/connected ]; do :; done; rm /run/connected')
      const { at } = await killPower(lab, m1)
      expect(Math.abs(Date.now() - at)).toBeLessThan(5000)
      expect(isOn(m1)).toBe(false)
      expect(await reaches(c1, '10.77.0.100')).toBe(false)
      expect(Number((await watching).stdout)).toBeGreaterThan(128)
      await expect(killPower(lab, m1)).rejects.toMatchObject({ code: 'LAB_HOST_OFF' })
      await powerOn(lab, m1)
      expect(await onHost(m1, 'cat /var/lib/kept')).toBe('kept')
      expect(await onHost(m1, 'ip -o -4 addr show host0')).not.toContain('10.77.0.100')
      expect(await reaches(c1, m1.address)).toBe(true)
    })

    it('the server installs from the repository, without a network', async () => {
      await onHost(m2, 'apt-get update -qq && apt-get install -y -qq mysql-server')
      expect(await onHost(m2, "mysql -N -e 'select 1'")).toBe('1')
      expect(await onHost(m2, 'systemctl is-system-running')).toBe('running')
    })

    it('down leaves nothing', async () => {
      expect(remainsOf(NAME)).not.toEqual([])
      await down()
      expect(remainsOf(NAME)).toEqual([])
    })
  })

  describe('a crash half-way', () => {
    const cli = new LabCli()
    beforeAll(() => cli.prepare())
    afterAll(() => cli.remove())
    const upAlone = (env: NodeJS.ProcessEnv = {}) =>
      cli.run(['up', 'inventories/lab.yml', '--name', NAME, '--fallback'], env)

    const moments = [0, 150, 250, 350, 450, 600, 800, 1000, 1200, 1500]
    it.each(moments)('`lab up` killed after %d ms: `lab down` leaves nothing', async (ms) => {
      const run = upAlone()
      await delay(ms)
      run.child.kill('SIGKILL')
      await run.ended
      await down()
      expect(remainsOf(NAME)).toEqual([])
    })

    it('killed while hosts boot: the next `lab up` clears up and comes up', async () => {
      const run = upAlone()
      await run.until(/boots at/)
      run.child.kill('SIGKILL')
      await run.ended
      expect(remainsOf(NAME)).not.toEqual([])
      events.length = 0
      const lab = await up()
      expect(events.map(({ code }) => code)).toContain('lab.cleared')
      expect(lab.hosts.every(isOn)).toBe(true)
      await down()
      expect(remainsOf(NAME)).toEqual([])
    })

    it('interrupted: it takes down what it had begun', async () => {
      // On a busy machine the lab may be up before the signal gets there: then it was not interrupted.
      for (let attempt = 0, code: number | null = 0; code === 0; attempt++) {
        expect(attempt).toBeLessThan(5)
        const run = upAlone()
        await run.until(/boots at/)
        run.child.kill('SIGINT')
        code = await run.ended
        if (code === 0) await labDown(NAME, () => undefined)
        else expect(code).toBe(130)
      }
      expect(remainsOf(NAME)).toEqual([])
    })

    it('killed while it makes an image: nothing runs on; who waited for the image makes it', async () => {
      const cache = mkdtempSync(join(tmpdir(), 'mmha-cache-'))
      try {
        const first = upAlone({ MMHA_CACHE: cache })
        await first.until(/extracting archives/)
        const second = cli.run(['up', 'inventories/lab.yml', '--name', `${NAME}2`, '--fallback'], { MMHA_CACHE: cache })
        await second.until(/waiting for it/)
        first.child.kill('SIGKILL')
        await first.ended
        await second.until(/^making the image/)
        const images = join(cache, 'images')
        const building = () => readdirSync(images).filter((name) => name.startsWith('.build-'))
        expect(building().every((name) => name.endsWith(`-${second.child.pid}`))).toBe(true)
        second.child.kill('SIGTERM')
        expect(await second.ended).toBe(130)
        expect(processesWith((line) => line.includes(cache))).toEqual([])
        expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(cache)
        for (const name of [NAME, `${NAME}2`]) {
          await labDown(name, () => undefined)
          expect(remainsOf(name)).toEqual([])
        }
      } finally {
        rmSync(cache, { recursive: true, force: true })
      }
      expect(existsSync(cache)).toBe(false)
    })
  })
})
