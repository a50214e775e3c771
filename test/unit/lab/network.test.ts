import { describe, expect, it } from 'vitest'
import { chooseLab } from '../../../src/lab/inside.ts'
import { partitionRules } from '../../../src/lab/network.ts'
import { packagesIndex, releaseFile } from '../../../src/lab/repository.ts'
import { missingPackages } from '../../../src/lab/requirements.ts'
import { knownHostsLine, sshArguments } from '../../../src/lab/ssh-keys.ts'
import type { LabState } from '../../../src/lab/state.ts'

const labOfName = (name: string): LabState => ({
  format: 1,
  name,
  phase: 'up',
  flavour: 'mysql-9.7',
  inventory: 'lab.yml',
  startedAt: '2026-01-01T00:00:00Z',
  namespace: `mmha-${name}`,
  controller: '10.77.0.1/24',
  hosts: [],
  ssh: { user: 'root', key: 'k', knownHosts: 'h' },
  image: { root: 'r', repository: 'p' },
})

describe('which lab is meant', () => {
  const [a, b] = [labOfName('a'), labOfName('b')]
  const nowhere = () => false

  it.each([
    ['none', [], undefined, nowhere, null],
    ['the only one', [a], undefined, nowhere, 'a'],
    ['the one named', [a, b], 'b', nowhere, 'b'],
    ['one named that has other addresses: none', [a, b], 'c', nowhere, null],
    ['the one whose network we are in', [a, b], undefined, (lab: LabState) => lab === b, 'b'],
    ['two and nothing to choose by: open', [a, b], undefined, nowhere, null],
  ])('%s', (_, labs, named, inside, expected) => {
    expect(chooseLab(labs, named, inside)?.name ?? null).toBe(expected)
  })
})

describe('partition', () => {
  it('drops both ways between groups, nothing within one', () => {
    const drops = partitionRules([['m1'], ['m2', 'c1']])
      .split('\n')
      .filter((line) => line.endsWith('drop'))
    expect(drops).toEqual([
      'add rule bridge mmha forward iifname { "m1" } oifname { "m2", "c1" } drop',
      'add rule bridge mmha forward iifname { "m2", "c1" } oifname { "m1" } drop',
    ])
  })

  it('one group is no partition', () => {
    expect(partitionRules([['m1', 'm2']])).not.toContain('drop\n')
  })
})

describe('SSH', () => {
  it('known_hosts has the port where it is not 22', () => {
    expect(knownHostsLine('10.0.0.1', 22, 'ssh-ed25519 AAAA m1')).toBe('10.0.0.1 ssh-ed25519 AAAA\n')
    expect(knownHostsLine('10.0.0.1', 2222, 'ssh-ed25519 AAAA m1')).toBe('[10.0.0.1]:2222 ssh-ed25519 AAAA\n')
  })

  it('host keys are checked, and nobody is asked', () => {
    const words = sshArguments({ key: '/k', knownHosts: '/h' }, 22).join(' ')
    expect(words).toContain('StrictHostKeyChecking=yes')
    expect(words).toContain('UserKnownHostsFile=/h')
    expect(words).toContain('BatchMode=yes')
  })
})

describe('package repository', () => {
  const index = packagesIndex([
    { file: 'a_1_all.deb', control: 'Package: a\nVersion: 1\n', size: 7, sha256: 'aa' },
    { file: 'b_2_all.deb', control: 'Package: b\nVersion: 2', size: 8, sha256: 'bb' },
  ])

  it('one stanza for each package', () => {
    expect(index).toBe(
      'Package: a\nVersion: 1\nFilename: ./a_1_all.deb\nSize: 7\nSHA256: aa\n\nPackage: b\nVersion: 2\nFilename: ./b_2_all.deb\nSize: 8\nSHA256: bb\n',
    )
  })

  it('the release names the index by size and sum', () => {
    expect(releaseFile('sid', index)).toMatch(new RegExp(`^ [0-9a-f]{64} ${index.length} Packages$`, 'm'))
  })
})

describe('requirements', () => {
  it('names the packages whose program is nowhere', () => {
    const have = new Set(['/usr/bin/mmdebstrap', '/usr/sbin/bridge', '/usr/bin/nsenter', '/usr/bin/mount'])
    const missing = missingPackages('/usr/bin:/bin', (file) => have.has(file))
    expect(missing).toEqual(['systemd-container', 'nftables', 'openssh-client', 'dpkg', 'apt'])
  })
})
