import { Option } from 'commander'
import { sshConfigDefaults } from '../hosts/ssh-config/defaults.ts'
import type { LoadOptions } from '../inventory/load.ts'
import type { SshDefaults } from '../inventory/resolve-ssh.ts'
import { labSshDefaults } from '../lab/inside.ts'
import { runVaultPassword } from './vault-password-option.ts'

/** `-v`, `-vv`. */
export function verboseOption(what: string): Option {
  const option = new Option('-v, --verbose', `${what}; twice: also what they run, secrets masked`)
  return option.argParser((_, before: number | undefined) => (before ?? 0) + 1)
}

/** Flag of the commands that may be the first to reach a pair. */
export function acceptNewOption(): Option {
  return new Option('--accept-new', 'trust hosts that were never seen, and remember their keys in known_hosts')
}

/** Flag of the commands that only look at pairs. */
export function limitOption(): Option {
  return new Option('--limit <pairs>', 'of several pairs only these, separated by commas')
}

/** What the commands for one pair or several take. */
export const INVENTORIES =
  'YAML file, as `mmha init` writes it; several pairs: a directory of such files, or a file with `pairs:`; or an Ansible inventory'

/** Flag of the commands that read an inventory. */
export function pairOption(): Option {
  return new Option('--pair <name>', 'which of several pairs; of an Ansible inventory by its group')
}

/** How the commands read an inventory: a running lab says how its hosts are reached, else ~/.ssh/config does. */
export function reachOptions({ acceptNew = false, pair }: ReachFlags = {}): LoadOptions {
  return {
    sshDefaults: reachDefaults(),
    acceptNew,
    vaultPassword: runVaultPassword,
    ...(pair === undefined ? {} : { pair }),
  }
}

interface ReachFlags {
  readonly acceptNew?: boolean
  readonly pair?: string
}

/** What the user needn't write about reaching a host. */
export function reachDefaults(): SshDefaults {
  const config = sshConfigDefaults()
  return (address, name) => labSshDefaults(address) ?? config(address, name)
}
