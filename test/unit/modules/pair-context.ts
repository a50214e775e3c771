import { execFileSync } from 'node:child_process'
import type { HostFacts, ServerFacts } from '../../../src/hosts/host-facts.ts'
import type { Host, Inventory } from '../../../src/inventory/inventory.ts'
import type { PlanContext } from '../../../src/modules/module.ts'
import { masked, revealed, type Step } from '../../../src/modules/step.ts'

export const MYSQL: ServerFacts = { flavour: 'mysql', version: '9.7.4', running: true, unit: 'mysql' }
export const MARIADB: ServerFacts = { flavour: 'mariadb', version: '10.11.19-MariaDB', running: true, unit: 'mariadb' }

function host(index: 0 | 1): Host {
  const address = `10.77.0.1${index + 1}`
  return {
    name: `m${index + 1}`,
    index,
    address,
    replicationAddress: address,
    nic: 'host0',
    ssh: { host: address, port: 22, user: 'root', keys: [], password: null, knownHosts: [] },
  }
}

export const M1 = host(0)
export const M2 = host(1)

export const INVENTORY: Inventory = {
  file: 'pair.yml',
  name: 'pair',
  vip: { address: '10.77.0.100', prefix: 24, label: null },
  masters: [M1, M2],
  client: null,
  clients: ['10.77.0.0/24'],
  server: { flavour: 'auto', package: null, port: 3306, settings: {} },
  replication: { mode: 'gtid', user: 'mmha_repl', password: null, connectRetry: 1, semiSyncTimeout: 1000 },
  policy: 'availability',
  witness: [],
  vrrp: {
    version: 3,
    virtualRouterId: 100,
    advertInterval: 0.5,
    authPass: null,
    priorities: [254, 253],
    mode: 'multicast',
  },
  notify: { command: null, mail: [] },
  keepalived: { engine: 'bundled', source: null, sha256: null },
}

export function hostFacts(address: string, server: ServerFacts | null, changes: Partial<HostFacts> = {}): HostFacts {
  return {
    os: { id: 'debian', idLike: [], version: '13', codename: 'trixie' },
    arch: 'x86_64',
    glibc: '2.41',
    init: 'systemd',
    packageManager: 'apt',
    nics: [{ name: 'host0', up: true, mac: '52:54:00:00:00:01', addresses: [`${address}/24`] }],
    uid: 0,
    sudo: true,
    hostname: 'host',
    server,
    ...changes,
  }
}

/** What a planner sees on m1; `theirs` are m2's facts. */
export function context<F>(
  server: ServerFacts | null,
  mine: F,
  theirs: F,
  changes: Partial<PlanContext<F>> = {},
): PlanContext<F> {
  return {
    inventory: INVENTORY,
    host: M1,
    peer: M2,
    facts: hostFacts(M1.address, server),
    peerFacts: hostFacts(M2.address, server),
    mine,
    theirs,
    taskId: 'play/task',
    taskName: 'the task',
    ...changes,
  }
}

/** The same, seen from m2. */
export function fromPeer<F>(seen: PlanContext<F>): PlanContext<F> {
  return {
    ...seen,
    host: seen.peer,
    peer: seen.host,
    facts: seen.peerFacts,
    peerFacts: seen.facts,
    mine: seen.theirs,
    theirs: seen.mine,
  }
}

/** Steps as a person reads them, for golden files. */
export function written(steps: readonly Step[]): string {
  const one = (step: Step): string => {
    const undo = 'none' in step.undo ? `none: ${step.undo.none}\n` : masked(step.undo)
    const last = step.undoLast === undefined ? '' : `---- undo, at the end\n${masked(step.undoLast)}`
    return `==== ${step.id} on ${step.host}: ${step.title} [impact: ${step.impact}]\n${step.diff}\n---- run\n${masked(step.run)}---- undo\n${undo}${last}`
  }
  return steps.map(one).join('\n')
}

/** Every script that a step would run is sh, secrets and all. @throws when it isn't */
export function checkSh(steps: readonly Step[]): void {
  for (const step of steps) {
    shSyntax(revealed(step.run))
    if (!('none' in step.undo)) shSyntax(revealed(step.undo))
    if (step.undoLast !== undefined) shSyntax(revealed(step.undoLast))
  }
}

export function shSyntax(text: string): void {
  execFileSync('dash', ['-n'], { input: text, stdio: ['pipe', 'ignore', 'pipe'] })
}
