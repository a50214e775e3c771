import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PlacedFile } from './image-files.ts'

/** Writes files under a root folder, replacing what is there (a symbolic link is replaced, never followed). */
export function placeFiles(root: string, files: readonly PlacedFile[]): void {
  for (const { path, content, mode } of files) {
    const target = join(root, path)
    mkdirSync(dirname(target), { recursive: true })
    rmSync(target, { force: true })
    writeFileSync(target, content, { mode, flag: 'wx' })
  }
}

export function placeLinks(root: string, links: Readonly<Record<string, string>>): void {
  for (const [path, destination] of Object.entries(links)) {
    const target = join(root, path)
    mkdirSync(dirname(target), { recursive: true })
    rmSync(target, { force: true })
    symlinkSync(destination, target)
  }
}

export function removeFiles(root: string, paths: readonly string[]): void {
  for (const path of paths) rmSync(join(root, path), { force: true })
}
