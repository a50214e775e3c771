import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { select } from '../../src/engine/selection.ts'
import { survey } from '../../src/engine/survey.ts'
import { type Connection, connect } from '../../src/hosts/connection.ts'
import { loadInventory } from '../../src/inventory/load.ts'
import { labSshDefaults } from '../../src/lab/inside.ts'
import { modules } from '../../src/modules/registry.ts'
import { loadPlaybook } from '../../src/playbook/load.ts'

/**
 * Runs in a lab's network: looks at its provisioned pair as `mmha provision` does, and keeps what each host answered to
 * which script. Usage: record.ts INVENTORY FOLDER SKIPPED. Writes FOLDER/HOST/SHA256-OF-THE-SCRIPT.
 */
const [file = '', folder = '', skipped = ''] = process.argv.slice(2)

/** As replay.sh takes it apart. */
const NONCE = /^mmha_frame\(\) .* ([0-9a-f]{18}) "\$1"/m

function recording(connection: Connection): Connection {
  const exec: Connection['exec'] = async (command, options = {}) => {
    const chunks: Buffer[] = []
    const onStdout = (chunk: Buffer) => {
      chunks.push(chunk)
      options.onStdout?.(chunk)
    }
    const result = await connection.exec(command, { ...options, onStdout })
    const script = String(options.stdin)
    const nonce = NONCE.exec(script)?.[1] ?? ''
    const key = createHash('sha256')
      .update(`${script.replaceAll(nonce, 'NONCE').trimEnd()}\n`)
      .digest('hex')
    mkdirSync(join(folder, connection.name), { recursive: true })
    const answer = Buffer.concat(chunks).toString('latin1').replaceAll(nonce, 'NONCE')
    writeFileSync(join(folder, connection.name, key), answer, 'latin1')
    return result
  }
  return new Proxy(connection, {
    get: (target, name) => {
      if (name === 'exec') return exec
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const inventory = loadInventory(file, { sshDefaults: labSshDefaults })
const playbook = loadPlaybook(join(import.meta.dirname, '../../playbooks/provision.yml'), {
  modules,
  tags: [],
  vars: {},
})
const plays = select(playbook, { limit: [], from: null, only: [], skip: [skipped] }, inventory)
const open = await Promise.all(inventory.masters.map(({ name, ssh }) => connect(name, ssh)))
try {
  await survey(inventory, new Map(open.map((connection) => [connection.name, recording(connection)])), plays)
} finally {
  await Promise.all(open.map((connection) => connection.close()))
}
