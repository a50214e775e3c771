import type { Play, Task } from './play.ts'

/** What later tasks may name as `registered.NAME`: whether a task changes its host in this run, and what it found there. */
export type TaskResult = Readonly<Record<string, unknown>> & { readonly changed: boolean }

/** Names → results of one host; null: nothing is known of it yet. */
export type Results = Readonly<Record<string, TaskResult | null>>

/** Results of the tasks that have `register`, host by host. */
export class Registered {
  readonly #unknown: Results
  readonly #byHost = new Map<string, Results>()

  constructor(plays: readonly Play[]) {
    const names = plays.flatMap(({ tasks, handlers }) => [...tasks, ...handlers].map(({ register }) => register))
    this.#unknown = Object.fromEntries(names.flatMap((name) => (name === null ? [] : [[name, null]])))
  }

  of(host: string): Results {
    return this.#byHost.get(host) ?? this.#unknown
  }

  /** @param found what the module's look gave @param changed null: what was said before stays; else no */
  note(task: Task, host: string, found: unknown, changed: boolean | null): void {
    const name = task.register
    if (name === null) return
    const results = this.of(host)
    const result = { ...task.module.result?.(found), changed: changed ?? results[name]?.changed ?? false }
    this.#byHost.set(host, { ...results, [name]: result })
  }
}
