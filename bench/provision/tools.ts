import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inNamespace } from '../../src/lab/network.ts'
import type { LabState } from '../../src/lab/state.ts'
import type { ToolName } from './options.ts'
import { PROXY_HOST } from './proxies.ts'

export type Job = 'first run' | 'nothing to change' | 'plan'

/** How one run of a tool went. */
export interface ToolRun {
  /** s of wall time, from the start of the program to its end. */
  readonly seconds: number
  /** s of processor time here, of the program and what it waited for. */
  readonly cpu: number
  readonly code: number | null
  readonly output: string
  /** It said that it changed something; null: it didn't say. */
  readonly changed: boolean | null
}

const root = new URL('../../', import.meta.url).pathname
const ansible = new URL('./ansible/', import.meta.url).pathname
const MITOGEN = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy'

/** Why a tool can't be measured here; null: it can. */
export function whyNot(tool: ToolName): string | null {
  if (tool !== 'mmha' && !existsSync('/usr/bin/ansible-playbook')) return 'no ansible: apt-get install ansible'
  if (tool !== 'mmha' && !existsSync('/usr/lib/python3/dist-packages/ansible_collections/community/mysql')) {
    return 'no community.mysql: apt-get install ansible'
  }
  return tool === 'mitogen' && !existsSync(MITOGEN) ? 'no mitogen: apt-get install ansible-mitogen' : null
}

/** What a tool needs to find the hosts of a lab behind its relays, in a folder of its own. */
export class Controller {
  readonly #lab: LabState
  readonly #folder: string
  #runs = 0

  constructor(lab: LabState, ports: readonly number[], folder: string) {
    this.#lab = lab
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const hosts = lab.hosts.filter(({ role }) => role === 'master').map((host, i) => ({ ...host, sshPort: ports[i] }))
    const known = readFileSync(lab.ssh.knownHosts, 'utf8').split('\n')
    const lines = hosts.flatMap(({ address, sshPort }) =>
      known
        .filter((line) => line.startsWith(`${address} `))
        .map((line) => line.replace(address, `[${PROXY_HOST}]:${sshPort}`)),
    )
    writeFileSync(join(folder, 'known_hosts'), `${lines.join('\n')}\n`)
    const masters = hosts.map(({ name, address, sshPort }) =>
      JSON.stringify({
        name,
        address,
        ssh: {
          ...{ host: PROXY_HOST, port: sshPort, user: lab.ssh.user, keys: [lab.ssh.key] },
          knownHosts: [join(folder, 'known_hosts')],
        },
      }),
    )
    const list = masters.map((one) => `  - ${one}\n`).join('')
    writeFileSync(join(folder, 'pair.yml'), `vip: 10.77.0.100/24\nnic: host0\nmasters:\n${list}`)
    const vars = hosts.map(({ name, address, sshPort }, i) =>
      [
        ...[name, `ansible_host=${PROXY_HOST}`, `ansible_port=${sshPort}`, `ansible_user=${lab.ssh.user}`],
        ...[`address=${address}`, `peer=${hosts[1 - i]?.address}`, `server_id=${i + 1}`],
      ].join(' '),
    )
    // Nobody's own settings count.
    writeFileSync(join(folder, 'ansible.cfg'), '[defaults]\n')
    const all = ['replication_password=between-the-two', 'role_password=for-the-check']
    writeFileSync(
      join(folder, 'hosts.ini'),
      `[masters]\n${vars.join('\n')}\n[masters:vars]\n${all.join('\n')}\nansible_python_interpreter=/usr/bin/python3\n`,
    )
  }

  run(tool: ToolName, job: Job): Promise<ToolRun> {
    this.#runs += 1
    return tool === 'mmha' ? this.#mmha(job) : this.#ansible(tool, job)
  }

  async #mmha(job: Job): Promise<ToolRun> {
    const words = job === 'plan' ? ['plan', '--detailed-exitcode'] : ['provision', '--yes']
    const argv = [process.execPath, join(root, 'dist/mmha.js'), ...words, join(this.#folder, 'pair.yml')]
    const run = await this.#timed(argv, { MMHA_LAB: this.#lab.name })
    const changes = [...run.output.matchAll(/\b(?:changed|pending)=(\d+)/g)].map(([, count]) => Number(count))
    return { ...run, changed: changes.length === 0 ? null : changes.some((count) => count > 0) }
  }

  async #ansible(tool: ToolName, job: Job): Promise<ToolRun> {
    const check = job === 'plan' ? ['--check', '--diff'] : []
    const run = await this.#timed(
      ['ansible-playbook', '-i', join(this.#folder, 'hosts.ini'), ...check, join(ansible, 'site.yml')],
      {
        ANSIBLE_CONFIG: join(this.#folder, 'ansible.cfg'),
        ANSIBLE_PIPELINING: 'True',
        ANSIBLE_SSH_ARGS: [
          ...[
            '-F none -C -o ControlMaster=auto -o ControlPersist=60s -o IdentitiesOnly=yes',
            `-i ${this.#lab.ssh.key}`,
          ],
          ...[`-o UserKnownHostsFile=${join(this.#folder, 'known_hosts')}`, '-o GlobalKnownHostsFile=none'],
        ].join(' '),
        // No connection of the run before is found: who runs it by hand or by cron has none either.
        ANSIBLE_SSH_CONTROL_PATH_DIR: join(this.#folder, `cp${this.#runs}`),
        ANSIBLE_SSH_CONTROL_PATH: '%(directory)s/%%C',
        ANSIBLE_LOCAL_TEMP: join(this.#folder, 'tmp'),
        ANSIBLE_DEPRECATION_WARNINGS: 'False',
        ANSIBLE_NOCOWS: '1',
        ...(tool === 'mitogen' ? { ANSIBLE_STRATEGY_PLUGINS: MITOGEN, ANSIBLE_STRATEGY: 'mitogen_linear' } : {}),
      },
    )
    const changes = [...run.output.matchAll(/\bchanged=(\d+)\b/g)].map(([, count]) => Number(count))
    return { ...run, changed: changes.length === 0 ? null : changes.some((count) => count > 0) }
  }

  #timed(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<Omit<ToolRun, 'changed'>> {
    const [program, ...words] = inNamespace(this.#lab.namespace, [
      ...['/bin/sh', '-c', '"$@"; code=$?; times >&3; exit $code', 'sh'],
      ...argv,
    ])
    return new Promise((done, fail) => {
      const began = performance.now()
      const child = spawn(program, words, {
        env: { ...process.env, LC_ALL: 'C.UTF-8', HOME: this.#folder, XDG_STATE_HOME: this.#folder, ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      })
      let output = ''
      let times = ''
      const hear = (chunk: Buffer): void => {
        output += chunk.toString()
      }
      child.stdout?.on('data', hear)
      child.stderr?.on('data', hear)
      child.stdio[3]?.on('data', (chunk: Buffer) => {
        times += chunk.toString()
      })
      child.once('error', fail)
      // Its end is its exit. What it said has come when the pipes are closed, and an SSH master that stays may hold them.
      child.once('exit', (code) => {
        const seconds = (performance.now() - began) / 1000
        const finish = (): void => {
          clearTimeout(late)
          done({ seconds, cpu: cpuOf(times), code, output })
        }
        const late = setTimeout(finish, 1000)
        child.once('close', finish)
      })
    })
  }
}

/** s of the second line of `times`: user and system time of what a shell has waited for, as `0m1.23s 0m0.45s`. */
export function cpuOf(times: string): number {
  const [, children = ''] = times.trim().split('\n')
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0)
}
