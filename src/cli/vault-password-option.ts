import { type Command, Option } from 'commander'
import { language } from '../events/language.ts'
import { vault } from '../events/messages/vault.ts'
import { askSecret } from '../hosts/terminal-secret.ts'
import { PASSWORD_FILE_VARIABLE, type VaultPassword, vaultPasswordFrom } from '../inventory/vault-password.ts'

/** This run's vault password, asked for once, and only when something encrypted is met. */
export const runVaultPassword: VaultPassword = vaultPasswordFrom(process.env, () =>
  askSecret(vault('vault.ask')[language()]),
)

/** `--vault-password-file`; the variable of the same meaning is its default. */
export function vaultPasswordOption(): Option {
  return new Option('--vault-password-file <file>', 'password of encrypted values; an executable prints it')
}

/** Gives every command that reads an inventory the option, and hears it before the command runs. */
export function takeVaultPassword(program: Command): void {
  for (const command of everyCommand(program)) {
    const reads =
      command.registeredArguments.some((argument) => argument.name() === 'inventory') ||
      command.options.some(({ long }) => long === '--inventory')
    if (reads) command.addOption(vaultPasswordOption())
  }
  program.hook('preAction', (_, command) => {
    const { vaultPasswordFile } = command.opts<{ vaultPasswordFile?: string }>()
    if (vaultPasswordFile !== undefined) process.env[PASSWORD_FILE_VARIABLE] = vaultPasswordFile
  })
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}
