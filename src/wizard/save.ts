import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { EXIT, MmhaError } from '../events/error.ts'
import { wizard } from '../events/messages/wizard.ts'
import { parseSource } from '../inventory/document.ts'
import { inventoryFrom } from '../inventory/load.ts'

/**
 * Writes a file whole or not at all, and leaves no temporary file. Synchronous, so that no Ctrl-C can come between.
 * @param replace false: a file that appeared since the person was asked stays as it is
 * @throws MmhaError CANNOT_WRITE, exit 4
 */
export function saveFile(file: string, text: string, replace: boolean): void {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    writeFileSync(temporary, text, { flag: 'wx', flush: true })
    if (replace) renameSync(temporary, file)
    else linkSync(temporary, file)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new MmhaError(
      wizard('wizard.file.unwritable', { file, why: code === 'EEXIST' ? wizard('wizard.file.it-exists') : code }),
      {
        code: 'CANNOT_WRITE',
        source: 'user',
        exit: EXIT.invalid,
        where: file,
        hint: wizard('wizard.file.unwritable.do'),
        cause,
      },
    )
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Holds what the wizard wrote against the loader that will read it. @throws MmhaError of the loader */
export function checkInventoryText(text: string, file: string): void {
  inventoryFrom(parseSource(text, file))
}
