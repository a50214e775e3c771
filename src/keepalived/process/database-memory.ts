import type { Config } from '../config/config.ts'
import type { DatabaseStatus } from './status.ts'

/** What the check worker said last of each instance's database; nothing once that worker has ended. */
export class DatabaseMemory {
  readonly #known = new Map<string, DatabaseStatus>()

  keep(status: DatabaseStatus): void {
    this.#known.set(status.instance, status)
  }

  forget(): void {
    this.#known.clear()
  }

  /** Of the instances that have a role, as far as they are known. */
  status(config: Config): DatabaseStatus[] {
    return config.instances.flatMap(({ name, role }) => {
      const known = this.#known.get(name)
      return role === null || known === undefined ? [] : [known]
    })
  }
}
