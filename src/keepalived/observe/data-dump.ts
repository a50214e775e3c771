import type { Config, VrrpInstance, VrrpScript } from '../config/config.ts'
import type { InstanceStatus } from '../process/status.ts'
import { quoted } from './json-dump.ts'
import { shownAddress } from './shown-address.ts'

/** What SIGUSR1 writes: of keepalived's /tmp/keepalived.data the lines that mean something here, in its words and order. */
export function dataDump(config: Config, instances: readonly InstanceStatus[]): string {
  const lines = [
    '------< Global definitions >------',
    ` Router ID = ${config.global.routerId}`,
    ` Script security ${config.global.enableScriptSecurity ? 'enabled' : 'disabled'}`,
    '------< VRRP Topology >------',
    ...config.instances.flatMap((instance) => {
      const status = instances.find(({ name }) => name === instance.name)
      return status === undefined ? [] : topology(instance, status)
    }),
    ...section('VRRP Sync groups', config.syncGroups, ({ name, instances: members }) => [
      ` VRRP Sync Group = ${name}, ${members.map((one) => stateOf(instances, one)).join(', ')}`,
      `   VRRP member instances = ${members.length}`,
      ...members.map((one) => `     ${one}`),
    ]),
    ...section('VRRP Scripts', config.scripts, (script) => scriptLines(script, config, instances)),
  ]
  return `${lines.join('\n')}\n`
}

function section<Item>(title: string, items: readonly Item[], lines: (item: Item) => readonly string[]): string[] {
  return items.length === 0 ? [] : [`------< ${title} >------`, ...items.flatMap(lines)]
}

function stateOf(instances: readonly InstanceStatus[], wanted: string): string {
  return instances.find(({ name }) => name === wanted)?.state ?? 'INIT'
}

function topology(instance: VrrpInstance, status: InstanceStatus): string[] {
  const { election } = instance
  const enabled = (on: boolean): string => (on ? 'enabled' : 'disabled')
  return [
    ` VRRP Instance = ${instance.name}`,
    `   VRRP Version = ${instance.version}`,
    `   State = ${status.state}`,
    ...(status.state === 'MASTER' || status.master === null
      ? []
      : [`   Master router = ${status.master.address}`, `   Master priority = ${status.master.priority}`]),
    `   Last transition = ${moment(status.lastTransition)}`,
    `   Interface = ${instance.interface}`,
    ...(instance.unicastSourceIp === null ? [] : [`   Using src_ip = ${instance.unicastSourceIp}`]),
    `   Gratuitous ARP delay = ${instance.garpMasterDelay}`,
    `   Gratuitous ARP repeat = ${instance.garpMasterRepeat}`,
    `   Gratuitous ARP refresh = ${instance.garpMasterRefresh}`,
    `   Down timer adverts = ${election.downTimerAdverts}`,
    `   Send advert after receive lower priority advert = ${!election.lowerPrioNoAdvert}`,
    `   Send advert after receive higher priority advert = ${election.higherPrioSendAdvert}`,
    `   Virtual Router ID = ${instance.virtualRouterId}`,
    `   Priority = ${instance.priority}`,
    `   Effective priority = ${status.priority}`,
    `   Total priority = ${status.priority}`,
    `   Advert interval = ${interval(instance)}`,
    `   Preempt = ${enabled(!instance.nopreempt)}`,
    `   Virtual IP (${instance.virtualAddresses.length}):`,
    ...instance.virtualAddresses.map((vip) => `     ${shownAddress(vip, instance, status)}`),
    ...(instance.unicastPeers.length === 0
      ? []
      : ['   Unicast Peer :', ...instance.unicastPeers.map((p) => `     ${p}`)]),
    ...(instance.trackScripts.length === 0
      ? []
      : ['   Tracked scripts :', ...instance.trackScripts.map(({ name, weight }) => `     ${name} weight ${weight}`)]),
    `   Using smtp notification = ${instance.smtpAlert ? 'yes' : 'no'}`,
  ]
}

/** Version 2 counts in seconds, version 3 in milliseconds. */
function interval({ version, advertInterval }: VrrpInstance): string {
  return version === 2 ? `${advertInterval} sec` : `${Math.round(advertInterval * 1000)} milli-sec`
}

/** `1795239789.411000 (Sat Nov 21 05:43:09.411000 2026)`, in the local time zone. */
function moment(ms: number): string {
  const micros = `${String(ms % 1000).padStart(3, '0')}000`
  const date = new Date(ms)
  const [, weekday = '', month = '', day = '', year = '', clock = ''] =
    /^(\w+) (\w+) (\d+) (\d+) (\S+)/.exec(date.toString()) ?? []
  const dayPadded = String(Number(day)).padStart(2, ' ')
  return `${Math.floor(ms / 1000)}.${micros} (${weekday} ${month} ${dayPadded} ${clock}.${micros} ${year})`
}

function scriptLines(script: VrrpScript, config: Config, instances: readonly InstanceStatus[]): string[] {
  const tracking = config.instances.filter(({ trackScripts }) => trackScripts.some(({ name }) => name === script.name))
  const known = instances
    .flatMap(({ trackers }) => trackers)
    .find(({ name, up }) => name === script.name && up !== null)
  return [
    ` VRRP Script = ${script.name}`,
    `   Command = ${quoted(script.script.argv)}`,
    `   Interval = ${script.interval} sec`,
    // keepalived's way to say that it is the interval.
    `   Timeout = ${script.timeout === script.interval ? 0 : script.timeout} sec`,
    `   Weight = ${script.weight}`,
    `   Rise = ${script.rise}`,
    `   Fall = ${script.fall}`,
    `   Status = ${known === undefined ? 'unknown' : known.up === true ? 'GOOD' : 'BAD'}`,
    '   Tracking instances :',
    ...tracking.map(({ name }) => `     ${name}, weight ${script.weight}`),
  ]
}
