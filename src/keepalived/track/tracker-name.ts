/** What a tracked process or file is called among an instance's trackers: scripts have their bare names. */

interface Named {
  readonly name: string
}

export function processTracker<Entry extends Named>(entry: Entry): Entry {
  return { ...entry, name: `process ${entry.name}` }
}

export function fileTracker<Entry extends Named>(entry: Entry): Entry {
  return { ...entry, name: `file ${entry.name}` }
}

export function interfaceTracker(name: string): string {
  return `interface ${name}`
}

interface Server {
  readonly address: string
  readonly port: number
}

export function realServerTracker({ address, port }: Server): string {
  return `real_server ${address}:${port}`
}

export function virtualServerTracker({ label }: { readonly label: string }): string {
  return `virtual_server ${label}`
}
