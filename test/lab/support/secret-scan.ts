import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** The secrets of a test by name, and where their text must not be seen. */
export class SecretScan {
  readonly #secrets = new Map<string, string>()

  /** Too short a secret would be found by chance. */
  add(name: string, text: string): string {
    if (text.length < 8) throw new Error(`${name} is too short to look for`)
    this.#secrets.set(name, text)
    return text
  }

  /** Names of the secrets that stand in a text, as they are, or in a code that anyone can undo. */
  in(text: string): readonly string[] {
    return [...this.#secrets].filter(([, secret]) => codesOf(secret).some((one) => text.includes(one))).map(([n]) => n)
  }

  /** Files below these folders in which a secret stands, with its names. @param list file for what is looked for */
  files(
    folders: readonly string[],
    list: string,
  ): readonly { readonly file: string; readonly names: readonly string[] }[] {
    writeFileSync(list, `${[...this.#secrets.values()].flatMap(codesOf).join('\n')}\n`, { mode: 0o600 })
    const there = folders.filter((folder) => existsSync(folder))
    const found = grep(['--recursive', '--files-with-matches', '--text', '--fixed-strings', '--file', list, ...there])
    return found.filter((file) => file !== list).map((file) => ({ file, names: this.in(readFileSync(file, 'latin1')) }))
  }
}

/** latin1, as binary files are read. */
function codesOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const [base64, hex] = [bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')]
  return [...new Set([bytes.toString('latin1'), base64, hex, encodeURIComponent(secret)])]
}

function grep(words: readonly string[]): readonly string[] {
  try {
    const output = execFileSync('grep', words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1e8,
    })
    return output.split('\n').filter((line) => line !== '')
  } catch (error) {
    // 1: nothing found. 2: a socket or a file that went meanwhile; what was found is told all the same.
    const { stdout } = error as { stdout?: string }
    return (stdout ?? '').split('\n').filter((line) => line !== '')
  }
}

/**
 * What any user of this machine, and so of the lab's hosts that run on it, could see of processes while it watched: all
 * command lines, and the environment of those that are not root's (root's own is for root alone).
 */
export class ProcessWatch {
  readonly #seen = new Set<string>()
  #on = true
  /** Looks so far. */
  looks = 0

  constructor() {
    void this.#watch()
  }

  get seen(): readonly string[] {
    return [...this.#seen]
  }

  stop(): void {
    this.#on = false
  }

  async #watch(): Promise<void> {
    while (this.#on) {
      this.looks += 1
      for (const pid of readdirSync('/proc')) if (/^\d+$/.test(pid)) this.#look(pid)
      await delay(10)
    }
  }

  #look(pid: string): void {
    try {
      this.#seen.add(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' '))
      if (statSync(`/proc/${pid}`).uid === 0) return
      this.#seen.add(readFileSync(`/proc/${pid}/environ`, 'latin1').replaceAll('\0', ' '))
    } catch {
      // It has ended.
    }
  }
}

/** Path on the host of a file found below where its disk, or its /run, is on this machine. */
export function pathOnHost(file: string, roots: readonly string[]): string {
  const root = roots.find((one) => file.startsWith(`${one}/`))
  return root === undefined ? file : file.slice(root.length)
}

/** Whether nobody but its owner and its group may do anything with a file. */
export function isPrivate(file: string): boolean {
  return (statSync(file).mode & 0o007) === 0
}

/** Where what a host wrote lies on this machine: its disk, and the file systems that it has in memory. */
export function rootsOf(disk: string, init: number | null): readonly string[] {
  const memory = ['/run', '/tmp', '/dev/shm'].map((path) => join(`/proc/${init}/root`, path))
  return [join(disk, 'upper'), ...(init === null ? [] : memory)]
}
