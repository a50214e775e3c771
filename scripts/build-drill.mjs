import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = resolve(fileURLToPath(import.meta.url), '../..')

/**
 * Bundles the drill's programs (writer and sampler) into one file that runs under any Node ≥ 18 without packages.
 * @param {string} outDir
 * @returns {Promise<string>} path of the bundle, `<outDir>/mmha-drill.cjs`
 */
export async function buildDrill(outDir) {
  await mkdir(outDir, { recursive: true })
  const outfile = join(outDir, 'mmha-drill.cjs')
  await build({
    entryPoints: [join(root, 'src/drill/program.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return outfile
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${await buildDrill(join(root, 'dist/drill'))}\n`)
}
