import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../hosts/connection.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import { lintFiles } from '../keepalived/lint/files.ts'
import { asFindings, findingLines } from '../keepalived/lint/findings.ts'
import { CONFIG, isOurs } from '../modules/keepalived-engine.ts'

/**
 * What is legal but wrong in the keepalived.conf of both hosts that somebody else wrote, also against each other: said
 * before mmha takes over from them, since nothing of it is translated. [] where neither has one.
 */
export async function lintByHand({ masters }: Inventory): Promise<readonly string[]> {
  const texts = await Promise.all(masters.map(fetchConfig))
  const folder = mkdtempSync(join(tmpdir(), 'mmha-lint-'))
  try {
    const files = masters.flatMap(({ name }, i) => {
      const text = texts[i] ?? ''
      if (text === '' || isOurs(text)) return []
      const path = join(folder, name)
      writeFileSync(path, text, { mode: 0o600 })
      return [{ path, configId: null }]
    })
    if (files.length === 0) return []
    const lines = findingLines(asFindings(lintFiles(files), 'en'))
    return lines.map((line) => line.replaceAll(new RegExp(`${folder}/([^:\\s]+)`, 'g'), `$1:${CONFIG}`))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** '': there is none. */
async function fetchConfig({ name, ssh }: Host): Promise<string> {
  const connection = await connect(name, ssh)
  try {
    const { stdout } = await connection.exec(`cat ${CONFIG} 2>/dev/null || :`, { asRoot: true })
    return stdout
  } finally {
    await connection.close()
  }
}
