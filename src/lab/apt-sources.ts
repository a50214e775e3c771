/** One `deb` source of the machine: where, which suites, which parts. */
export interface AptSource {
  readonly uri: string
  readonly suites: readonly string[]
  readonly components: readonly string[]
}

/** Sources of a deb822 file (`*.sources`): stanzas that are enabled and have binary packages. */
export function parseDeb822(text: string): readonly AptSource[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map<string, string>()
      let last = ''
      for (const line of stanza.split('\n')) {
        const field = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line)
        if (field) {
          last = (field[1] ?? '').toLowerCase()
          fields.set(last, field[2] ?? '')
        } else if (/^\s/.test(line)) fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`)
      }
      const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter(Boolean)
      if (!words('types').includes('deb') || /^(no|false|0|off)$/i.test(fields.get('enabled') ?? 'yes')) return []
      return words('uris').map((uri) => ({ uri, suites: words('suites'), components: words('components') }))
    })
}

/** Sources of a one-line file (`sources.list`): `deb [options] uri suite component…`. */
export function parseOneLine(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line)
    if (!match) return []
    const [, uri = '', suite = '', components = ''] = match
    return [{ uri, suites: [suite], components: components.split(/\s+/).filter(Boolean) }]
  })
}

const RELEASES = [
  ...['bullseye', 'bookworm', 'trixie', 'forky', 'duke', 'sid'],
  ...['oldoldstable', 'oldstable', 'stable', 'testing', 'unstable'],
]

export interface Mirrors {
  /** Debian's archive, as this machine reaches it. */
  readonly archive: string
  /** Security updates, as this machine reaches them; null when it has none configured. */
  readonly security: string | null
}

/** The machine's own mirrors among its sources; null when it has no mirror of Debian's archive. */
export function mirrorsAmong(sources: readonly AptSource[]): Mirrors | null {
  const main = sources.filter((source) => source.components.includes('main'))
  const withSuite = (test: (suite: string) => boolean) => main.find((source) => source.suites.some(test))?.uri
  const archive = withSuite((suite) => RELEASES.includes(suite))
  if (archive === undefined) return null
  const security = withSuite((suite) => /^[a-z]+(-security|\/updates)$/.test(suite))
  return { archive, security: security ?? null }
}

/** The lines of a sources.list for another suite from the same mirrors. */
export function sourcesFor(mirrors: Mirrors, suite: string, updates: boolean): readonly string[] {
  const line = (uri: string, name: string) => `deb ${uri} ${name} main`
  return [
    line(mirrors.archive, suite),
    ...(updates ? [line(mirrors.archive, `${suite}-updates`)] : []),
    ...(updates && mirrors.security !== null ? [line(mirrors.security, `${suite}-security`)] : []),
  ]
}

/**
 * The machine's way to the network out of `apt-config dump`: proxies, certificates, time limits; as apt options.
 * Without them a machine behind a proxy could use apt but not the lab.
 */
export function networkOptions(aptConfigDump: string): readonly string[] {
  return aptConfigDump
    .split('\n')
    .map((line) => /^(Acquire::(?:http|https|ftp|ForceIPv[46])[^ ]*) "(.+)";$/.exec(line))
    .flatMap((match) => (match ? [`${match[1]} "${match[2]}"`] : []))
}
