/**
 * How our probes speak: one fact a line, `name<TAB>value[<TAB>value…]`. A name may come more than once. File contents
 * travel as base64, so that a line is always a fact.
 */
export const FACT_FUNCTIONS = `fact() { name=$1; shift; printf '%s' "$name"; printf '\\t%s' "$@"; printf '\\n'; }
fact_file() { if [ -f "$2" ]; then fact "$1" "$2" "$(base64 -w0 <"$2")"; fi; }
fact_rows() { name=$1; while IFS= read -r row; do fact "$name" "$row"; done; }
`

/** The facts that a probe printed, by name, in their order. */
export class FactLines {
  readonly #rows = new Map<string, (readonly string[])[]>()
  readonly #sequence: (readonly [name: string, value: string])[] = []

  constructor(stdout: string) {
    for (const line of stdout.split('\n')) {
      const [name, ...values] = line.split('\t')
      if (name === undefined || name === '' || values.length === 0) continue
      const rows = this.#rows.get(name) ?? []
      rows.push(values)
      this.#sequence.push([name, values[0] ?? ''])
      this.#rows.set(name, rows)
    }
  }

  /** All rows of this name; [] when the probe did not print it. */
  rows(name: string): readonly (readonly string[])[] {
    return this.#rows.get(name) ?? []
  }

  /** Name and first value of every row, in the order in which they were printed. */
  sequence(): readonly (readonly [name: string, value: string])[] {
    return this.#sequence
  }

  /** First value of the first row; null when the probe did not print it. */
  text(name: string): string | null {
    return this.rows(name)[0]?.[0] ?? null
  }

  /** First values of all rows. */
  texts(name: string): readonly string[] {
    return this.rows(name).map((row) => row[0] ?? '')
  }

  /** `yes` is true; anything else, and nothing, is false. */
  flag(name: string): boolean {
    return this.text(name) === 'yes'
  }

  /** A file printed by `fact_file`: its path and text; null when it was not there. */
  file(name: string): { readonly path: string; readonly content: string } | null {
    const [path, content] = this.rows(name)[0] ?? []
    if (path === undefined || content === undefined) return null
    return { path, content: Buffer.from(content, 'base64').toString('utf8') }
  }

  /** Rows `name<TAB>key<TAB>value` as a record; a later key wins. */
  record(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(this.rows(name).map(([key = '', ...value]) => [key, value.join('\t')]))
  }
}
