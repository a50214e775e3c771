import { EXIT, MmhaError } from '../events/error.ts'
import { wizard } from '../events/messages/wizard.ts'
import { chooseLink, chooseServer, chooseVip, type ReachedPair, sayFound } from './choose.ts'
import { obstacles } from './describe-host.ts'
import { draftOf } from './draft.ts'
import { inventoryText } from './inventory-text.ts'
import { type LoginContext, reachMaster } from './login.ts'
import type { Login, ReachedHost } from './reach.ts'

export type Next = 'nothing' | 'plan' | 'provision'

export interface WizardContext extends LoginContext {
  /** `-o FILE`; null: it is asked. */
  readonly file: string | null
  /** Schema file that the inventory shall name for editors; null: none. */
  readonly schema: string | null
  readonly exists: (file: string) => boolean
}

export interface WizardResult {
  readonly file: string
  readonly text: string
  /** The file was there, and the person said to overwrite it. */
  readonly replace: boolean
  /** What the person wants done with it. */
  readonly next: Next
}

/**
 * The whole conversation. Reads hosts and changes nothing, neither here nor there: the caller writes the file, so that
 * whoever leaves at any question leaves nothing behind. Connections are closed on every way out.
 * @throws Cancelled, MmhaError
 */
export async function runWizard(context: WizardContext): Promise<WizardResult> {
  const open: ReachedHost[] = []
  const reach = async (index: 0 | 1, other: Login | null) => {
    const host = await reachMaster(index, other, context)
    open.push(host)
    sayFound(host, context.say)
    for (const obstacle of obstacles(host.facts)) context.say(wizard('wizard.note', { text: obstacle }))
    return host
  }
  try {
    const first = await reach(0, null)
    const pair: ReachedPair = [first, await reach(1, first.login)]
    const link = await chooseLink(pair, context.ask)
    const vip = await chooseVip(pair, link, context.ask, context.say)
    const flavour = await chooseServer(pair, context.ask, context.say)
    const { file, replace } = await chooseFile(context)
    const next = await chooseNext(context)
    const draft = draftOf({ pair, link, vip, flavour, file, schema: context.schema }, context.defaults)
    return { file, text: inventoryText(draft), replace, next }
  } finally {
    await Promise.all(open.map((host) => host.close()))
  }
}

async function chooseFile({ ask, file, exists }: WizardContext): Promise<Pick<WizardResult, 'file' | 'replace'>> {
  let given = file
  for (;;) {
    const chosen =
      given ??
      (await ask.text({
        key: 'file',
        message: wizard('wizard.file'),
        default: 'inventory.yml',
        validate: (text) => (text.endsWith('/') ? wizard('wizard.file.directory') : null),
      }))
    if (!exists(chosen)) return { file: chosen, replace: false }
    const message = wizard('wizard.file.overwrite', { file: chosen })
    if (await ask.yesNo({ key: 'overwrite', message, default: false })) return { file: chosen, replace: true }
    if (!ask.interactive) throw fileExists(chosen)
    given = null
  }
}

async function chooseNext({ ask }: WizardContext): Promise<Next> {
  const chosen = await ask.choice({
    key: 'next',
    message: wizard('wizard.next'),
    choices: [
      { value: 'plan', label: wizard('wizard.next.plan'), description: wizard('wizard.next.plan.why') },
      {
        value: 'provision',
        label: wizard('wizard.next.provision'),
        description: wizard('wizard.next.provision.why'),
      },
      { value: 'nothing', label: wizard('wizard.next.nothing') },
    ],
    default: ask.interactive ? 'plan' : 'nothing',
  })
  return chosen === 'plan' || chosen === 'provision' ? chosen : 'nothing'
}

function fileExists(file: string): MmhaError {
  return new MmhaError(wizard('wizard.file.exists', { file }), {
    code: 'FILE_EXISTS',
    source: 'user',
    exit: EXIT.invalid,
    where: file,
    hint: wizard('wizard.file.exists.do'),
  })
}
