import { existsSync, readdirSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { attempt, must } from './command.ts'
import type { LabHost, LabState } from './state.ts'
import { macOf } from './topology.ts'

export const BRIDGE = 'br0'
const NAMESPACES = '/run/netns'
/** linux/magic.h */
const NSFS_MAGIC = 0x6e736673

/** Argv that runs a command in a network namespace; unlike `ip netns exec`, it leaves /sys as it is. */
export function inNamespace(namespace: string, argv: readonly string[]): readonly [string, ...string[]] {
  return ['nsenter', `--net=${join(NAMESPACES, namespace)}`, '--', ...argv]
}

/** Whether this process already is in that network namespace. */
export function isInside(namespace: string): boolean {
  const path = join(NAMESPACES, namespace)
  if (!existsSync(path)) return false
  const [there, here] = [statSync(path), statSync('/proc/self/ns/net')]
  return there.ino === here.ino && there.dev === here.dev
}

/**
 * Makes the lab's namespace with its bridge. There is no default route and no forwarding: nothing in it reaches
 * anything outside. Hosts plug their cables in when they boot (runner.ts).
 */
export async function makeNetwork(namespace: string, controller: string): Promise<void> {
  await must(['ip', 'netns', 'add', namespace])
  await must(['ip', '-n', namespace, '-batch', '-'], {
    input: [
      'link set lo up',
      // Of its own: a bridge takes its lowest port's, so that one host's power loss would silence the controller.
      `link add ${BRIDGE} address ${macOf(BRIDGE, controller)} type bridge forward_delay 0 stp_state 0 mcast_snooping 0`,
      `addr add ${controller} brd + dev ${BRIDGE}`,
      `link set ${BRIDGE} up`,
      '',
    ].join('\n'),
  })
}

/** Whether it is a namespace, not only its name left over from before this machine's last boot. */
export function isNamespace(name: string): boolean {
  const path = join(NAMESPACES, name)
  return existsSync(path) && statfsSync(path).type === NSFS_MAGIC
}

/** Names of all network namespaces of this machine, half made ones too. */
export function namespaces(): readonly string[] {
  return existsSync(NAMESPACES) ? readdirSync(NAMESPACES) : []
}

/** Removes a namespace with all its interfaces; one that was only half made, too. */
export async function removeNamespace(name: string): Promise<void> {
  const result = await attempt(['ip', 'netns', 'del', name])
  if (result.code !== 0) rmSync(join(NAMESPACES, name), { force: true })
}

/** Processes in a namespace. */
export async function processesIn(namespace: string): Promise<readonly number[]> {
  const result = await attempt(['ip', 'netns', 'pids', namespace])
  return result.stdout.split('\n').filter(Boolean).map(Number)
}

/** File whose presence says that a host's cable is out, so that it stays out over a reboot. */
export function unpluggedMark(host: Pick<LabHost, 'run'>): string {
  return join(host.run, 'unplugged')
}

export function isUnplugged(host: Pick<LabHost, 'run'>): boolean {
  return existsSync(unpluggedMark(host))
}

/** Pulls a host's network cable: its NIC loses the carrier, and the host sees that. */
export async function cutCable(lab: LabState, host: LabHost): Promise<void> {
  writeFileSync(unpluggedMark(host), '')
  await must(['ip', '-n', lab.namespace, 'link', 'set', host.port, 'down'])
}

export async function plugCable(lab: LabState, host: LabHost): Promise<void> {
  rmSync(unpluggedMark(host), { force: true })
  await must(['ip', '-n', lab.namespace, 'link', 'set', host.port, 'up'])
  await untilForwarding(lab, host)
}

/** The kernel tells both ends of a carrier up to a second later (it limits how often). Gives up silently after 5 s. */
async function untilForwarding(lab: LabState, host: LabHost): Promise<void> {
  for (let attempts = 0; attempts < 100; attempts++) {
    const port = await must(['bridge', '-n', lab.namespace, 'link', 'show', 'dev', host.port])
    // A host that is off has no NIC.
    const nic = await attempt(['ip', '-n', host.machine, 'link', 'show', 'dev', host.nic])
    if (port.includes('state forwarding') && (nic.code !== 0 || nic.stdout.includes(' state UP '))) return
    await delay(50)
  }
}

/** Makes the switch drop all that a host sends or is sent; the host keeps its carrier and sees nothing of it. */
export async function silencePort(lab: LabState, host: LabHost): Promise<void> {
  await must(['bridge', '-n', lab.namespace, 'link', 'set', 'dev', host.port, 'state', 'disabled'])
}

/** Rules for nft that keep groups of bridge ports from each other; the controller still reaches all. */
export function partitionRules(groups: readonly (readonly string[])[]): string {
  const pairs = groups.flatMap((from, i) => groups.flatMap((to, j) => (i === j ? [] : [{ from, to }])))
  const set = (ports: readonly string[]) => `{ ${ports.map((port) => `"${port}"`).join(', ')} }`
  return [
    'add table bridge mmha',
    'delete table bridge mmha',
    'add table bridge mmha',
    'add chain bridge mmha forward { type filter hook forward priority 0; policy accept; }',
    ...pairs
      .filter(({ from, to }) => from.length > 0 && to.length > 0)
      .map(({ from, to }) => `add rule bridge mmha forward iifname ${set(from)} oifname ${set(to)} drop`),
    '',
  ].join('\n')
}

/**
 * Splits the network: hosts of different groups no longer reach each other, without any host losing its carrier.
 * Hosts that are in no group reach everyone. `heal` undoes it.
 */
export async function partition(lab: LabState, groups: readonly (readonly LabHost[])[]): Promise<void> {
  const rules = partitionRules(groups.map((group) => group.map((host) => host.port)))
  await must(inNamespace(lab.namespace, ['nft', '-f', '-']), { input: rules })
}

export async function heal(lab: LabState): Promise<void> {
  await must(inNamespace(lab.namespace, ['nft', '-f', '-']), {
    input: 'add table bridge mmha\ndelete table bridge mmha\n',
  })
}

/** Mount points under a folder, the deepest first, in the text of a mountinfo file. */
export function mountsUnder(folder: string, mountinfo: string): readonly string[] {
  return mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))))
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .reverse()
}

/** Unmounts everything under a folder. */
export async function unmountUnder(folder: string): Promise<void> {
  for (const path of mountsUnder(folder, readFileSync('/proc/self/mountinfo', 'utf8'))) {
    const plain = await attempt(['umount', path])
    // Still busy by a shell that stands in it: it goes when that shell does.
    if (plain.code !== 0) await must(['umount', '--lazy', path])
  }
}
