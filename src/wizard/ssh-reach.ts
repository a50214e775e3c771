import { type Connection, connect } from '../hosts/connection.ts'
import { type Gathered, gather } from '../hosts/gather.ts'
import { HostKeyError, nameOf } from '../hosts/host-key-error.ts'
import { type KnownHost, keyType, knownHostName } from '../hosts/known-hosts.ts'
import { addKnownHost } from '../hosts/known-hosts-files.ts'
import { runSections } from '../hosts/run-sections.ts'
import type { SshTarget } from '../inventory/inventory.ts'
import { expand, KEYS, KNOWN_HOSTS, type SshDefaults } from '../inventory/resolve-ssh.ts'
import { revealed } from '../modules/step.ts'
import { Cancelled } from './question.ts'
import type { Login, Reach, ReachedHost, Trust } from './reach.ts'
import { PACKAGES_SCRIPT, parsePackages } from './server-choice.ts'

export interface SshReach {
  readonly reach: Reach
  /** Writes the host keys that the person accepted into known_hosts. */
  remember(): void
}

interface Accepted {
  readonly target: SshTarget
  readonly key: Buffer
}

/** Reaches hosts as every other command will, with one difference: an unknown host key is asked about. */
export function sshReach(defaults: SshDefaults): SshReach {
  const accepted: Accepted[] = []
  const reach: Reach = async (login, trust, signal) => {
    const target = targetOf(login, defaults)
    try {
      const connection = await connectTrusting(target, trust, accepted, signal)
      return await lookAt(connection, login)
    } catch (error) {
      throw signal.aborted ? new Cancelled() : error
    }
  }
  return {
    reach,
    remember() {
      for (const { target, key } of accepted) addKnownHost(target, key)
    },
  }
}

async function connectTrusting(
  target: SshTarget,
  trust: Trust,
  accepted: Accepted[],
  signal: AbortSignal,
): Promise<Connection> {
  const attempt = () => connect(target.host, target, { trusted: accepted.map(asKnownHost), signal })
  try {
    return await attempt()
  } catch (error) {
    // A changed or revoked key is nothing to ask about: whoever says yes by habit has lost.
    if (!(error instanceof HostKeyError) || error.verdict !== 'unknown') throw error
    const { host, port } = target
    const { key, fingerprint } = error
    if (!(await trust({ host, port, algorithm: keyType(key), fingerprint }))) throw error
    accepted.push({ target, key })
    return await attempt()
  }
}

async function lookAt(connection: Connection, login: Login): Promise<ReachedHost> {
  let gathered: Gathered
  try {
    gathered = await gather(connection, [{ id: 'packages', text: PACKAGES_SCRIPT }])
  } catch (error) {
    await connection.close()
    throw error
  }
  return {
    login,
    facts: gathered.facts,
    packages: parsePackages(gathered.probes.get('packages') ?? ''),
    async run(script) {
      const { finished } = await runSections(connection, 'probe', [{ id: 'probe', text: revealed(script) }])
      return finished[0]?.output ?? ''
    },
    close: () => connection.close(),
  }
}

/** The target that the inventory's loader will make of the same login. */
function targetOf(login: Login, defaults: SshDefaults): SshTarget {
  const usual = defaults(login.host, login.host)
  const here = process.cwd()
  const files = (names: readonly string[]) => names.map((file) => expand(file, here))
  return {
    ...usual,
    host: usual?.host ?? login.host,
    port: login.port,
    user: login.user,
    keys: files(login.key === null ? (usual?.keys ?? KEYS) : [login.key]),
    password: null,
    knownHosts: files(usual?.knownHosts ?? KNOWN_HOSTS),
    // The person has just compared the key: they may look the line up again.
    hashKnownHosts: false,
  }
}

function asKnownHost({ target, key }: Accepted): KnownHost {
  return {
    marker: 'none',
    hosts: knownHostName(nameOf(target)),
    type: keyType(key),
    key: key.toString('base64'),
    at: '',
  }
}
