import { EXIT, MmhaError } from '../events/error.ts'
import { isWay, WAY_NAMES, type WayName } from '../seeding/way-names.ts'

/** For the help of both commands that copy. */
export const WAYS_TEXT = WAY_NAMES.join(', ')

/** @param flag its name. @throws MmhaError (exit 4) */
export function checkWay(flag: string, way: string): WayName {
  if (isWay(way)) return way
  throw invalid('NO_SUCH_WAY', `no way to copy: ${way}`, `${flag} takes one of: ${WAYS_TEXT}`)
}

/** @param throttle MB/s, as given. @returns bytes a second; null: as fast as it goes. @throws MmhaError (exit 4) */
export function checkThrottle(throttle: string | undefined): number | null {
  if (throttle === undefined) return null
  const rate = Number(throttle)
  if (!(rate > 0)) throw invalid('BAD_RATE', `no rate: ${throttle}`, 'give MB/s, such as --throttle 20')
  return rate * 1e6
}

function invalid(code: string, message: string, hint: string): MmhaError {
  return new MmhaError(message, { code, source: 'user', exit: EXIT.invalid, hint })
}
