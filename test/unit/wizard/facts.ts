import type { HostFacts, Nic } from '../../../src/hosts/host-facts.ts'

/** A Debian host with these interfaces, each `name address…`, up unless the name ends with `!`. */
export function hostWith(...nics: readonly string[]): HostFacts {
  return {
    os: { id: 'debian', idLike: [], version: '12', codename: 'bookworm' },
    arch: 'amd64',
    glibc: '2.36',
    init: 'systemd',
    packageManager: 'apt',
    nics: nics.map(nic),
    uid: 0,
    sudo: true,
    hostname: 'db1',
    server: null,
  }
}

function nic(text: string, index: number): Nic {
  const [name = '', ...addresses] = text.split(' ')
  return { name: name.replace('!', ''), up: !name.endsWith('!'), mac: `52:54:00:00:00:0${index}`, addresses }
}
