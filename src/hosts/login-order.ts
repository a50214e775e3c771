import type { AnyAuthMethod } from 'ssh2'
import type { Login } from './authentication.ts'

/** Goes through the ways to log in, leaving out what the host does not offer. */
export class LoginOrder {
  readonly #left: Login[]
  readonly #tried: Login[] = []

  constructor(logins: readonly Login[]) {
    this.#left = [...logins]
  }

  /** @param offered what the host would take; null: it has not said yet. @returns null: there is nothing more to try */
  next(offered: readonly string[] | null): AnyAuthMethod | null {
    for (let login = this.#left.shift(); login !== undefined; login = this.#left.shift()) {
      const { type } = login.method
      // The same password over the other method would be a second wrong try.
      const again = type === 'keyboard-interactive' && this.#tried.some(({ method }) => method.type === 'password')
      if (again && offered?.includes('password')) continue
      if (offered !== null && !offered.includes(type === 'agent' ? 'publickey' : type)) continue
      this.#tried.push(login)
      return login.method
    }
    return null
  }

  get tries(): number {
    return this.#tried.length
  }

  /** `tried a, b`, or '' */
  toString(): string {
    const labels = this.#tried.map(({ label }) => label)
    return labels.length === 0 ? '' : `tried ${labels.join(', ')}`
  }
}
