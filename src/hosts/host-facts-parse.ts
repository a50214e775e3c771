import type { HostFacts, Nic, ServerFacts } from './host-facts.ts'

/** Reads what HOST_FACTS_SCRIPT printed. Pure; what a host doesn't tell is empty or null. */
export function parseHostFacts(stdout: string): HostFacts {
  const parts = new Map<string, string[]>()
  let lines: string[] = []
  for (const line of stdout.split('\n')) {
    const name = /^== (\w+)$/.exec(line)?.[1]
    if (name === undefined) lines.push(line)
    else {
      lines = []
      parts.set(name, lines)
    }
  }
  const part = (name: string): string[] => (parts.get(name) ?? []).filter((line) => line !== '')
  const os = osRelease(part('os'))
  const [uid = '0', sudo = '0'] = (part('login')[0] ?? '').split(' ')
  return {
    os: {
      id: os.get('ID') ?? '',
      idLike: (os.get('ID_LIKE') ?? '').split(' ').filter((word) => word !== ''),
      version: os.get('VERSION_ID') ?? '',
      codename: os.get('VERSION_CODENAME') ?? '',
    },
    arch: part('arch')[0] ?? '',
    glibc: /^glibc (\S+)/.exec(part('glibc')[0] ?? '')?.[1] ?? '',
    init: part('init')[0] === 'systemd' ? 'systemd' : 'sysv',
    packageManager: packageManager(part('package')[0] ?? ''),
    nics: nics(part('link'), part('address')),
    uid: Number(uid),
    sudo: sudo === '1',
    hostname: part('hostname')[0] ?? '',
    server: server(part('server')[0], part('units'), part('running')),
  }
}

function osRelease(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.flatMap((line) => {
      const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? []
      return key === undefined || value === undefined ? [] : [[key, value.replace(/^(["'])(.*)\1$/, '$2')] as const]
    }),
  )
}

function packageManager(path: string): HostFacts['packageManager'] {
  const name = path.replace(/^.*\//, '')
  if (name === 'apt-get') return 'apt'
  return name === 'dnf' || name === 'yum' ? name : 'none'
}

function nics(links: readonly string[], addresses: readonly string[]): Nic[] {
  return links.flatMap((line) => {
    // `2: host0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 … link/ether 52:54:… brd …`
    const [, name, flags] = /^\d+: ([^:@\s]+)(?:@[^:\s]+)?: <([^>]*)>/.exec(line) ?? []
    if (name === undefined) return []
    return [
      {
        name,
        up: (flags ?? '').split(',').includes('UP'),
        mac: /link\/\S+ ([0-9a-f:]{17})/.exec(line)?.[1] ?? '',
        addresses: addresses.flatMap((text) => {
          const [, owner, address] = /^\d+: (\S+)\s+inet6? (\S+)/.exec(text) ?? []
          return owner === name && address !== undefined ? [address] : []
        }),
      },
    ]
  })
}

/** Units that may run a server of this family, the likeliest first. */
const UNITS: Readonly<Record<ServerFacts['flavour'], readonly string[]>> = {
  mysql: ['mysql', 'mysqld'],
  mariadb: ['mariadb', 'mysql', 'mysqld'],
}

function server(version: string | undefined, units: readonly string[], running: readonly string[]): ServerFacts | null {
  // `mariadbd  Ver 10.11.14-MariaDB-… for debian-linux-gnu`, `/usr/sbin/mysqld  Ver 9.7.4 for Linux on x86_64 (…)`
  const number = /Ver (\S+)/.exec(version ?? '')?.[1]
  if (number === undefined) return null
  const flavour = /mariadb/i.test(version ?? '') ? 'mariadb' : 'mysql'
  const wanted = UNITS[flavour]
  const names = units.map((line) => line.split(' ')[0] ?? '')
  return {
    flavour,
    version: number.replace(/^(\d+(?:\.\d+)+(?:-MariaDB)?).*$/, '$1'),
    running: running.length > 0,
    unit: wanted.find((name) => names.includes(name)) ?? wanted[0] ?? 'mysql',
  }
}
