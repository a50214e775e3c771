import { join } from 'node:path'
import type { Command } from 'commander'
import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import { inLanguage, joined } from '../events/message.ts'
import { lab as say } from '../events/messages/lab.ts'
import { ndjson, plain } from '../events/renderer.ts'
import { labDown } from '../lab/down.ts'
import { hostNamed, killPower, powerOn, reboot, shutDown } from '../lab/faults.ts'
import { FLAVOURS, flavourNamed } from '../lab/flavour.ts'
import { LAB_VARIABLE, runHere, runInside } from '../lab/inside.ts'
import { hostOff, initOf, isOn, onConsole } from '../lab/machine.ts'
import { cutCable, heal, isUnplugged, partition, plugCable } from '../lab/network.ts'
import { sshArguments } from '../lab/ssh-keys.ts'
import { type LabHost, type LabState, listLabs, readState } from '../lab/state.ts'
import { labUp } from '../lab/up.ts'
import { installationRoot } from '../modules/installation-root.ts'
import { labInventory } from './lab-inventory.ts'
import { runVaultPassword } from './vault-password-option.ts'

interface NameOption {
  readonly name: string
  readonly json?: boolean
}

interface UpOptions extends NameOption {
  readonly server: string
  readonly fallback?: string | true
}

/** Runs a host's own program on its disk; journalctl wants /proc. */
const READ_DISK = 'mount -t proc proc "$1/proc" && exec chroot "$@"'

const HELP = `
Examples:
  mmha lab up inventory.yml --server mariadb-11.8
  mmha lab ssh m1
  mmha lab exec m1 -- systemctl status mysql
  mmha lab power m1 kill
  mmha lab down
Needs root and Debian 12 or newer; docs/lab.md.
`

const POWER = { kill: killPower, on: powerOn, off: shutDown, reboot }

function isPower(what: string): what is keyof typeof POWER {
  return Object.hasOwn(POWER, what)
}

/** Shows what happens: on stderr for a person, as one JSON document a line on stdout with --json. */
function sinkFor({ json }: NameOption) {
  return (json === true ? ndjson(process.stdout) : plain(process.stderr, false)).sink
}

/** `mmha lab …`: disposable hosts on this machine. */
export function registerLab(program: Command): void {
  const lab = program.command('lab').description('disposable database hosts on this machine').addHelpText('after', HELP)
  const command = (usage: string, description: string) =>
    lab
      .command(usage)
      .description(description)
      .option('--name <lab>', 'which lab', process.env[LAB_VARIABLE] || 'lab')
      .option('--json', 'what happens as one JSON document a line, on stdout')

  command('up [inventory]', 'bring fresh hosts up, as the inventory names them')
    .option(
      '--server <flavour>',
      `what their package repository offers: ${Object.keys(FLAVOURS).join(', ')}`,
      'mysql-9.7',
    )
    .option('--fallback [flavour]', 'taken when Debian no longer has the server (default mariadb-11.8)')
    .action(async (inventory: string | undefined, options: UpOptions) => {
      const { name, server, fallback = null } = options
      const leaving = new AbortController()
      const leave = () => leaving.abort()
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
      for (const signal of signals) process.on(signal, leave)
      try {
        await labUp({
          name,
          ...labInventory(inventory ?? join(installationRoot(), 'inventories/lab.yml'), {
            sshDefaults: () => null,
            vaultPassword: runVaultPassword,
          }),
          flavour: flavourNamed(server),
          fallback: fallback === null ? null : flavourNamed(fallback === true ? 'mariadb-11.8' : fallback),
          sink: sinkFor(options),
          signal: leaving.signal,
        })
      } catch (error) {
        if (!leaving.signal.aborted) throw error
        process.stderr.write(`${say('lab.interrupted')[language()]}\n`)
        process.exitCode = EXIT.cancelled
      } finally {
        for (const signal of signals) process.off(signal, leave)
      }
    })

  command('down', 'take the lab down; nothing of it is left').action(async (options: NameOption) => {
    await labDown(options.name, sinkFor(options))
  })

  command('status', 'show the hosts of all labs').action(({ json }: NameOption) => {
    const labs = listLabs()
    if (json === true) {
      const document = labs.map((each) => ({ ...each, hosts: each.hosts.map((host) => ({ ...host, on: isOn(host) })) }))
      process.stdout.write(`${JSON.stringify(document)}\n`)
    } else
      process.stdout.write(labs.length === 0 ? `${say('lab.none')[language()]}\n` : labs.map(statusText).join('\n'))
  })

  command('ssh <host> [command...]', 'log in to a host')
    .passThroughOptions()
    .action(async (host: string, words: readonly string[], { name }: NameOption) => {
      const { state, target } = find(name, host)
      const login = `${state.ssh.user}@${target.address}`
      const ssh = ['ssh', ...sshArguments(state.ssh, target.sshPort), login, ...bare(words)]
      process.exitCode = await runInside(state, ssh)
    })

  command('exec <host> <command...>', 'run a command as root on a host, without its network')
    .passThroughOptions()
    .action(async (host: string, words: readonly string[], { name }: NameOption) => {
      process.exitCode = await runHere(onConsole(running(find(name, host).target), bare(words), process.env.TERM))
    })

  command('logs <host> [words...]', "show a host's journal; further words go to journalctl (-f, -u mysql)")
    .passThroughOptions()
    .action(async (host: string, words: readonly string[], { name }: NameOption) => {
      const { target } = find(name, host)
      const init = initOf(target)
      const journal = ['journalctl', '--no-pager', ...bare(words)]
      // Of a host that is off, its own journalctl reads the disk: another version may not know its format.
      const fromDisk = ['unshare', '--mount', 'sh', '-c', READ_DISK, 'logs', target.root, ...journal] as const
      process.exitCode = await runHere(
        init === null ? [...fromDisk, '--directory=/var/log/journal'] : onConsole(init, journal),
      )
    })

  command('power <host> <kill|on|off|reboot>', 'kill: power loss; off and reboot: in order').action(
    async (host: string, what: string, options: NameOption) => {
      const { state, target } = find(options.name, host)
      if (!isPower(what)) throw usage(`power ${what}`, Object.keys(POWER))
      await POWER[what](state, target)
      sinkFor(options)({ code: `lab.power.${what}`, level: 'info', host: target.name, message: `power ${what}: done` })
    },
  )

  command('cable <host> <cut|plug>', 'pull the network cable of a host, or put it back').action(
    async (host: string, what: string, options: NameOption) => {
      const { state, target } = find(options.name, host)
      if (what !== 'cut' && what !== 'plug') throw usage(`cable ${what}`, ['cut', 'plug'])
      await (what === 'cut' ? cutCable : plugCable)(state, target)
      sinkFor(options)({ code: `lab.cable.${what}`, level: 'info', host: target.name, message: `cable ${what}: done` })
    },
  )

  command('partition [groups...]', 'split the network: `m1 m2,c1`; without groups: heal it').action(
    async (groups: readonly string[], options: NameOption) => {
      const state = labNamed(options.name)
      const sides = groups.map((group) => group.split(',').map((host) => hostNamed(state, host)))
      await (sides.length === 0 ? heal(state) : partition(state, sides))
      const message = sides.length === 0 ? 'the network is whole' : `the network is split: ${groups.join(' | ')}`
      sinkFor(options)({ code: 'lab.partition', level: 'info', message })
    },
  )
}

/** Without the `--` that may stand before a host's command. */
function bare(words: readonly string[]): readonly string[] {
  return words[0] === '--' ? words.slice(1) : words
}

function statusText(lab: LabState): string {
  const own = language()
  const lines = lab.hosts.map((host) => {
    const state = joined(
      [say(isOn(host) ? 'lab.on' : 'lab.off'), ...(isUnplugged(host) ? [say('lab.cable-cut')] : [])],
      'clause',
    )
    return `  ${host.name.padEnd(8)} ${host.address.padEnd(15)} ${host.role.padEnd(7)} ${inLanguage(state, own)}\n`
  })
  const { name, flavour: server, startedAt: time, namespace } = lab
  return `${say('lab.status', { name, server, time, namespace })[own]}\n${lines.join('')}`
}

function labNamed(name: string): LabState {
  const state = readState(name)
  if (state?.phase === 'up') return state
  const others = listLabs().map((lab) => lab.name)
  throw new MmhaError(`the lab ${name} is not up`, {
    code: 'LAB_NOT_UP',
    source: 'user',
    exit: EXIT.invalid,
    hint: others.length === 0 ? 'bring it up: `mmha lab up`' : `up are: ${others.join(', ')} (--name)`,
  })
}

function find(name: string, host: string): { readonly state: LabState; readonly target: LabHost } {
  const state = labNamed(name)
  return { state, target: hostNamed(state, host) }
}

function running(host: LabHost): number {
  const init = initOf(host)
  if (init === null) throw hostOff(host)
  return init
}

function usage(what: string, known: readonly string[]): MmhaError {
  return new MmhaError(`unknown: ${what}`, {
    code: 'USAGE',
    source: 'user',
    exit: EXIT.invalid,
    hint: `one of ${known.join(', ')}`,
  })
}
