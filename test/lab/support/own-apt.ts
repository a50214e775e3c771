import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attempt, type CommandResult } from '../../../src/lab/command.ts'

/** An apt whose lists, status and cache are in a folder of its own: the machine's stay as they are. */
export class OwnApt {
  readonly #folder: string
  readonly #options: readonly string[]

  /** @param sources lines of a sources.list */
  constructor(folder: string, sources: readonly string[]) {
    this.#folder = folder
    for (const name of ['lists/partial', 'archives/partial']) mkdirSync(join(folder, name), { recursive: true })
    writeFileSync(join(folder, 'status'), '')
    writeFileSync(join(folder, 'sources.list'), `${sources.join('\n')}\n`)
    this.#options = [
      `Dir::State::Lists=${folder}/lists`,
      `Dir::State::status=${folder}/status`,
      `Dir::Cache=${folder}`,
      `Dir::Etc::SourceList=${folder}/sources.list`,
      'Dir::Etc::SourceParts=/dev/null',
      'Acquire::Languages=none',
      // A mirror's Release of sid may be older than its Valid-Until.
      'Acquire::Check-Valid-Until=false',
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option])
  }

  /** What it downloads lies in the folder. */
  run(...words: readonly string[]): Promise<CommandResult> {
    return attempt(['env', `--chdir=${this.#folder}`, 'apt-get', '--quiet', ...this.#options, ...words])
  }
}
