import { readFileSync } from 'node:fs'
import { initOf } from '../../../src/lab/machine.ts'
import type { LabHost } from '../../../src/lab/state.ts'

/** By the kernel's own list, read from outside: a test that waits leaves the processor to what it waits for. False: the host is off. */
export function hasAddress(host: LabHost, address: string): boolean {
  const init = initOf(host)
  if (init === null) return false
  const local = new RegExp(`\\|-- ${address.replaceAll('.', '\\.')}\\n\\s+/32 host LOCAL`)
  try {
    return local.test(readFileSync(`/proc/${init}/net/fib_trie`, 'utf8'))
  } catch {
    // It went off meanwhile.
    return false
  }
}
