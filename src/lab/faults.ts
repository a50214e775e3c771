import { rmSync } from 'node:fs'
import { EXIT, MmhaError } from '../events/error.ts'
import { cgroupOf, killCgroup, removeCgroups, untilEmpty } from './cgroup.ts'
import { attempt } from './command.ts'
import { execIn, hostOff, initOf, isOn, startMachine, untilUp } from './machine.ts'
import { isUnplugged, removeNamespace, silencePort } from './network.ts'
import type { LabHost, LabState } from './state.ts'

/** ms */
const BOOT_TIMEOUT = 90_000

/** The host of that name. @throws MmhaError exit 4 that names the hosts there are. */
export function hostNamed(lab: LabState, name: string): LabHost {
  const host = lab.hosts.find((each) => each.name === name || each.address === name)
  if (host !== undefined) return host
  throw new MmhaError(`the lab ${lab.name} has no host ${name}`, {
    code: 'LAB_NO_HOST',
    source: 'user',
    exit: EXIT.invalid,
    hint: `its hosts: ${lab.hosts.map((each) => each.name).join(', ')}`,
  })
}

/**
 * Power loss: the switch port falls silent, so that no connection is closed politely, and every process of the host dies
 * at the same moment. What the host had written but not yet synced survives, as this machine's page cache does: a
 * missing fsync is *not* found by it.
 * @returns time of the kill, ms since the epoch with fractions. Resolves when the host is gone, its addresses with it.
 */
export async function killPower(lab: LabState, host: LabHost): Promise<{ readonly at: number }> {
  if (!isOn(host)) throw hostOff(host)
  const cgroup = cgroupOf(host.machine)
  await silencePort(lab, host)
  const at = performance.timeOrigin + performance.now()
  killCgroup(cgroup)
  await untilEmpty(cgroup, 20_000)
  await unplugRemains(lab, host)
  return { at }
}

/** Switches a host on that was off: it boots from the disk that it had. Resolves when it is up. */
export async function powerOn(lab: LabState, host: LabHost): Promise<void> {
  if (isOn(host)) return
  await unplugRemains(lab, host)
  const runner = startMachine(lab, host)
  await untilUp(lab, host, { timeout: BOOT_TIMEOUT, runner, ssh: !isUnplugged(host) })
}

/** Shuts a host down in order, as its power button does. Resolves when it is off. */
export async function shutDown(lab: LabState, host: LabHost): Promise<void> {
  if (!isOn(host)) return
  await execIn(host, ['systemctl', 'poweroff'])
  await untilEmpty(cgroupOf(host.machine), BOOT_TIMEOUT)
  await unplugRemains(lab, host)
}

/** Reboots a host in order. Resolves when it is up again; it starts without the addresses and rules of before. */
export async function reboot(lab: LabState, host: LabHost): Promise<void> {
  const previous = initOf(host)
  if (previous === null) throw hostOff(host)
  await execIn(host, ['systemctl', 'reboot'])
  await untilUp(lab, host, { timeout: BOOT_TIMEOUT, previous, ssh: !isUnplugged(host) })
}

/** A host that is off has no NIC and no cgroup. */
async function unplugRemains(lab: LabState, host: LabHost): Promise<void> {
  await attempt(['ip', '-n', lab.namespace, 'link', 'del', host.port])
  await removeNamespace(host.machine)
  removeCgroups((name) => name === host.machine)
  rmSync(`/run/systemd/nspawn/propagate/${host.machine}`, { recursive: true, force: true })
}
