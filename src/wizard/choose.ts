import { EXIT, MmhaError } from '../events/error.ts'
import { english, type Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import type { HostFacts } from '../hosts/host-facts.ts'
import { describeHost } from './describe-host.ts'
import type { Asker } from './question.ts'
import type { ReachedHost } from './reach.ts'
import { type Flavour, serverChoices } from './server-choice.ts'
import { linkLabel, nicNames, type SharedLink, sharedLinks, whyNoLink } from './shared-link.ts'
import { readVip, type Vip, vipRange } from './vip.ts'
import { parseVipProbe, type VipProbe, vipProbeScript } from './vip-probe.ts'

const FLAVOURS = ['mysql', 'mariadb'] as const

export type ReachedPair = readonly [ReachedHost, ReachedHost]
type Say = (line: Text) => void

/** Offers the links that both hosts are on. @throws MmhaError NO_SHARED_SUBNET, exit 4 */
export async function chooseLink(pair: ReachedPair, ask: Asker): Promise<SharedLink> {
  const facts = factsOf(pair)
  const links = sharedLinks(facts, [pair[0].login.host, pair[1].login.host])
  if (links.every((link) => !link.up)) {
    const hosts = [pair[0].login.host, pair[1].login.host] as const
    const down = links.map(linkLabel).join(', ')
    throw impossible(
      'NO_SHARED_SUBNET',
      down === '' ? whyNoLink(facts, hosts) : wizard('wizard.nic.all-down', { links: down }),
      wizard('wizard.nic.do'),
    )
  }
  const chosen = await ask.choice({
    key: 'nic',
    message: wizard('wizard.nic'),
    choices: links.map((link) => ({
      value: nicNames(link),
      label: linkLabel(link),
      ...(link.reached ? { description: wizard('wizard.nic.reached') } : {}),
      ...(link.up ? {} : { disabled: wizard('wizard.nic.down') }),
    })),
    ...(links[0] === undefined ? {} : { default: nicNames(links[0]) }),
  })
  const link = links.find((each) => nicNames(each) === chosen)
  if (link === undefined) throw new Error(`the asker answered "${chosen}", which was not offered`)
  return link
}

/** Asks for the VIP until it is a free address of the link, or one that the pair holds and the person knows of. */
export async function chooseVip(pair: ReachedPair, link: SharedLink, ask: Asker, say: Say): Promise<Vip> {
  const facts = factsOf(pair)
  for (;;) {
    let probe: VipProbe | null = null
    const text = await ask.text({
      key: 'vip',
      message: wizard('wizard.vip', { range: vipRange(link) }),
      validate: async (typed) => {
        const answer = readVip(typed, link, facts)
        if (!answer.ok) return answer.problem
        if (answer.vip.heldBy !== null) return null
        probe = await probeVip(answer.vip.address, link, pair[0])
        return probe.outcome === 'taken'
          ? wizard('wizard.vip.in-use', {
              address: answer.vip.address,
              mac: probe.mac ?? wizard('wizard.vip.unknown-mac'),
            })
          : null
      },
    })
    const answer = readVip(text, link, facts)
    if (!answer.ok) throw new Error(`an answer passed that is none: ${english(answer.problem)}`)
    sayProbe(probe, answer.vip.address, say)
    if (answer.vip.heldBy === null || (await confirmHeld(pair, answer.vip, ask))) return answer.vip
  }
}

/** Which server the pair runs; asks only when there is a choice. @throws MmhaError SERVERS_DIFFER, exit 4 */
export async function chooseServer(pair: ReachedPair, ask: Asker, say: Say): Promise<Flavour> {
  const choices = serverChoices(factsOf(pair), [pair[0].packages, pair[1].packages])
  if (choices.kind === 'refused') {
    throw impossible('SERVERS_DIFFER', choices.problem, wizard('wizard.server.do'))
  }
  const [only, ...others] = choices.choices
  if (only !== undefined && others.length === 0) {
    say(wizard('wizard.server.only', { label: only.label, why: only.description ?? '' }))
    return choices.preferred
  }
  const message = wizard('wizard.server')
  const chosen = await ask.choice({ key: 'server', message, choices: choices.choices, default: choices.preferred })
  return FLAVOURS.find((flavour) => flavour === chosen) ?? 'auto'
}

/** One line for each host that was reached. */
export function sayFound(host: ReachedHost, say: Say): void {
  say(wizard('wizard.indented', { text: describeHost(host.facts) }))
}

function factsOf(pair: ReachedPair): readonly [HostFacts, HostFacts] {
  return [pair[0].facts, pair[1].facts]
}

async function probeVip(address: string, link: SharedLink, host: ReachedHost): Promise<VipProbe> {
  return parseVipProbe(await host.run(vipProbeScript(address, link.ends[0].nic)))
}

function sayProbe(probe: VipProbe | null, address: string, say: Say): void {
  if (probe?.outcome === 'free') say(wizard('wizard.vip.free', { address }))
  if (probe?.outcome === 'unknown') say(wizard('wizard.vip.unknown', { address, why: probe.why }))
}

async function confirmHeld(pair: ReachedPair, vip: Vip, ask: Asker): Promise<boolean> {
  const host = pair[vip.heldBy ?? 0].login.host
  const message = wizard('wizard.vip.held.ask', { address: vip.address, host })
  if (await ask.yesNo({ key: 'vipHeld', message, default: false })) return true
  if (ask.interactive) return false
  const held = wizard('wizard.vip.held', { address: vip.address, host })
  throw impossible('VIP_TAKEN', held, wizard('wizard.vip.held.do'))
}

function impossible(code: string, message: Text, hint: Text): MmhaError {
  return new MmhaError(message, { code, source: 'user', exit: EXIT.invalid, hint })
}
