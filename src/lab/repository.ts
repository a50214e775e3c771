import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './command.ts'

/** A package file of a flat repository, with what its index says about it. */
export interface PackageFile {
  readonly file: string
  /** The control fields, as `dpkg-deb --field` prints them. */
  readonly control: string
  /** bytes */
  readonly size: number
  readonly sha256: string
}

/** Index (`Packages`) of a flat repository. */
export function packagesIndex(packages: readonly PackageFile[]): string {
  return packages
    .map(({ file, control, size, sha256 }) =>
      [control.trimEnd(), `Filename: ./${file}`, `Size: ${size}`, `SHA256: ${sha256}`, ''].join('\n'),
    )
    .join('\n')
}

/** `Release` of a flat repository: unsigned, so its source line says `trusted=yes`. */
export function releaseFile(suite: string, index: string): string {
  const sum = createHash('sha256').update(index).digest('hex')
  return [
    'Origin: mmha lab',
    `Suite: ${suite}`,
    // Any date will do, and the same input must give the same file.
    'Date: Thu, 01 Jan 2026 00:00:00 UTC',
    'SHA256:',
    ` ${sum} ${Buffer.byteLength(index)} Packages`,
    '',
  ].join('\n')
}

/** Makes an apt repository of the `.deb` files in a folder. */
export async function indexRepository(folder: string, suite: string): Promise<number> {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .sort()
  const packages: PackageFile[] = []
  for (const file of files) {
    const bytes = readFileSync(join(folder, file))
    packages.push({
      file,
      control: await must(['dpkg-deb', '--field', join(folder, file)]),
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
  }
  const index = packagesIndex(packages)
  writeFileSync(join(folder, 'Packages'), index)
  writeFileSync(join(folder, 'Release'), releaseFile(suite, index))
  return packages.length
}
