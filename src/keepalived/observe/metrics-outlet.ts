import { createServer, type Server } from 'node:http'
import type { Observation } from '../config/observation.ts'
import type { DaemonStatus } from '../process/status.ts'
import { metricsText } from './metrics.ts'
import { replaceFile } from './write-file.ts'

export interface MetricsOutletOptions {
  /** @throws when the VRRP worker does not answer */
  readonly status: () => Promise<DaemonStatus>
  readonly log: (level: 'info' | 'warn', text: string) => void
}

const WRITE_EVERY_MS = 15_000
const LOOPBACK = '127.0.0.1'

/** The metrics, where the configuration wants them: a port on loopback, a file, both or (as it is by default) nowhere. */
export class MetricsOutlet {
  readonly #options: MetricsOutletOptions
  #server: Server | null = null
  #timer: NodeJS.Timeout | undefined
  #port = 0
  #file: string | null = null
  #complained = ''

  constructor(options: MetricsOutletOptions) {
    this.#options = options
  }

  /** Also after a reload: what did not change goes on. */
  open({ metricsPort, metricsFile }: Observation): void {
    if (metricsPort !== this.#port) {
      this.#server?.close()
      this.#server = metricsPort === 0 ? null : this.#listen(metricsPort)
      this.#port = metricsPort
    }
    if (metricsFile === this.#file) return
    this.#file = metricsFile
    clearInterval(this.#timer)
    if (metricsFile === null) return
    this.#timer = setInterval(() => void this.#write(), WRITE_EVERY_MS)
    void this.#write()
  }

  close(): void {
    this.#server?.close()
    this.#server?.closeAllConnections()
    clearInterval(this.#timer)
  }

  #listen(port: number): Server {
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') {
        response.writeHead(404).end('the metrics are at /metrics\n')
        return
      }
      this.#options.status().then(
        (status) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(metricsText(status)),
        (error: unknown) => response.writeHead(503).end(`${error instanceof Error ? error.message : String(error)}\n`),
      )
    })
    server.on('error', (error) => this.#options.log('warn', `metrics_port ${port}: ${error.message}`))
    server.listen(port, LOOPBACK)
    return server
  }

  async #write(): Promise<void> {
    const file = this.#file
    if (file === null) return
    const text = await this.#options.status().then(metricsText, () => null)
    // Nothing is better than old numbers that look like new ones.
    if (text === null) return
    const complaint = replaceFile(file, text, 0o644)
    if (complaint !== '' && complaint !== this.#complained) this.#options.log('warn', `metrics_file: ${complaint}`)
    this.#complained = complaint
  }
}
