import type { Sink } from '../events/event.ts'
import { type Text, told } from '../events/message.ts'

/** Says that work on hosts begins, and, however it ends, that it is over. */
export async function inPhase<T>(
  sink: Sink,
  title: Text,
  hosts: readonly { readonly name: string }[],
  work: () => Promise<T>,
): Promise<T> {
  const names = hosts.map(({ name }) => name)
  sink({ code: 'phase.begin', level: 'info', ...told(title), data: { hosts: names } })
  try {
    return await work()
  } finally {
    sink({ code: 'phase.end', level: 'info', ...told(title), data: { hosts: names } })
  }
}
