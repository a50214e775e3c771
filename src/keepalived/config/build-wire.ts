import { isIP } from 'node:net'
import { flagOf, nodeOf, numberOf, textItems, textOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { VirtualAddress } from './config.ts'
import type { Block } from './interpret.ts'

/** s between adverts as the version can say them; a rounded one is said. */
export function advertInterval(name: string, version: 2 | 3, block: Block, { report }: Building): number {
  const asked = numberOf(block, 'advert_int')
  const at = nodeOf(block, 'advert_int') ?? block
  if (version === 2) {
    const whole = Math.max(1, Math.round(asked))
    if (whole !== asked) {
      const said = `${name}: VRRP version 2 has whole seconds between adverts, ${asked} is taken as ${whole}`
      report('warning', 'advert-fraction', at, said, `write advert_int ${whole}, or version 3 on both nodes`)
    }
    return whole
  }
  const hundredths = Math.min(40.95, Math.round(asked * 100) / 100)
  if (hundredths !== asked) {
    report(
      'warning',
      'advert-fraction',
      at,
      `${name}: version 3 counts hundredths up to 40.95 s, ${asked} is taken as ${hundredths}`,
    )
  }
  return hundredths
}

/** The password that adverts carry; null: none, which is said where one was asked for. */
export function authentication(name: string, version: 2 | 3, block: Block, { report, global }: Building) {
  const opened = nodeOf(block, 'authentication')
  if (opened === null || opened.block === null) return null
  if (version === 3) {
    report(
      'warning',
      'conflict',
      opened,
      `${name}: VRRP version 3 has no authentication, ignored`,
      'remove it, or write version 2',
    )
    return null
  }
  if (flagOf(global, 'vrrp_strict')) {
    const said = `${name}: vrrp_strict allows no authentication, so adverts carry no password, as keepalived's`
    report('warning', 'strict', opened, said, 'remove vrrp_strict on both nodes')
    return null
  }
  const given = textOf(opened.block, 'auth_pass')
  if (given === null) {
    report(
      'error',
      'value-missing',
      opened,
      `${name}: authentication without auth_pass, adverts carry no password`,
      'add auth_pass',
    )
    return null
  }
  const bytes = Buffer.from(given)
  if (bytes.length > 8) {
    const at = nodeOf(opened.block, 'auth_pass') ?? opened
    report(
      'warning',
      'auth-pass-long',
      at,
      `${name}: only the first 8 characters of auth_pass count`,
      'shorten it on both nodes',
    )
  }
  return { type: 'PASS' as const, password: bytes.length > 8 ? bytes.subarray(0, 8).toString() : given }
}

/** Can the peer hear this instance at all? What we don't speak yet must not run: both nodes would hold the address. */
export function isSpoken(
  name: string,
  version: 2 | 3,
  block: Block,
  addresses: readonly VirtualAddress[],
  { report }: Building,
): boolean {
  const type = nodeOf(nodeOf(block, 'authentication')?.block ?? null, 'auth_type')
  if (version === 2 && type?.values[0] === 'AH') {
    report(
      'error',
      'later',
      type,
      `${name}: auth_type AH is not supported yet; the instance does not run`,
      'write PASS on both nodes',
    )
    return false
  }
  const strange = textItems(block, 'unicast_peer').find((item) => isIP(item.text) !== 4)
  if (addresses[0]?.family === 6 || strange !== undefined) {
    report(
      'error',
      'later',
      strange ?? block,
      `${name}: VRRP over IPv6 is not supported yet; the instance does not run`,
      null,
    )
    return false
  }
  return true
}
