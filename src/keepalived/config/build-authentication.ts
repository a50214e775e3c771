import { flagOf, nodeOf, textOf } from './access.ts'
import type { Building } from './build-global.ts'
import type { VrrpInstance } from './config.ts'
import type { Block } from './interpret.ts'

/** The password that adverts carry, or that their digest is made with; null: none, which is said where one was asked for. */
export function authentication(
  name: string,
  version: 2 | 3,
  block: Block,
  { report, global }: Building,
): VrrpInstance['authentication'] {
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
  if (nodeOf(block, 'auth_hmac') !== null) {
    const said = `${name}: auth_hmac signs adverts, so authentication is ignored`
    report('warning', 'conflict', opened, said, 'remove one of the two on both nodes')
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
  const type = textOf(opened.block, 'auth_type') === 'AH' ? 'AH' : 'PASS'
  return { type, password: bytes.length > 8 ? bytes.subarray(0, 8).toString() : given }
}
