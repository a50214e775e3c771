import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { select } from '../../../src/engine/selection.ts'
import { modules } from '../../../src/modules/registry.ts'
import { loadPlaybook } from '../../../src/playbook/load.ts'
import { checkServers } from '../../../src/playbook/needs-server.ts'
import { hostFacts, INVENTORY, M1, M2, MYSQL } from '../modules/pair-context.ts'

const all = loadPlaybook(resolve(import.meta.dirname, '../../../playbooks/provision.yml'), { modules, tags: [] })
const found = (m1: typeof MYSQL | null) => ({
  facts: new Map([
    ['m1', hostFacts(M1.address, m1)],
    ['m2', hostFacts(M2.address, null)],
  ]),
  probed: new Map(),
})

function checked(only: string[], limit: string[], m1: typeof MYSQL | null): void {
  checkServers(select(all, { limit, from: null, only, skip: [] }, INVENTORY), INVENTORY, found(m1))
}

describe('a part of provision on a host without a database server', () => {
  it('is refused where it needs one', () => {
    expect(() => checked(['accounts'], [], MYSQL)).toThrow('m2 has no database server: accounts of the pair needs it')
    expect(() => checked(['replication'], ['m2'], null)).toThrow('m2 has no database server')
  })

  it('is refused where the server does not run, unless an earlier task may start it', () => {
    const stopped = { ...MYSQL, running: false }
    expect(() => checked(['accounts'], ['m1'], stopped)).toThrow('m1 has a database server that does not run')
    expect(() => checked(['configuration', 'accounts'], ['m1'], stopped)).not.toThrow()
  })

  it('goes on where there is one, where an earlier task brings one, or where none is needed', () => {
    expect(() => checked(['accounts'], ['m1'], MYSQL)).not.toThrow()
    expect(() => checked(['server', 'accounts'], [], null)).not.toThrow()
    expect(() => checked(['firewall'], [], null)).not.toThrow()
    expect(() => checked([], [], null)).not.toThrow()
  })
})
