import type { Config, VrrpInstance } from '../config/config.ts'
import type { InstanceStatus } from '../process/status.ts'
import { errorCounts } from './error-counts.ts'
import { shownAddress } from './shown-address.ts'

/** keepalived's numbers for states; the RFC's states, and FAULT. */
export const STATE_NUMBER = { INIT: 0, BACKUP: 1, MASTER: 2, FAULT: 3, STOP: 98 } as const
const AUTH_TYPE = { PASS: 1, AH: 2 } as const

/** What SIGJSON writes: keepalived's /tmp/keepalived.json, with its names, types and order. Never a password. */
export function jsonDump(config: Config, instances: readonly InstanceStatus[]): string {
  const dump = instances.flatMap((status) => {
    const instance = config.instances.find(({ name }) => name === status.name)
    return instance === undefined ? [] : [{ data: dataOf(config, instance, status), stats: statsOf(status) }]
  })
  return JSON.stringify(dump)
}

function dataOf(config: Config, instance: VrrpInstance, status: InstanceStatus): Record<string, unknown> {
  const { election } = instance
  const scripts = config.scripts.filter(({ name }) => instance.trackScripts.some((tracked) => tracked.name === name))
  return {
    iname: instance.name,
    dont_track_primary: Number(instance.dontTrackPrimary),
    skip_check_adv_addr: 0,
    strict_mode: 0,
    vmac_ifname: '',
    ifp_ifname: instance.interface,
    master_priority: status.state === 'MASTER' ? 0 : (status.master?.priority ?? 0),
    last_transition: status.lastTransition / 1000,
    garp_delay: instance.garpMasterDelay,
    garp_refresh: instance.garpMasterRefresh,
    garp_rep: instance.garpMasterRepeat,
    garp_refresh_rep: instance.announcement.refreshRepeat,
    garp_lower_prio_delay: instance.announcement.lowerPrioDelay,
    garp_lower_prio_rep: instance.announcement.lowerPrioRepeat,
    lower_prio_no_advert: Number(election.lowerPrioNoAdvert),
    higher_prio_send_advert: Number(election.higherPrioSendAdvert),
    vrid: instance.virtualRouterId,
    base_priority: instance.priority,
    effective_priority: status.priority,
    vipset: status.vip === 'held' || status.vip === 'lingering',
    promote_secondaries: instance.promoteSecondaries,
    adver_int: instance.advertInterval,
    master_adver_int: instance.advertInterval,
    accept: 1,
    nopreempt: instance.nopreempt,
    preempt_delay: instance.preemptDelay,
    state: STATE_NUMBER[status.state],
    wantstate: STATE_NUMBER[status.state],
    version: instance.version,
    smtp_alert: instance.smtpAlert,
    notify_deleted: instance.notify.deleted !== null,
    vips: instance.virtualAddresses.map((vip) => shownAddress(vip, instance, status)),
    ...(scripts.length === 0 ? {} : { track_script: scripts.map(({ script }) => quoted(script.argv)) }),
    auth_type: instance.version === 2 && instance.authentication !== null ? AUTH_TYPE[instance.authentication.type] : 0,
  }
}

/** As keepalived shows a command: each word in quotes. */
export function quoted(argv: readonly string[]): string {
  return argv.map((word) => `'${word}'`).join(' ')
}

function statsOf({ counters }: InstanceStatus): Record<string, number> {
  const errors = errorCounts(counters)
  return {
    advert_rcvd: counters.advertsReceived,
    advert_sent: counters.advertsSent,
    become_master: counters.becameMaster,
    release_master: counters.releasedMaster,
    packet_len_err: errors.length,
    advert_interval_err: errors.interval,
    ip_ttl_err: errors.ttl,
    invalid_type_rcvd: errors.type,
    addr_list_err: errors.addressList,
    invalid_authtype: errors.authType,
    authtype_mismatch: errors.authMismatch,
    auth_failure: errors.authFailure,
    pri_zero_rcvd: counters.priorityZeroReceived,
    pri_zero_sent: counters.priorityZeroSent,
  }
}
