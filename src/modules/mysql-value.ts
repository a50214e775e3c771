const UNIT: Readonly<Record<string, number>> = {
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
  p: 2 ** 50,
  e: 2 ** 60,
}
const TRUE = new Set(['on', '1', 'true', 'yes'])
const FALSE = new Set(['off', '0', 'false', 'no'])

/** `2G` → 2147483648, `1000` → 1000; null when it isn't a number. */
function numberOf(value: string): number | null {
  const match = /^(-?\d+(?:\.\d+)?)([kmgtpe])?b?$/i.exec(value)
  if (match === null) return null
  return Number(match[1]) * (UNIT[(match[2] ?? '').toLowerCase()] ?? 1)
}

/** Does a running value (as SHOW GLOBAL VARIABLES prints it) say the same as the option file: `1` and `ON`, `2G` and 2147483648? */
export function sameValue(file: string, running: string): boolean {
  const [a, b] = [file.trim().toLowerCase(), running.trim().toLowerCase()]
  if (a === b) return true
  if (TRUE.has(a) && TRUE.has(b)) return true
  if (FALSE.has(a) && FALSE.has(b)) return true
  const [left, right] = [numberOf(a), numberOf(b)]
  return left !== null && right !== null && left === right
}

/** Names of an option file and of a variable: `-` is `_`, and `loose_` only says "if you know it". */
export function variableName(setting: string): string {
  return setting
    .toLowerCase()
    .replaceAll('-', '_')
    .replace(/^loose_/, '')
}

/** `name = value` lines of an option file, comments and sections left out; a name without value is ON. */
export function settingsIn(content: string): Readonly<Record<string, string>> {
  const lines = content.split('\n').map((line) => line.trim())
  const pairs = lines.flatMap((line): [string, string][] => {
    if (line === '' || line.startsWith('#') || line.startsWith(';') || line.startsWith('[')) return []
    const at = line.indexOf('=')
    return at < 0 ? [[line, 'ON']] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]]
  })
  return Object.fromEntries(pairs)
}
