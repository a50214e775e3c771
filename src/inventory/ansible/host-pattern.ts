const MOST = 10_000

/** What an Ansible inventory calls a host: `db[1:2]:2222` is two names and a port. null: its ranges make no sense. */
export function hostsOf(pattern: string): { readonly names: readonly string[]; readonly port: number | null } | null {
  const port = /^[^:]*:(\d+)$/.exec(pattern.replaceAll(/\[[^\]]*\]/g, ''))?.[1]
  const names = expanded(port === undefined ? pattern : pattern.slice(0, -port.length - 1))
  return names === null ? null : { names, port: port === undefined ? null : Number(port) }
}

function expanded(pattern: string): readonly string[] | null {
  const [range, inside] = /\[([^\]]*)\]/.exec(pattern) ?? []
  if (range === undefined || inside === undefined) return /[[\]]/.test(pattern) ? null : [pattern]
  const start = pattern.indexOf(range)
  const middle = membersOf(inside)
  const ends = expanded(pattern.slice(start + range.length))
  if (middle === null || ends === null || middle.length * ends.length > MOST) return null
  return middle.flatMap((member) => ends.map((end) => `${pattern.slice(0, start)}${member}${end}`))
}

/** `01:10`, `a:f`, `0:9:3`; both ends belong to it. */
function membersOf(range: string): readonly string[] | null {
  const [, first = '', last = '', by = '1'] = /^(\d*|[A-Za-z]):(\d+|[A-Za-z])(?::(\d+))?$/.exec(range) ?? []
  if (last === '' || Number(by) === 0) return null
  const letters = /[A-Za-z]/.test(last)
  if (letters !== /[A-Za-z]/.test(first)) return null
  const padded = !letters && first.startsWith('0') && first.length > 1
  if (padded && first.length !== last.length) return null
  const [from, to] = letters ? [first.charCodeAt(0), last.charCodeAt(0)] : [Number(first), Number(last)]
  if (from > to || (to - from) / Number(by) > MOST) return null
  return Array.from({ length: Math.floor((to - from) / Number(by)) + 1 }, (_, i) => {
    const value = from + i * Number(by)
    return letters ? String.fromCharCode(value) : String(value).padStart(padded ? first.length : 0, '0')
  })
}
