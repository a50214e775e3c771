// Runs Biome's binary for this machine. The platform packages are asked for by name: `npm ci` refuses the lock file of
// the umbrella package where a registry's mirror lacks one of its other platforms.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const binary = `node_modules/@biomejs/cli-linux-${process.arch}/biome`
if (existsSync(binary)) {
  process.exitCode = spawnSync(binary, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1
} else {
  process.stderr.write(`error: there is no Biome for ${process.platform} ${process.arch} here\n`)
  process.exitCode = 1
}
