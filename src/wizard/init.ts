import { existsSync, readFileSync } from 'node:fs'
import { EXIT, MmhaError } from '../events/error.ts'
import type { Text } from '../events/message.ts'
import { wizard } from '../events/messages/wizard.ts'
import type { SshDefaults } from '../inventory/resolve-ssh.ts'
import { inventoryJsonSchema } from '../inventory/schema.ts'
import { parseAnswers } from './answers.ts'
import type { LoginDefaults } from './login.ts'
import { checkKeyFile } from './private-key.ts'
import type { Asker } from './question.ts'
import { replayAsker } from './replay-asker.ts'
import { checkInventoryText, saveFile } from './save.ts'
import { sshReach } from './ssh-reach.ts'
import { type Terminal, terminalAsker } from './terminal-asker.ts'
import { runWizard, type WizardResult } from './wizard.ts'

export interface InitOptions {
  /** Where to write; null: it is asked. */
  readonly file: string | null
  /** Answers file; null: the terminal is asked. */
  readonly answers: string | null
  /** Where to write the JSON Schema for editors; null: nowhere. */
  readonly schema: string | null
  readonly terminal: Terminal
  readonly say: (line: Text) => void
  /** SSH settings that need not be asked for, such as those of a lab's hosts. */
  readonly sshDefaults: SshDefaults
}

/**
 * `mmha init`: asks, looks, writes the inventory. Nothing is written, here or on the hosts, before the last answer.
 * @throws Cancelled when the person leaves; MmhaError
 */
export async function init(options: InitOptions): Promise<WizardResult> {
  const { say, terminal, sshDefaults } = options
  const ask = await askerFor(options)
  const ssh = sshReach(sshDefaults)
  const result = await runWizard({
    ask,
    say,
    reach: ssh.reach,
    defaults: loginDefaults(sshDefaults),
    checkKey: checkKeyFile,
    signal: terminal.signal,
    file: options.file,
    schema: options.schema,
    exists: existsSync,
  })
  checkInventoryText(result.text, result.file)
  saveFile(result.file, result.text, result.replace)
  if (options.schema !== null) saveFile(options.schema, `${JSON.stringify(inventoryJsonSchema(), null, 2)}\n`, true)
  ssh.remember()
  return result
}

function loginDefaults(sshDefaults: SshDefaults): LoginDefaults {
  return (host) => {
    const usual = sshDefaults(host, host)
    return { user: usual?.user ?? 'root', port: usual?.port ?? 22, key: null }
  }
}

async function askerFor({ answers, terminal, say }: InitOptions): Promise<Asker> {
  if (answers === null) return terminalAsker(terminal)
  let source: string
  try {
    source = readFileSync(answers, 'utf8')
  } catch (cause) {
    throw new MmhaError(wizard('wizard.answers.unreadable', { file: answers }), {
      code: 'ANSWERS_UNREADABLE',
      source: 'user',
      exit: EXIT.invalid,
      where: answers,
      hint: wizard('wizard.answers.unreadable.do'),
      cause,
    })
  }
  return replayAsker(parseAnswers(source, answers), say)
}
