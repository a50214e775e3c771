import { inspect } from 'node:util'

/**
 * A value that must never be seen. It prints as `***` in strings, JSON, templates and `util.inspect`;
 * only `reveal()` gives the text, and only at the edge (stdin of a remote shell, a socket).
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '***'
  }

  toJSON(): string {
    return '***'
  }

  [inspect.custom](): string {
    return 'Secret(***)'
  }
}
