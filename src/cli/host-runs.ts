import { connect } from '../hosts/connection.ts'
import { runSections } from '../hosts/run-sections.ts'
import type { Host } from '../inventory/inventory.ts'
import { FactLines } from '../modules/fact-lines.ts'
import { type HostRun, parseRuns, runsProbe } from '../modules/run-records.ts'

/** The runs that a host remembers, oldest first. @param from as of `runsProbe` @throws MmhaError (exit 3) when it can't be reached */
export async function hostRuns(host: Host, from: string | null = null): Promise<HostRun[]> {
  const connection = await connect(host.name, host.ssh)
  try {
    const { finished } = await runSections(connection, 'probe', [{ id: 'runs', text: runsProbe(from) }])
    return parseRuns(new FactLines(finished[0]?.output ?? ''))
  } finally {
    await connection.close()
  }
}
