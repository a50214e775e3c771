import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planAll, stepsOf } from '../../../src/engine/plan.ts'
import { planText } from '../../../src/engine/plan-text.ts'
import type { Play } from '../../../src/engine/play.ts'
import type { Survey } from '../../../src/engine/survey.ts'
import type { Inventory } from '../../../src/inventory/inventory.ts'
import { secretSource } from '../../../src/modules/generated-secret.ts'
import { keepalivedInstall } from '../../../src/modules/keepalived-install.ts'
import type { Module } from '../../../src/modules/module.ts'
import { mysqlAccounts } from '../../../src/modules/mysql-accounts.ts'
import { modules } from '../../../src/modules/registry.ts'
import { revealed } from '../../../src/modules/step.ts'
import { loadPlaybook } from '../../../src/playbook/load.ts'
import { hostFacts, INVENTORY, M1, M2, MYSQL, shSyntax } from '../modules/pair-context.ts'

const plays = loadPlaybook(resolve(import.meta.dirname, '../../../playbooks/provision.yml'), {
  modules: {
    ...modules,
    mysql_accounts: mysqlAccounts(secretSource(Buffer.alloc(32, 7))) as Module<unknown, unknown>,
    keepalived_install: keepalivedInstall(() => ({ file: 'x.deb', version: '0.1.0+test', size: 1 })) as Module<
      unknown,
      unknown
    >,
  },
  tags: [],
})

const IPTABLES = ['*filter', ':INPUT ACCEPT [0:0]', '-A INPUT -j REJECT --reject-with icmp-host-prohibited', 'COMMIT']

/** What a host answers on which apt has these packages and nothing of the pair is there. */
function fresh(candidates: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return {
    mysql_server: candidates,
    firewall: [
      'iptables\tiptables v1.8.11 (nf_tables)',
      ...IPTABLES.map((line) => `live\t${line}`),
      'persistent\t/etc/iptables/rules.v4',
    ],
    service: ['LoadState\tnot-found'],
    keepalived_service: ['LoadState\tnot-found', 'ActiveState\tinactive'],
  }
}

function survey(found: Readonly<Record<string, readonly string[]>>, changes: Partial<Survey> = {}): Survey {
  const tasks = plays.flatMap((play: Play) => [...play.tasks, ...play.handlers])
  const answers = new Map(
    tasks.map(({ id, module }) => [
      id,
      module.parse((found[module.name] ?? []).map((line) => `${line}\n`).join('')) as unknown,
    ]),
  )
  return {
    facts: new Map([M1, M2].map(({ name, address }) => [name, hostFacts(address, null)])),
    probed: new Map([M1, M2].map(({ name }) => [name, answers])),
    ...changes,
  }
}

const MYSQL_97 = [
  'candidate\tmysql-server\t9.7.4-2',
  'brings\tmysql-server\tmysql-server-core\t9.7.4-2',
  'packages\tmysql-server\t32',
]
const mariadb = (version: string) => [
  `candidate\tmariadb-server\t1:${version}`,
  `brings\tmariadb-server\tmariadb-server-core\t1:${version}`,
  'packages\tmariadb-server\t27',
]
const POSITION: Inventory = { ...INVENTORY, replication: { ...INVENTORY.replication, mode: 'position' } }

const IDS = [
  'server/database-server',
  'configuration/settings-of-the-pair/file',
  'configuration/settings-of-the-pair/restart',
  'firewall/let-the-pair-and-its-clients-in/rules',
  'firewall/let-the-pair-and-its-clients-in/saved',
  'accounts/accounts-of-the-pair/replication',
  'accounts/accounts-of-the-pair/role',
  'history/begin-without-history',
  'replication/replicate-from-the-peer',
  'package-of-the-daemon/mmha-keepalived',
  'package-of-the-daemon/unit-of-the-database-server',
  'package-of-the-daemon/notify-script',
  'package-of-the-daemon/check-script',
  'package-of-the-daemon/configuration-of-the-daemon',
  'daemon/the-daemon-runs/enabled',
  'daemon/the-daemon-runs/started',
  'ready/wait-until-the-pair-is-whole',
]

describe('the plan of a fresh pair', () => {
  it.each<[string, readonly string[], Inventory]>([
    ['mysql-9.7', MYSQL_97, INVENTORY],
    ['mariadb-10.11', mariadb('10.11.14-0+deb12u2'), INVENTORY],
    ['mariadb-11.8-position', mariadb('11.8.3-0+deb13u1'), POSITION],
  ])('shows everything: %s', async (name, candidates, inventory) => {
    const plan = planAll(plays, inventory, survey(fresh(candidates)))
    const steps = stepsOf(plan)
    for (const host of ['m1', 'm2']) expect(steps.filter((step) => step.host === host).map(({ id }) => id)).toEqual(IDS)
    expect(steps.filter(({ impact }) => impact !== 'none')).toEqual([])
    for (const { run } of steps) shSyntax(revealed(run))
    const text = planText(plan, { color: false, detail: 'whole' })
    await expect(text).toMatchFileSnapshot(`../../golden/plan/fresh-${name}.txt`)
    await expect(planText(plan, { color: false, detail: 'short' })).toMatchFileSnapshot(
      `../../golden/plan/fresh-${name}.short.txt`,
    )
    await expect(planText(plan, { color: false, detail: 'short', language: 'zh' })).toMatchFileSnapshot(
      `../../golden/plan/fresh-${name}.short.zh.txt`,
    )
    for (const { run } of steps) {
      for (const password of revealed(run).match(/(?<=^password=")[^"]+/gm) ?? []) expect(text).not.toContain(password)
    }
  })

  it('keeps what a host may say already: a server in use beside a fresh host is refused before anything is installed', () => {
    const found = survey(fresh(MYSQL_97))
    const inUse = new Map(found.probed.get('m1'))
    const task = plays.flatMap((play) => play.tasks)
    for (const { id, module } of task) {
      if (module.name === 'mysql_replication' || module.name === 'mysql_fresh_pair')
        inUse.set(id, module.parse('up\tyes\nuuid\tu\ngtids\t86ce665c-e550-11f1-ad7a-02ab03741ecf:1-9\nschema\tshop\n'))
      if (module.name === 'mysql_accounts') inUse.set(id, module.parse('server\tup\n'))
    }
    const peers = new Map(found.probed).set('m1', inUse)
    const facts = new Map(found.facts).set('m1', hostFacts(M1.address, MYSQL))
    expect(() => planAll(plays, INVENTORY, { facts, probed: peers })).toThrow('schemas shop')
  })
})
