import type { DatabaseStatus, InstanceStatus } from '../keepalived/process/status.ts'
import { FactLines } from '../modules/fact-lines.ts'
import { KEEPALIVED_UNIT, ROLE_SCRIPT } from '../modules/keepalived-engine.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import type { NodeStatus } from './pair-status.ts'

/** Asked where keepalived itself runs. */
export const PLAIN_STATUS = `if [ -e ${MARK} ]; then
  echo "holds half a copy ($(cat ${MARK})): mmha rejoin begins it afresh" >&2
elif systemctl is-active --quiet ${KEEPALIVED_UNIT}; then ${ROLE_SCRIPT} status
else echo 'keepalived does not run' >&2; fi`

/** As templates/role.sh.hbs says it; what else sets a server aside is what it has alone. */
const HAS_LOST = /that this server wrote and has lost/

/** What stands for `mmha-keepalived ctl COMMAND` there. */
export function plainCommand(command: string): string {
  if (command === 'switch') return `${ROLE_SCRIPT} handover`
  return `echo 'only mmha-keepalived can do that: the inventory says keepalived itself (docs/engines.md)'; exit 1`
}

/** As our daemon would say it, as far as a script can know; what it can't is null, or as if all were well. */
export function plainStatus(host: string, address: string, output: string): NodeStatus {
  const facts = new FactLines(output)
  const journal = 'journalctl -u keepalived -t mmha-role'
  const number = (name: string): number | null => {
    const text = facts.text(name) ?? ''
    return /^\d+$/.test(text) ? Number(text) : null
  }
  const holds = facts.flag('holds')
  const unfit = facts.text('unfit')?.trim() ?? ''
  const apart = facts.text('apart')?.trim() ?? ''
  const closed = facts.text('closed') ?? ''
  const peer = facts.text('peer') ?? ''
  const instance: InstanceStatus = {
    name: 'MMHA',
    state: holds ? 'MASTER' : unfit === '' ? 'BACKUP' : 'FAULT',
    vip: holds ? 'held' : 'none',
    addresses: [],
    interface: '',
    priority: 0,
    gate: { open: unfit === '', reason: unfit },
    trackers: [],
    checkWorker: true,
    lastTransition: 0,
    master: null,
    counters: {
      advertsSent: 0,
      advertsReceived: 0,
      becameMaster: 0,
      releasedMaster: 0,
      priorityZeroSent: 0,
      priorityZeroReceived: 0,
      sendErrors: 0,
      faults: {},
      latestMs: 0,
      longestRenewalMs: 0,
    },
  }
  const database: DatabaseStatus = {
    instance: instance.name,
    up: closed !== '',
    holder: holds,
    writable: closed === '' ? null : closed === 'no',
    epoch: number('epoch'),
    peer: peer === '' ? 'down' : 'up',
    replicates: facts.text('threads') === 'YesYes',
    refusal: null,
    secondsBehind: number('behind'),
    transactionsBehind: null,
    mayLack: null,
    commitsWait: facts.text('semi_sync') === 'ON' && (number('standbys') ?? 0) > 0,
    standbys: number('standbys'),
    // The server ends its waiting by itself, and nobody writes that down: there is nothing to be caught up with.
    enforced: true,
    quarantine: apart === '' ? null : { standing: HAS_LOST.test(apart) ? 'rolled-back' : 'diverged', why: apart },
  }
  const status = {
    pid: 0,
    version: '',
    maintenance: false,
    instances: [instance],
    virtualServers: [],
    databases: [database],
  }
  return { host, address, status, problem: null, journal }
}
