import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MmhaError } from '../../../src/events/error.ts'
import { parseSource, readDocument } from '../../../src/inventory/document.ts'
import { inventoryFrom } from '../../../src/inventory/load.ts'
import { typingSlips } from '../../../src/inventory/typing-slips.ts'

const GOOD = 'vip: 10.0.0.100/24\nnic: eth0\nmasters:\n  - 10.0.0.11\n  - 10.0.0.12\n'

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof MmhaError && error.exit === 4) return error.message
    throw error
  }
  throw new Error('it was accepted')
}

/** The message of an inventory that is not accepted. */
const said = (text: string) => refusal(() => inventoryFrom(parseSource(text, 'i.yml')))

describe('a document that is wrong by a slip of the keyboard says so, with its place', () => {
  it.each([
    [
      'full-width colons everywhere',
      GOOD.replaceAll(': ', '：').replace('masters:', 'masters：'),
      'i.yml:1:4 full-width (全角) `：`; type half-width (半角) `:`, and a space after the colon\n' +
        'i.yml:2:4 full-width (全角) `：`; type half-width (半角) `:`, and a space after the colon\n' +
        'i.yml:3:8 full-width (全角) `：`; type half-width (半角) `:`, and a space after the colon',
    ],
    [
      'one full-width colon',
      GOOD.replace('nic: ', 'nic：'),
      'i.yml:2:4 full-width (全角) `：`; type half-width (半角) `:`, and a space after the colon',
    ],
    [
      'full-width digits and dots',
      GOOD.replace('10.0.0.11', '1０。0.0.11'),
      'i.yml:4:5 masters[0]: not an IPv4 address: 1０。0.0.11\ni.yml:4:6 full-width (全角) `０` `。`; type half-width (半角) `0` `.`',
    ],
    [
      'full-width space',
      GOOD.replace('vip: ', 'vip:\u3000'),
      'i.yml:1:5 a full-width space (全角空格): type a normal space',
    ],
    [
      'space of a web page',
      GOOD.replace('nic: ', 'nic:\u00a0'),
      'i.yml:2:5 a no-break space, as copied from a web page',
    ],
    [
      'no space after the colon',
      GOOD.replace('vip: ', 'vip:').replace('nic: ', 'nic:'),
      'i.yml:1:4 a space is missing after the colon of vip\ni.yml:2:4 a space is missing after the colon of nic',
    ],
    ['tabs', GOOD.replaceAll('  -', '\t-'), 'i.yml:4:1 YAML syntax: a tab; indent with spaces'],
    ['a key twice', `${GOOD}nic: eth1\n`, 'i.yml:6:1 YAML syntax: this key is there already'],
    ['two documents', `${GOOD}---\nnic: eth1\n`, 'i.yml:6:1 YAML syntax: a second document begins here'],
    ['a dangling alias', GOOD.replace('eth0', '*eth0'), 'i.yml:2:6 YAML syntax: nothing is named &eth0'],
    ['nothing in it', '# later\n', 'i.yml:1:1 the document is empty'],
    ['one master', GOOD.replace('  - 10.0.0.12\n', ''), 'i.yml:4:3 masters: expected at least 2 entries, got 1'],
    ['an unknown choice', `${GOOD}policy: fast\n`, 'i.yml:6:9 policy: expected one of availability, consistency, got'],
    [
      'a strange setting',
      `${GOOD}server: {settings: {a b: 1}}\n`,
      'server.settings.a b: not the name of a server option',
    ],
  ])('%s', (_, text, expected) => {
    expect(said(text)).toContain(expected)
  })

  it('shows no text of a document that is one text: passwords may be in it', () => {
    expect(said('vip 10.0.0.1\nreplication password hunter2\n')).toBe('i.yml:1:1 expected a map, got text')
  })
})

describe('a document that is right is never held against its characters', () => {
  it.each([
    ['comments', `# 主库：两台，一个地址\n${GOOD.replace('eth0', 'eth0   # 网卡：eth0')}`],
    ['quoted text', `${GOOD}notify: { command: "echo 切换，完成：$1" }\n`],
    ['plain text', `${GOOD}notify:\n  command: echo 切换，完成\n`],
    ['byte order mark and Windows line ends', `\ufeff${GOOD.replaceAll('\n', '\r\n')}`],
  ])('%s', (_, text) => {
    expect(inventoryFrom(parseSource(text, 'i.yml')).vip.address).toBe('10.0.0.100')
  })

  it('comments and quotes are no slips in a document that is wrong elsewhere', () => {
    expect(typingSlips("nic: 'eth：0' # 注释：x\nurl: http://x\ntime: 10:20\n")).toEqual([])
  })
})

describe('a file that is no YAML text', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mmha-unit-document-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const write = (name: string, bytes: Buffer) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }

  it.each([
    ['missing', () => join(folder, 'none.yml'), 'no such file'],
    ['a directory', () => folder, 'it is a directory'],
    ['below a file', () => join(write('file', Buffer.from(GOOD)), 'i.yml'), 'a part of its path is not a directory'],
    // 主库 in GBK.
    ['in GBK', () => write('gbk.yml', Buffer.from([0x23, 0xd6, 0xf7, 0xbf, 0xe2, 0x0a])), 'it is not UTF-8 text'],
    ['in UTF-16', () => write('utf16.yml', Buffer.from(GOOD, 'utf16le')), 'it is not UTF-8 text'],
  ])('%s', (_, file, expected) => {
    expect(refusal(() => readDocument(file()))).toContain(expected)
  })
})
