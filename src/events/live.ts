import { Listr, ListrLogger, type ListrTask, PRESET_TIMER, ProcessOutput } from 'listr2'
import type { MmhaEvent } from './event.ts'
import { plainLine, type Renderer } from './renderer.ts'

/** A host's line in the display: it ends when we say so, its last words stand behind it. */
class HostLine {
  readonly host: string
  readonly #done: Promise<void>
  #end: (error?: Error) => void = () => {}
  #show: ((text: string) => void) | null = null
  #changed = 0
  #failed: string | null = null

  constructor(host: string) {
    this.host = host
    this.#done = new Promise((resolve, reject) => {
      this.#end = (error) => (error === undefined ? resolve() : reject(error))
    })
    this.#done.catch(() => {})
  }

  task(): ListrTask {
    return {
      title: this.host,
      task: async (_context, task) => {
        this.#show = (text) => {
          task.output = text
        }
        await this.#done
        if (this.#changed > 0) task.title = `${this.host}: ${this.#changed} ${this.#changed === 1 ? 'step' : 'steps'}`
      },
    }
  }

  say(event: MmhaEvent): void {
    this.#show?.(event.message)
    if (event.code === 'step.changed') this.#changed += 1
    if (event.level === 'error' || event.code === 'host.unreachable') this.#failed = event.message
  }

  finish(): void {
    this.#end(this.#failed === null ? undefined : new Error(this.#failed))
  }
}

/** listr2 as a display: it is fed by our events and decides nothing. */
export function liveRenderer(): Renderer {
  let shown: Promise<unknown> = Promise.resolve()
  let lines: readonly HostLine[] = []
  let retitle: (more: string) => void = () => {}
  // Results belong to stdout; the display goes to stderr.
  const logger = new ListrLogger({
    useIcons: true,
    toStderr: [],
    processOutput: new ProcessOutput(process.stderr, process.stderr),
  })

  const begin = (event: MmhaEvent) => {
    const hosts = Array.isArray(event.data?.hosts) ? event.data.hosts.map(String) : []
    const current = hosts.map((host) => new HostLine(host))
    lines = current
    const list = new Listr(
      [
        {
          title: event.message,
          task: (_context, task) => {
            retitle = (more) => {
              task.title = `${event.message}: ${more}`
            }
            return task.newListr(
              current.map((line) => line.task()),
              { concurrent: true },
            )
          },
        },
      ],
      {
        concurrent: false,
        exitOnError: false,
        registerSignalListeners: false,
        rendererOptions: {
          logger,
          collapseSubtasks: false,
          showErrorMessage: true,
          collapseErrors: false,
          timer: PRESET_TIMER,
        },
      },
    )
    shown = shown.then(() => list.run()).catch(() => {})
  }

  return {
    sink: (event) => {
      if (event.code === 'phase.begin') begin(event)
      else if (event.code === 'phase.end') {
        for (const line of lines) line.finish()
        lines = []
      } else {
        const line = lines.find(({ host }) => host === event.host)
        if (line !== undefined) line.say(event)
        // Of no host, and not to be seen only when the phase is over.
        else if (lines.length > 0) retitle(event.message)
        else {
          const text = plainLine(event, false)
          if (text !== null) shown = shown.then(() => process.stderr.write(`${text}\n`))
        }
      }
    },
    idle: async () => {
      await shown
    },
  }
}
