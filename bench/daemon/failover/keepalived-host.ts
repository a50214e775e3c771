import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import type { SamplerClient } from '../../../src/drill/sampler-client.ts'
import { connect } from '../../../src/hosts/connection.ts'
import type { Host } from '../../../src/inventory/inventory.ts'
import { CHECK, confOf, type Node, stateScript, type Tuning } from './keepalived-conf.ts'

export const HOME = '/opt/mmha-bench'
const UNIT = 'bench-keepalived'
const PROGRAM = '/usr/sbin/keepalived'

/** This machine's keepalived with the libraries it needs: the lab's hosts have no way to a package mirror. */
function packed(files: Readonly<Record<string, string>>): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'mmha-bench-'))
  try {
    const lib = join(dir, 'lib')
    mkdirSync(lib)
    copyFileSync(PROGRAM, join(dir, 'keepalived'))
    for (const line of execFileSync('ldd', [PROGRAM], { encoding: 'utf8' }).split('\n')) {
      const path = /(\/\S+) \(0x/.exec(line)?.[1]
      if (path !== undefined) copyFileSync(path, join(lib, basename(path)))
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text, { mode: 0o755 })
    return execFileSync('tar', ['-C', dir, '-cz', '--owner=0', '--group=0', '.'], { maxBuffer: 2 ** 28 })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Puts keepalived and its files on a host. */
export async function installKeepalived(host: Host, node: Node, tuning: Tuning): Promise<void> {
  const archive = packed({
    'check.sh': CHECK,
    'state.sh': stateScript(HOME),
    'keepalived.conf': confOf(tuning, node, HOME),
  })
  const connection = await connect(host.name, host.ssh)
  try {
    const script = `rm -rf ${HOME}; mkdir -p ${HOME} && tar -C ${HOME} -xz && chmod 755 ${HOME} && chmod 644 ${HOME}/keepalived.conf`
    const { code, stderr } = await connection.exec(script, {
      asRoot: true,
      stdin: Readable.from([archive]),
      what: 'keepalived',
    })
    if (code !== 0) throw new Error(`keepalived could not be put on ${host.name}: ${stderr}`)
  } finally {
    await connection.close()
  }
}

export async function startKeepalived(sampler: SamplerClient): Promise<void> {
  const loader = `${HOME}/lib/ld-linux-x86-64.so.2`
  await must(sampler, ['sh', '-c', `rm -f ${HOME}/STATE; systemctl reset-failed ${UNIT} 2>/dev/null; :`])
  await must(sampler, [
    'systemd-run',
    `--unit=${UNIT}`,
    loader,
    '--library-path',
    `${HOME}/lib`,
    `${HOME}/keepalived`,
    ...['-n', '-D', '-l', '-f', `${HOME}/keepalived.conf`, '-p', '/run/bench-keepalived.pid'],
    ...['-r', '/run/bench-vrrp.pid', '-c', '/run/bench-checkers.pid'],
  ])
}

export const STOP_KEEPALIVED = ['systemctl', 'stop', UNIT] as const

/** Its last state; '' when it does not run. */
export async function keepalivedState(sampler: SamplerClient): Promise<string> {
  const { stdout } = await sampler.exec(['sh', '-c', `systemctl -q is-active ${UNIT} && cat ${HOME}/STATE; :`])
  return stdout.trim()
}

export async function must(sampler: SamplerClient, argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sampler.exec(argv)
  if (code !== 0) throw new Error(`\`${argv.join(' ')}\` failed on ${sampler.host.name}: ${stderr.trim() || stdout}`)
  return stdout
}
