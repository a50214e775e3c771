import { nodeOf, nodesOf, numberOf, textOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { Block } from './interpret.ts'
import type { SignatureConfig } from './wire.ts'

const SHORTEST = 32
const LONGEST = 64
const SHORTEST_WINDOW = 5

/** The bytes of `TEXT`, `hex:DIGITS` or what a file has of these; null: it can't be read. */
function keyBytes(value: string, read: (path: string) => string | null): Buffer | null {
  if (value.startsWith('file:')) {
    const text = read(value.slice('file:'.length))
    return text === null || text.startsWith('file:') ? null : keyBytes(text.replace(/[\r\n]+$/, ''), read)
  }
  if (!value.startsWith('hex:')) return Buffer.from(value)
  const digits = value.slice('hex:'.length)
  return /^([0-9a-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : null
}

/**
 * `auth_hmac` of an instance.
 * @returns null: there is none; 'unusable': there is, and it can't sign, which is said: peers would drop our adverts
 */
export function signature(
  name: string,
  block: Block,
  interval: number,
  { report, files }: Building,
): SignatureConfig | null | 'unusable' {
  const opened = nodeOf(block, 'auth_hmac')
  if (opened === null || opened.block === null) return null
  const keys: { readonly id: number; readonly hex: string }[] = []
  for (const node of nodesOf(opened.block, 'key')) {
    const [id, value] = node.values
    if (typeof id !== 'number' || typeof value !== 'string') continue
    const bytes = keyBytes(value, files.read)
    if (bytes === null) {
      const said = value.startsWith('file:') ? 'its file can not be read' : 'hex: takes pairs of hexadecimal digits'
      report('error', 'value-bad', node, `${name}: key ${id} is skipped: ${said}`, null)
    } else if (bytes.length < SHORTEST || bytes.length > LONGEST) {
      const said = `${name}: key ${id} has ${bytes.length} bytes, not ${SHORTEST}..${LONGEST}, skipped`
      report('error', 'value-bad', node, said, 'openssl rand -hex 32 makes one; write it after hex:')
    } else if (keys.some((key) => key.id === id)) {
      report('warning', 'duplicate', node, `${name}: key ${id} is given again, skipped`)
    } else keys.push({ id, hex: bytes.toString('hex') })
  }
  const chosen = nodeOf(opened.block, 'active_key') === null ? null : numberOf(opened.block, 'active_key')
  const activeKey = chosen ?? (keys.length === 1 ? keys[0]?.id : undefined)
  if (activeKey === undefined || keys.every(({ id }) => id !== activeKey)) {
    const which = activeKey === undefined ? 'no key is active' : `there is no key ${activeKey}`
    report('error', 'conflict', opened, `${name}: auth_hmac: ${which}; the instance does not run`, 'add active_key ID')
    return 'unusable'
  }
  const mode = textOf(opened.block, 'mode')
  const window = nodeOf(opened.block, 'time_window') === null ? null : numberOf(opened.block, 'time_window')
  return {
    keys,
    activeKey,
    mode: mode === 'permissive' || mode === 'receive-only' ? mode : 'enforce',
    window:
      textOf(opened.block, 'anti_replay') === 'monotonic'
        ? null
        : (window ?? Math.max(SHORTEST_WINDOW, Math.ceil(3 * interval))),
  }
}
