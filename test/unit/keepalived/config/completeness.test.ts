import { describe, expect, it } from 'vitest'
import { KEYWORDS, keywordsOf } from '../../../../src/keepalived/config/table.ts'
import { fixture } from './fixtures.ts'

/**
 * Block → the keywords that keepalived 2.2.7 (Debian's) does not call unknown there: found by giving each word of its binary and of
 * its manual to `keepalived -t`, in each block.
 */
const THEIRS = JSON.parse(fixture('keywords-2.2.7.json')) as Record<string, string>

/** What came after it, and what later manuals call otherwise. */
const LATER: Record<string, string> = {
  global_defs:
    'state_dump_file stats_dump_file json_dump_file state_file_location stats_file_location json_file_location json_version use_symlink_paths vrrp_allow_no_vips dbus_no_interface_name vrrp_owner_ignore_adverts iproute_usr_dir iproute_etc_dir',
  vrrp_instance: 'v3_checksum_as_v2 auth_hmac timer_expired_backup thread_timer_expired',
  HTTP_GET: 'tls_compliant',
}

it.each(Object.entries(LATER))('what came to %s later is known', (block, words) => {
  expect(words.split(' ').filter((name) => !keywordsOf(block).has(name))).toEqual([])
})

describe('every keyword that keepalived 2.2.7 knows', () => {
  const blocks = Object.entries(THEIRS).filter(([block]) => KEYWORDS.some((keyword) => keyword.block === block))

  it('is looked for in most blocks', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(15)
  })

  it.each(blocks)('in %s is known here', (block, words) => {
    const names = words.split(' ')
    expect(names.length).toBeGreaterThan(1)
    expect(names.filter((name) => !keywordsOf(block).has(name))).toEqual([])
  })
})
