import { EXIT, MmhaError } from '../events/error.ts'
import { language } from '../events/language.ts'
import type { Text } from '../events/message.ts'
import { status as say } from '../events/messages/status.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** What a command would do to a host that its user names twice: in the command, and to confirm. */
export interface Deed {
  readonly host: string
  /** `--yes`, as it was given. */
  readonly yes: string | undefined
}

/** @param what is to become of the host: `to be overwritten`. @throws MmhaError NO_SUCH_HOST, OTHER_HOST (exit 4) */
export function checkNamed({ masters, file }: Inventory, { host, yes }: Deed, what: Text): void {
  const invalid = (code: string, message: Text, hint: Text) =>
    new MmhaError(message, { code, source: 'user', exit: EXIT.invalid, hint })
  const names = masters.map(({ name }) => name)
  if (!names.includes(host))
    throw invalid(
      'NO_SUCH_HOST',
      say('pair.no-such-host', { host, file }),
      say('pair.no-such-host.do', { names: names.join(', ') }),
    )
  if (yes !== undefined && yes !== host)
    throw invalid('OTHER_HOST', say('named.other', { yes, what, host }), `--yes ${host}`)
}

/**
 * Asks for the host's name, unless `--yes` has said it.
 * @param words `would` for where nobody can be asked, `does` before the question, `flags` that say it in a script
 * @throws MmhaError NO_APPROVAL (exit 5) when the name was not given
 */
export async function confirmNamed(
  { host, yes }: Deed,
  words: { readonly would: Text; readonly does: Text; readonly flags: string },
): Promise<void> {
  if (yes === host) return
  const no = (message: Text) =>
    new MmhaError(message, {
      code: 'NO_APPROVAL',
      source: 'user',
      exit: EXIT.refused,
      host,
      hint: say('named.no', { flags: words.flags }),
    })
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw no(say('named.nobody', { would: words.would }))
  const { input } = await import('@inquirer/prompts')
  const message = say('named.ask', { does: words.does })[language()]
  const answer = await input({ message }, { output: process.stderr }).catch(() => '')
  if (answer.trim() !== host) throw no(say('named.not-confirmed'))
}
