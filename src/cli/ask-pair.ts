import { MmhaError } from '../events/error.ts'
import { english, type Text } from '../events/message.ts'
import { errors } from '../events/messages/errors.ts'
import { type Connection, connect } from '../hosts/connection.ts'
import { runSections } from '../hosts/run-sections.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { DaemonStatus } from '../keepalived/process/status.ts'
import { SEEDING_MARK as MARK } from '../modules/seeding-mark.ts'
import type { NodeStatus } from './pair-status.ts'
import { PLAIN_STATUS, plainCommand, plainStatus } from './plain-status.ts'

/** A host that holds half a copy has no daemon: it says that instead. */
const STATUS = `if [ -e ${MARK} ]; then
  echo "holds half a copy ($(cat ${MARK})): mmha rejoin begins it afresh" >&2
else mmha-keepalived ctl status; fi`

/** What each said, for the log of a run. */
export function answersOf(nodes: readonly NodeStatus[]): string {
  return nodes
    .map(({ host, status, problem }) => `${host}: ${problem === null ? JSON.stringify(status) : english(problem.text)}`)
    .join('\n')
}

/** Connections to the masters that can be reached, and why to the others there is none. */
export class PairLines {
  readonly #lines = new Map<string, Connection | MmhaError>()
  readonly #hosts: readonly Host[]

  /** keepalived itself runs there: a script of ours answers in its place. */
  readonly #plain: boolean

  private constructor(hosts: readonly Host[], plain: boolean) {
    this.#hosts = hosts
    this.#plain = plain
  }

  static async open({ masters, keepalived }: Inventory): Promise<PairLines> {
    const lines = new PairLines(masters, keepalived.engine !== 'bundled')
    await Promise.all(masters.map((host) => lines.#connect(host)))
    return lines
  }

  /** Both hosts at once, one round trip each. */
  ask(): Promise<readonly NodeStatus[]> {
    return Promise.all(this.#hosts.map((host) => this.#ask(host)))
  }

  /** Runs a command of the daemon's on a host. @returns what it said when it refused, '' when it did it. @throws MmhaError */
  async ctl(host: string, command: string): Promise<string> {
    const { finished } = await runSections(this.connection(host), 'step', [
      { id: command, text: this.#plain ? plainCommand(command) : `mmha-keepalived ctl ${command}` },
    ])
    const [done] = finished
    return done?.code === 0 ? '' : (done?.output.trim() ?? 'no answer')
  }

  /** @throws MmhaError why there is none */
  connection(host: string): Connection {
    const line = this.#lines.get(host)
    if (line === undefined || line instanceof MmhaError) throw line ?? new Error(`${host} is no master`)
    return line
  }

  async close(): Promise<void> {
    await Promise.all([...this.#lines.values()].map((line) => (line instanceof MmhaError ? undefined : line.close())))
  }

  async #connect(host: Host): Promise<void> {
    try {
      this.#lines.set(host.name, await connect(host.name, host.ssh))
    } catch (error) {
      if (!(error instanceof MmhaError)) throw error
      this.#lines.set(host.name, error)
    }
  }

  async #ask({ name: host, address }: Host): Promise<NodeStatus> {
    const line = this.#lines.get(host)
    const unknown = (kind: 'unreachable' | 'no-daemon', text: Text): NodeStatus => {
      return { host, address, status: null, problem: { kind, text } }
    }
    if (line === undefined || line instanceof MmhaError) return unknown('unreachable', line?.said ?? 'not asked')
    try {
      const text = this.#plain ? PLAIN_STATUS : STATUS
      const { finished, stderr } = await runSections(line, 'probe', [{ id: 'status', text }])
      const output = finished[0]?.output ?? ''
      if (output.trim() === '') return unknown('no-daemon', stderr.trim().split('\n').at(-1) || errors('daemon.silent'))
      if (this.#plain) return plainStatus(host, address, output)
      return { host, address, status: JSON.parse(output) as DaemonStatus, problem: null }
    } catch (error) {
      if (error instanceof MmhaError) return unknown('unreachable', error.said)
      throw error
    }
  }
}
