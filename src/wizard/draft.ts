import { basename, dirname, relative } from 'node:path'
import { english } from '../events/message.ts'
import type { ReachedPair } from './choose.ts'
import { describeHost } from './describe-host.ts'
import type { InventoryDraft, MasterDraft, SshDraft } from './inventory-text.ts'
import type { LoginDefaults } from './login.ts'
import type { Login } from './reach.ts'
import type { Flavour } from './server-choice.ts'
import type { SharedLink } from './shared-link.ts'
import type { Vip } from './vip.ts'

/** Everything that was answered and seen. */
export interface Findings {
  readonly pair: ReachedPair
  readonly link: SharedLink
  readonly vip: Vip
  readonly flavour: Flavour
  readonly file: string
  /** Schema file for editors; null: none. */
  readonly schema: string | null
}

/** What the inventory has to say, and no more: a value that the loader would take anyway is left out. */
export function draftOf(findings: Findings, defaults: LoginDefaults): InventoryDraft {
  const { pair, link, vip } = findings
  const [a, b] = pair.map(({ login }) => sshDraft(login, defaults)) as [SshDraft, SshDraft]
  const common = JSON.stringify(a) === JSON.stringify(b)
  const names = namesOf(pair)
  const master = (index: 0 | 1, ssh: SshDraft): MasterDraft => {
    const { login, facts } = pair[index]
    const { nic, address } = link.ends[index]
    const host = login.host === address.address ? {} : { host: login.host }
    return {
      name: names?.[index] ?? null,
      address: address.address,
      nic,
      ssh: { ...host, ...(common ? {} : ssh) },
      seen: english(describeHost(facts)),
    }
  }
  return {
    vip: `${vip.address}/${vip.prefix}`,
    masters: [master(0, a), master(1, b)],
    ssh: common ? a : {},
    flavour: findings.flavour,
    schema: findings.schema === null ? null : relative(dirname(findings.file), findings.schema),
    file: basename(findings.file),
  }
}

function sshDraft(login: Login, defaults: LoginDefaults): SshDraft {
  const usual = defaults(login.host)
  return {
    ...(login.user === usual.user ? {} : { user: login.user }),
    ...(login.port === usual.port ? {} : { port: login.port }),
    ...(login.key === null || login.key === usual.key ? {} : { key: login.key }),
  }
}

/** The hosts' own names, when they tell the hosts apart and aren't what the loader says anyway. */
function namesOf(pair: ReachedPair): readonly [string, string] | null {
  const [a, b] = pair.map(({ facts }) => facts.hostname.split('.')[0] ?? '') as [string, string]
  const usable = [a, b].every((name) => /^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?$/.test(name) && name !== 'localhost')
  return usable && a !== b && (a !== 'm1' || b !== 'm2') ? [a, b] : null
}
