import { EXIT, MmhaError } from '../events/error.ts'
import type { Connection } from './connection.ts'
import type { HostFacts } from './host-facts.ts'
import { parseHostFacts } from './host-facts-parse.ts'
import { HOST_FACTS_SCRIPT } from './host-facts-script.ts'
import type { Section } from './remote-script.ts'
import { runSections } from './run-sections.ts'

export interface Gathered {
  readonly facts: HostFacts
  /** Output of each probe by its id. */
  readonly probes: ReadonlyMap<string, string>
}

const BASE = 'host facts'

/**
 * Base facts and any number of probes in one round trip.
 * @throws MmhaError NOT_ROOT (exit 3) when the login is neither root nor may use sudo, PROBE_FAILED (exit 1).
 */
export async function gather(connection: Connection, probes: readonly Section[] = []): Promise<Gathered> {
  // Two tasks that ask the same are answered once.
  const asked = new Map([...probes].reverse().map(({ id, text }) => [text, id]))
  const { finished, stderr } = await runSections(connection, 'probe', [
    { id: BASE, text: HOST_FACTS_SCRIPT },
    ...probes.filter(({ id, text }) => asked.get(text) === id),
  ])
  const outputs = new Map(finished.map(({ id, output }) => [id, output]))
  for (const { id, text } of probes) outputs.set(id, outputs.get(asked.get(text) ?? id) ?? '')
  const facts = parseHostFacts(outputs.get(BASE) ?? '')
  if (!facts.sudo) {
    throw new MmhaError(
      `${connection.target.user}@${connection.target.host} is not root, and neither sudo nor doas makes it root without a password`,
      {
        code: 'NOT_ROOT',
        source: 'user',
        exit: EXIT.unreachable,
        host: connection.name,
        where: 'facts',
        hint: `give ssh: {become: {password: …}} (with method: su that of root), log in as root (ssh: {user: root}), or allow ${connection.target.user} sudo without a password (NOPASSWD)`,
      },
    )
  }
  const failed = finished.find(({ code }) => code !== 0)
  if (failed !== undefined) {
    throw new MmhaError(
      `looking at ${connection.name} failed with status ${failed.code}: ${stderr.trim().split('\n').slice(-3).join(' | ')}`,
      {
        code: 'PROBE_FAILED',
        source: 'mmha',
        exit: EXIT.failed,
        host: connection.name,
        where: failed.id,
        hint: 'nothing was changed; run with -v and report what the host says',
      },
    )
  }
  return { facts, probes: outputs }
}
