import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'

/**
 * Does this host answer for the address? Read from the kernel's own routing table, not from the list of interfaces,
 * because Node's list leaves out those without a carrier and they answer again the moment it returns.
 */
export function holdsAddress(address: string): boolean {
  return isIPv6(address)
    ? hasInet6(readFileSync('/proc/net/if_inet6', 'latin1'), address)
    : hasLocalRoute(readFileSync('/proc/net/fib_trie', 'latin1'), address)
}

/** `/proc/net/fib_trie`: a leaf line `|-- ADDRESS` and below it one line per prefix, `/32 host LOCAL` for our own. */
export function hasLocalRoute(fibTrie: string, address: string): boolean {
  const leaf = `|-- ${address}\n`
  for (let at = fibTrie.indexOf(leaf); at !== -1; at = fibTrie.indexOf(leaf, at + 1)) {
    const next = fibTrie.indexOf('|--', at + leaf.length)
    const below = fibTrie.slice(at + leaf.length, next === -1 ? undefined : next)
    if (below.includes('/32 host LOCAL')) return true
  }
  return false
}

/** `/proc/net/if_inet6`: 32 hex digits, then index, prefix, scope, flags, name. */
export function hasInet6(table: string, address: string): boolean {
  const wanted = hexOf(address)
  return table.split('\n').some((line) => line.startsWith(wanted))
}

function hexOf(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':').map((group) => group.padStart(4, '0')))
  const left = groups(head)
  const right = tail === undefined ? [] : groups(tail)
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array<string>(zeros).fill('0000'), ...right].join('')
}
