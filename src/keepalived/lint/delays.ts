import { nodesOf } from '../config/access.ts'
import { detectionTime } from '../config/check-timing.ts'
import type { VrrpInstance, VrrpScript } from '../config/config.ts'
import { isLabelOf } from '../config/served.ts'
import { blockCalled, inSeconds, placeOf, type Rule, type Say, type Subject } from './subject.ts'

/** Seconds that a user hardly means. */
const SLOW = 20
/** Shorter ones were seen to move the address on a busy host of two cores. */
const SHORTEST_ADVERT = 0.1
/** Seconds that should be known. */
const NOTABLE = 5

/**
 * Longest time until a script that starts to fail has changed something, in s.
 * @returns `exits`: when it ends with a failure at once; `hangs`: when each run lasts until its timeout, and the runs that are due
 * meanwhile are skipped
 */
export function scriptDetection(script: Pick<VrrpScript, 'interval' | 'timeout' | 'fall'>): {
  readonly exits: number
  readonly hangs: number
} {
  const { interval, timeout, fall } = script
  const between = interval * Math.max(1, Math.ceil(timeout / interval))
  return { exits: interval * fall, hangs: interval + (fall - 1) * between + timeout }
}

/** s without an advert until this node takes over: Master_Down_Interval. */
export function masterDown(instance: VrrpInstance): number {
  const { advertInterval, priority, version, election } = instance
  const skew = ((256 - priority) / 256) * (version === 2 ? 1 : advertInterval)
  return election.downTimerAdverts * advertInterval + skew
}

function scripts({ config, tree }: Subject, say: Say): void {
  const tracked = new Set(config.instances.flatMap(({ trackScripts }) => trackScripts.map(({ name }) => name)))
  for (const script of config.scripts) {
    if (!tracked.has(script.name)) continue
    const block = blockCalled(tree, 'vrrp_script', script.name)
    const { exits, hangs } = scriptDetection(script)
    if (hangs > NOTABLE) {
      const said = `vrrp_script ${script.name}: a failure counts after up to ${inSeconds(exits)}, a hang after up to ${inSeconds(hangs)} (interval ${inSeconds(script.interval)}, fall ${script.fall}, timeout ${inSeconds(script.timeout)})`
      const fix = 'interval 1, timeout 1, fall 2 is 3 s'
      say('slow-detection', placeOf(block, 'interval'), said, fix, hangs > SLOW ? 'warning' : 'note')
    }
    if (script.timeout > script.interval) {
      const said = `vrrp_script ${script.name}: timeout ${inSeconds(script.timeout)} is longer than the interval of ${inSeconds(script.interval)}`
      say('script-timeout-long', placeOf(block, 'timeout'), said, 'a timeout not longer than the interval')
    }
  }
}

function realServers({ config, tree }: Subject, say: Say): void {
  for (const { label, realServers } of config.virtualServers) {
    const checks = realServers.flatMap((server) => server.checks)
    const worst = Math.max(0, ...checks.map((check) => detectionTime(check).silent))
    const delayLoop = checks.find((check) => detectionTime(check).silent === worst)?.delayLoop ?? 0
    if (worst <= SLOW) continue
    const node = nodesOf(tree, 'virtual_server').find((one) => isLabelOf(label, one))
    const at = node?.block == null ? (node ?? tree) : placeOf(node.block, 'delay_loop')
    if (worst === Number.POSITIVE_INFINITY) {
      const said = `virtual_server ${label}: UDP_CHECK takes silence for good, a server that hangs is never seen`
      say('slow-detection', at, said, 'add require_reply')
      continue
    }
    const said = `virtual_server ${label}: a server that no longer answers is seen after up to ${inSeconds(worst)} (delay_loop ${inSeconds(delayLoop)} and its retries)`
    say('slow-detection', at, said, 'a shorter delay_loop, connect_timeout and retry')
  }
}

/** How long nobody serves, computed. */
export const delays: Rule = (subject, say) => {
  scripts(subject, say)
  realServers(subject, say)
  for (const { instance, block } of subject.instances) {
    const wait = masterDown(instance)
    if (instance.advertInterval < SHORTEST_ADVERT) {
      const said = `${instance.name}: ${inSeconds(wait)} without an advert is enough for a takeover`
      say('advert-short', placeOf(block, 'advert_int'), said, `advert_int ${SHORTEST_ADVERT} or more`)
    }
    if (wait <= NOTABLE) continue
    const said = `${instance.name}: a host that is lost is replaced after ${inSeconds(wait)} (${instance.election.downTimerAdverts} × advert_int ${inSeconds(instance.advertInterval)} and the skew)`
    const fix = instance.version === 2 ? 'advert_int 1, or version 3 with advert_int 0.5' : 'advert_int 0.5'
    say('slow-failover', placeOf(block, 'advert_int'), said, fix, wait > SLOW ? 'warning' : 'note')
  }
}
