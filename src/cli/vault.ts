import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { EXIT, type MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import type { Message } from '../events/message.ts'
import { vault as say } from '../events/messages/vault.ts'
import { askSecret } from '../hosts/terminal-secret.ts'
import { Secret } from '../inventory/secret.ts'
import { isVault, sealVault } from '../inventory/vault-format.ts'
import { PASSWORD_FILE_VARIABLE, PASSWORD_VARIABLE } from '../inventory/vault-password.ts'
import { editInMemory } from './vault-edit.ts'
import { openFile, readBytes, replaceFile, vaultError } from './vault-file.ts'
import { runVaultPassword, vaultPasswordOption } from './vault-password-option.ts'

interface Flags {
  readonly vaultId?: string
  readonly name?: string
}

const EXAMPLES = `
Examples:
  mmha vault encrypt inventory.yml              the whole file, in its place
  mmha vault edit inventory.yml                 in $EDITOR, its plain text in memory only
  mmha vault encrypt-string --name password     asks for a value and prints lines for an inventory

The password: --vault-password-file FILE (or ${PASSWORD_FILE_VARIABLE}; an executable prints it), else
${PASSWORD_VARIABLE} of the environment, else it is asked for. Exit codes: 0 done, 1 the editor failed,
4 wrong password or file, 5 somebody else changed the file meanwhile
`

/** `mmha vault`: reads and writes what ansible-vault does. */
export function registerVault(program: Command): void {
  const vault = program
    .command('vault')
    .description('encrypt secrets of inventories, as ansible-vault does')
    .addHelpText('after', EXAMPLES)
  const command = (name: string, description: string) =>
    vault.command(name).description(description).addOption(vaultPasswordOption())
  const labelled = (name: string, description: string) =>
    command(name, description).addOption(new Option('--vault-id <name>', 'label in the first line (format 1.2)'))

  labelled('encrypt', 'encrypt a file in its place').argument('<file>').action(encryptFile)
  command('decrypt', 'decrypt a file in its place; only its owner can read it then')
    .argument('<file>')
    .action((file: string) => {
      replaceFile(file, openFile(file, readBytes(file), runVaultPassword).plain, 0o077)
      tell(say('vault.decrypted', { file }))
    })
  command('view', 'print what an encrypted file holds')
    .argument('<file>')
    .action((file: string) => {
      process.stdout.write(openFile(file, readBytes(file), runVaultPassword).plain)
    })
  command('edit', 'edit an encrypted file in $VISUAL, $EDITOR or vi').argument('<file>').action(editFile)
  labelled('encrypt-string', 'encrypt a value, asked for or from stdin, and print it as YAML')
    .option('--name <key>', 'key of the inventory that it is for')
    .action(encryptString)
}

function encryptFile(file: string, flags: Flags): void {
  const id = checkId(flags.vaultId)
  const plain = readBytes(file)
  if (isVault(plain.toString('utf8')))
    throw vaultError(`${file} is encrypted already`, file, '`mmha vault edit` changes what is in it')
  replaceFile(file, sealVault(plain, newPassword(), id))
  tell(say('vault.encrypted', { file }))
}

async function editFile(file: string): Promise<void> {
  const before = readBytes(file)
  const { plain, id } = openFile(file, before, runVaultPassword)
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi'
  const edited = await editInMemory(plain, file, editor)
  if (edited.equals(plain)) {
    tell(say('vault.unchanged', { file }))
    return
  }
  if (!readBytes(file).equals(before))
    throw vaultError(
      `somebody else changed ${file} meanwhile; your edit is dropped`,
      file,
      'edit it again',
      EXIT.refused,
    )
  replaceFile(file, sealVault(edited, runVaultPassword(), id))
  tell(say('vault.encrypted', { file }))
}

function encryptString(flags: Flags): void {
  const id = checkId(flags.vaultId)
  if (flags.name !== undefined && !/^[\w.-]+$/.test(flags.name))
    throw vaultError(`no key: ${flags.name}`, undefined, 'a name is letters, digits, `_`, `-` and `.`')
  // A newline is how a line ends that is piped in, and no part of a password.
  const value = process.stdin.isTTY ? askTwice() : new Secret(readFileSync(0, 'utf8').replace(/\r?\n$/, ''))
  if (value.reveal() === '') throw vaultError('there is no value to encrypt', undefined, 'type it, or pipe it in')
  const envelope = sealVault(Buffer.from(value.reveal()), newPassword(), id)
  const key = flags.name === undefined ? '' : `${flags.name}: `
  process.stdout.write(`${key}!vault |\n${envelope.trimEnd().replaceAll(/^/gm, '  ')}\n`)
}

/** Who mistypes a new password would never open it again: at a terminal it is asked for twice. */
function newPassword(): Secret {
  const given = [PASSWORD_FILE_VARIABLE, PASSWORD_VARIABLE].some((name) => (process.env[name] ?? '') !== '')
  const password = runVaultPassword()
  if (!given && askSecret(say('vault.ask-again')[language()])?.reveal().trim() !== password.reveal()) throw differ()
  return password
}

function askTwice(): Secret {
  const first = askSecret(say('vault.ask-value')[language()]) ?? new Secret('')
  if ((askSecret(say('vault.ask-value-again')[language()])?.reveal() ?? '') !== first.reveal()) throw differ()
  return first
}

function tell(message: Message): void {
  process.stderr.write(`${message[language()]}\n`)
}

function differ(): MmhaError {
  return vaultError('the two are not the same; nothing was changed', undefined, 'run it again')
}

/** `default` is what Ansible calls no id. */
function checkId(id: string | undefined): string | null {
  if (id === undefined || id === 'default') return null
  if (/^[\w.-]+$/.test(id)) return id
  throw vaultError(`no vault id: ${id}`, undefined, 'a vault id is letters, digits, `_`, `-` and `.`; no @FILE')
}
