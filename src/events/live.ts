import { Listr, ListrLogger, type ListrTask, PRESET_TIMER, ProcessOutput } from 'listr2'
import type { MmhaEvent } from './event.ts'
import type { Language } from './language.ts'
import { frame } from './messages/frame.ts'
import { plainLine, type Renderer, wordsOf } from './renderer.ts'

/** A host's line in the display: it ends when we say so, its last words stand behind it. */
class HostLine {
  readonly host: string
  readonly #language: Language
  readonly #done: Promise<void>
  #end: (error?: Error) => void = () => {}
  #show: ((text: string) => void) | null = null
  #changed = 0
  #failed: string | null = null

  constructor(host: string, language: Language) {
    this.host = host
    this.#language = language
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
        if (this.#changed > 0)
          task.title = frame('host.steps', { host: this.host, count: this.#changed })[this.#language]
      },
    }
  }

  say(event: MmhaEvent): void {
    const message = wordsOf(event, this.#language)
    this.#show?.(message)
    if (event.code === 'step.changed') this.#changed += 1
    if (event.level === 'error' || event.code === 'host.unreachable') this.#failed = message
  }

  finish(): void {
    this.#end(this.#failed === null ? undefined : new Error(this.#failed))
  }
}

/** listr2 as a display: it is fed by our events and decides nothing. */
export function liveRenderer(language: Language): Renderer {
  let shown: Promise<unknown> = Promise.resolve()
  let lines: readonly HostLine[] = []
  let retitle: (more: string) => void = () => {}
  // Results belong to stdout; the display goes to stderr.
  const logger = new ListrLogger({
    useIcons: true,
    toStderr: [],
    processOutput: new ProcessOutput(process.stderr, process.stderr),
  })

  // What is replaced by its next one stands on a line of its own, until something else is said.
  let open = false
  const write = (text: string, replaced: boolean) => {
    shown = shown.then(() => {
      process.stderr.write(`${open ? '\r\x1b[2K' : ''}${text}${replaced ? '' : '\n'}`)
      open = replaced
    })
  }

  const begin = (event: MmhaEvent) => {
    const hosts = Array.isArray(event.data?.hosts) ? event.data.hosts.map(String) : []
    const current = hosts.map((host) => new HostLine(host, language))
    const title = wordsOf(event, language)
    lines = current
    const list = new Listr(
      [
        {
          title,
          task: (_context, task) => {
            retitle = (more) => {
              task.title = `${title}: ${more}`
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
    shown = shown
      .then(() => {
        if (open) process.stderr.write('\n')
        open = false
        return list.run()
      })
      .catch(() => {})
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
        else if (lines.length > 0) retitle(wordsOf(event, language))
        else {
          const text = plainLine(event, false, language)
          if (text !== null) write(text, event.code === 'seed.progress')
        }
      }
    },
    idle: async () => {
      await shown
      if (open) process.stderr.write('\n')
      open = false
    },
  }
}
