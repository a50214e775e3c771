import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../src/hosts/host-facts.ts'
import { packageModule } from '../../../src/modules/package.ts'
import { NamespaceHost } from './namespace-host.ts'
import { context, hostFacts, INVENTORY, M1, M2 } from './pair-context.ts'

/** A repository of two packages of our own, the one needing the other; RPM's database and all that dnf writes are the host's own. */
const REPOSITORY = `
for at in opt root tmp var/cache; do mount -t tmpfs tmpfs /$at; done
mkdir -p /etc/rpm /opt/build /opt/repository
echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.mmha
rpm --initdb
build() {
  needs=; [ $1 = mmha-needed ] || needs='Requires: mmha-needed'
  cat >/opt/build/$1.spec <<END
Name: $1
Epoch: $3
Version: $2
Release: 3
Summary: a test
License: none
BuildArch: noarch
$needs
%description
a test
%install
mkdir -p %{buildroot}/opt/installed
echo it is here >%{buildroot}/opt/installed/%{name}
%files
/opt/installed/%{name}
END
  rpmbuild -bb -D '_topdir /opt/build' -D '_rpmdir /opt/repository' /opt/build/$1.spec
}
build mmha-needed 1.2 0
build Mmha-Tool 1.2 0
createrepo_c /opt/repository
mkdir /opt/later /opt/old
cp /opt/repository/noarch/Mmha-Tool-1.2-3.noarch.rpm /opt/old
build Mmha-Tool 1.10 1
mv /opt/repository/noarch/Mmha-Tool-1.10-3.noarch.rpm /opt/later
rm -rf /etc/yum.repos.d /etc/yum/repos.d /etc/distro.repos.d
mkdir /etc/yum.repos.d
printf '[ours]\\nname=ours\\nbaseurl=file:///opt/repository\\ngpgcheck=0\\n' >/etc/yum.repos.d/ours.repo
mount -t tmpfs tmpfs /usr/local/bin
ln -s /usr/bin/dnf /usr/local/bin/yum
`

const able =
  process.getuid?.() === 0 &&
  ['dnf', 'rpmbuild', 'createrepo_c'].every((program) => spawnSync('which', [program]).status === 0)

describe.skipIf(!able)('packages of RPM', { timeout: 300_000 }, () => {
  let host: NamespaceHost | null = null
  afterEach(async () => {
    await host?.shutDown()
    host = null
  })

  it('dnf and yum install what is missing, say what they do not know, and take back what they brought', async () => {
    const there = await NamespaceHost.boot(REPOSITORY)
    host = there
    const plan = (packageManager: HostFacts['packageManager'], name: string, state = 'present') => {
      const params = packageModule.params.parse({ name, state })
      const found = there.sh(packageModule.probe(params, { inventory: INVENTORY, host: M1, peer: M2 }))
      const mine = packageModule.parse(found)
      const facts = hostFacts(M1.address, null, { packageManager })
      return { installed: mine.installed, steps: packageModule.plan(params, context(null, mine, mine, { facts })) }
    }
    const here = () => there.sh('ls /opt/installed 2>/dev/null || :').trim()
    for (const manager of ['dnf', 'yum'] as const) {
      const before = plan(manager, 'Mmha-Tool')
      expect(before.installed).toEqual({})
      there.apply(manager, before.steps)
      expect(here()).toBe('Mmha-Tool\nmmha-needed')
      expect(plan(manager, 'Mmha-Tool')).toEqual({ installed: { 'Mmha-Tool': '1.2-3' }, steps: [] })
      expect(plan(manager, 'Mmha-Tool', 'latest').steps).toEqual([])
      // What the host has fetched so far knows nothing of it.
      there.sh('mv /opt/later/*.rpm /opt/repository/noarch && createrepo_c /opt/repository >/dev/null')
      expect(plan(manager, 'Mmha-Tool', 'latest').steps).toEqual([])
      there.sh(`${manager} -q clean expire-cache >/dev/null; ${manager} -q makecache >/dev/null`)
      const look = () =>
        there.sh('find /var/cache/dnf /var/lib/dnf /var/log /tmp -type f -newer /opt/mark 2>/dev/null | sort')
      there.sh('touch /opt/mark')
      const upgrade = plan(manager, 'Mmha-Tool', 'latest')
      expect(look()).toBe('')
      expect(upgrade.steps.map(({ diff }) => diff)).toEqual(['- package Mmha-Tool 1.2-3\n+ package Mmha-Tool 1:1.10-3'])
      there.apply(`${manager}-latest`, upgrade.steps)
      expect(plan(manager, 'Mmha-Tool', 'latest')).toEqual({ installed: { 'Mmha-Tool': '1.10-3' }, steps: [] })
      // A host that never fetched anything finds it all the same, and keeps nothing of it.
      there.sh(
        'rpm -q --quiet Mmha-Tool && rpm -U --quiet --oldpackage /opt/old/*.rpm && rm -rf /var/cache/dnf && touch /opt/mark',
      )
      expect(plan(manager, 'Mmha-Tool', 'latest').steps).toHaveLength(1)
      expect(look()).toBe('')
      there.sh(
        'mv /opt/repository/noarch/Mmha-Tool-1.10-3.noarch.rpm /opt/later && createrepo_c /opt/repository >/dev/null',
      )
      there.takeBack(manager, before.steps)
      expect(here()).toBe('mmha-needed')
      expect(() => there.apply(`${manager}-unknown`, plan(manager, 'no-such-package').steps)).toThrow(/no-such-package/)
    }
  })
})
