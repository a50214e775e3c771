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

interface Labelled {
  readonly label: string
}

interface Server {
  readonly address: string
  readonly port: number
}

/** One server may stand in several virtual servers, with other checks in each. */
export function realServerTracker(virtual: Labelled, { address, port }: Server): string {
  return `real_server ${address}:${port} of ${virtual.label}`
}

export function virtualServerTracker({ label }: Labelled): string {
  return `virtual_server ${label}`
}
