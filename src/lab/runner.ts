import { join } from 'node:path'
import { shellQuote } from '../modules/step.ts'
import { REPOSITORY_MOUNT } from './image-files.ts'
import { BRIDGE, unpluggedMark } from './network.ts'
import type { LabHost } from './state.ts'

export interface RunnerPlan {
  readonly host: LabHost
  /** The lab's namespace, with the bridge. */
  readonly namespace: string
  readonly cgroup: string
  /** The package repository on this machine. */
  readonly repository: string
}

/**
 * The sh program that is a host's hardware: it lays the cable, runs the machine, and does so again when the machine
 * reboots (nspawn ends with 133 then). Each boot gets a new network namespace, as a real one starts with no addresses,
 * no firewall rules and no connections; killed with the machine, none of it outlives a power loss either.
 */
export function runnerScript({ host, namespace, cgroup, repository }: RunnerPlan): string {
  const q = shellQuote
  const machine = q(host.machine)
  const nspawn = [
    'systemd-nspawn --quiet --boot --register=no --keep-unit --settings=no --link-journal=no',
    '--resolv-conf=off --timezone=off --console=read-only --capability=CAP_NET_ADMIN',
    `--machine=${machine} --hostname=${q(host.name)} --directory=${q(host.root)}`,
    `--network-namespace-path=/run/netns/${machine}`,
    `--bind-ro=${q(`${repository}:${REPOSITORY_MOUNT}`)}`,
  ].join(' \\\n    ')
  return `# Runs the lab host ${host.name}. Written by mmha lab; gone with \`mmha lab down\`.
set -eu
echo $$ >${q(join(cgroup, 'cgroup.procs'))}
# systemd 256 and later want the unified hierarchy also where this machine has the old one.
export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_LOCK=0
while :; do
  ip -n ${q(namespace)} link del ${q(host.port)} 2>/dev/null || :
  ip netns del ${machine} 2>/dev/null || :
  ip netns add ${machine}
  ip -n ${q(namespace)} link add ${q(host.port)} type veth \\
    peer name ${q(host.nic)} address ${host.mac} netns ${machine}
  ip -n ${q(namespace)} link set ${q(host.port)} master ${BRIDGE}
  [ -e ${q(unpluggedMark(host))} ] || ip -n ${q(namespace)} link set ${q(host.port)} up
  ip -n ${machine} -batch - <<'EOF'
link set lo up
${host.addresses.map((address) => `addr add ${address} brd + dev ${host.nic}`).join('\n')}
link set ${host.nic} up
EOF
  status=0
  ${nspawn} || status=$?
  [ "$status" = 133 ] || exit "$status"
done
`
}
