import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { type PackageFacts, packageModule } from '../../../src/modules/package.ts'
import { NamespaceHost } from './namespace-host.ts'
import { context, hostFacts, INVENTORY, M1, M2 } from './pair-context.ts'

/** Three packages of our own, each needing the one before it; dpkg's and apt's folders are the host's own. */
const DEBIAN = `
for at in opt var/cache var/lib; do mount -t tmpfs tmpfs /$at; done
mkdir -p /var/lib/mmha /var/lib/dpkg/info /var/lib/dpkg/updates /var/lib/apt/lists/partial /var/cache/apt/archives/partial /opt/build /opt/repository
: >/var/lib/dpkg/status
: >/var/lib/dpkg/available
needs=
for name in one two three; do
  mkdir -p /opt/build/$name/DEBIAN /opt/build/$name/opt/installed
  printf 'Package: mmha-%s\\nVersion: 1\\nArchitecture: all\\nMaintainer: a test <a@test>\\nDescription: a test\\n%s' $name "$needs" >/opt/build/$name/DEBIAN/control
  : >/opt/build/$name/opt/installed/$name
  dpkg-deb --build /opt/build/$name /opt/repository/mmha-$name.deb
  needs="Depends: mmha-$name
"
done
dpkg -i /opt/repository/mmha-one.deb /opt/repository/mmha-two.deb /opt/repository/mmha-three.deb
`

const RPM = `
for at in opt root tmp var/cache; do mount -t tmpfs tmpfs /$at; done
mkdir -p /etc/rpm /opt/build /opt/repository
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.mmha
rpm --initdb
needs=
for name in one two three; do
  printf 'Name: mmha-%s\\nVersion: 1\\nRelease: 1\\nSummary: a test\\nLicense: none\\nBuildArch: noarch\\n%s%%description\\na test\\n%%install\\nmkdir -p %%{buildroot}/opt/installed\\necho it >%%{buildroot}/opt/installed/%s\\n%%files\\n/opt/installed/%s\\n' $name "$needs" $name $name >/opt/build/$name.spec
  rpmbuild -bb -D '_topdir /opt/build' -D '_rpmdir /opt/repository' /opt/build/$name.spec
  needs="Requires: mmha-$name
"
done
rpm -i /opt/repository/noarch/*.rpm
`

const NOTHING: PackageFacts = { installed: {}, newer: {}, goes: [] }

const able = (...programs: string[]) =>
  process.getuid?.() === 0 && programs.every((program) => spawnSync('which', [program]).status === 0)

describe.each([
  { packageManager: 'apt', start: DEBIAN, runs: able('apt-get', 'dpkg-deb'), version: '1' },
  { packageManager: 'dnf', start: RPM, runs: able('dnf', 'rpmbuild'), version: '1-1' },
] as const)('packages that are removed, by $packageManager', ({ packageManager, start, runs, version }) => {
  let host: NamespaceHost | null = null
  afterEach(async () => {
    await host?.shutDown()
    host = null
  })

  it.skipIf(!runs)(
    'what needs them is shown, and refused unless it is asked for; a rollback takes none of it away',
    { timeout: 120_000 },
    async () => {
      const there = await NamespaceHost.boot(start)
      host = there
      const plan = (asked: object) => {
        const params = packageModule.params.parse({ state: 'absent', ...asked })
        const mine = packageModule.parse(
          there.sh(packageModule.probe(params, { inventory: INVENTORY, host: M1, peer: M2 })),
        )
        const facts: HostFacts = hostFacts(M1.address, null, { packageManager })
        return packageModule.plan(params, context(null, mine, mine, { facts }))
      }
      const here = () => there.sh('ls /opt/installed').trim().split('\n').join(' ')
      expect(plan({ name: 'mmha-none' })).toEqual([])
      expect(() => plan({ name: 'mmha-one' })).toThrow(
        /^mmha-one can't be removed alone: with it would go what needs it: mmha-(two, mmha-three|three, mmha-two)$/,
      )
      const [steps] = [plan({ name: ['mmha-one', 'mmha-none'], dependents: true })]
      expect(steps.map(({ title }) => title)).toEqual(['the task: remove mmha-one'])
      expect(steps[0]?.diff.split('\n').toSorted()).toEqual([
        `- package mmha-one ${version}`,
        '- package mmha-three (needs it)',
        '- package mmha-two (needs it)',
      ])
      expect(steps).toMatchObject([{ impact: 'restart', undoImpact: 'none' }])

      // Installed by a run, and needed by something since: taking it back ends before anything goes.
      const missing = packageModule.plan(
        packageModule.params.parse({ name: ['mmha-one'] }),
        context(null, NOTHING, NOTHING, { facts: hostFacts(M1.address, null, { packageManager }) }),
      )
      const install = missing.map((step) => ({ ...step, run: { parts: [':\n'] } }))
      there.apply('installed', install)
      expect(() => there.takeBack('installed', install)).toThrow(/with mmha-one would go what needs it: mmha-/)
      expect(here()).toBe('one three two')

      // The last one goes alone, then all others.
      there.apply('last', plan({ name: 'mmha-three' }))
      expect(here()).toBe('one two')
      there.apply('rest', plan({ name: 'mmha-one', dependents: true }))
      expect(there.sh('ls -A /opt/installed 2>/dev/null || :').trim()).toBe('')
      expect(plan({ name: ['mmha-one', 'mmha-two'] })).toEqual([])
    },
  )

  it('a database server is never among them', () => {
    const facts = hostFacts(M1.address, null, { packageManager })
    const mine = { installed: { libaio1: '1' }, newer: {}, goes: ['libaio1', 'mysql-server-core'] }
    const params = packageModule.params.parse({ name: 'libaio1', state: 'absent', dependents: true })
    expect(() => packageModule.plan(params, context(null, mine, mine, { facts }))).toThrow(
      'mysql-server-core is a database server: it is not removed',
    )
  })
})
