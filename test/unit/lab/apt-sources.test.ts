import { describe, expect, it } from 'vitest'
import { mirrorsAmong, networkOptions, parseDeb822, parseOneLine, sourcesFor } from '../../../src/lab/apt-sources.ts'

const DEB822 = `Types: deb deb-src
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
URIs: https://packages.example/node
Suites: nodistro
Components: main
Enabled: no

Types: deb-src
URIs: http://sources.example/debian
Suites: sid
Components: main
`

describe('apt sources of the machine', () => {
  it('deb822: binary sources that are enabled', () => {
    expect(parseDeb822(DEB822)).toEqual([
      { uri: 'http://mirror.example/debian', suites: ['bookworm', 'bookworm-updates'], components: ['main'] },
      { uri: 'http://mirror.example/debian-security', suites: ['bookworm-security'], components: ['main'] },
    ])
  })

  it('deb822: values over several lines, several URIs', () => {
    const text =
      'Types: deb\nURIs: http://a.example/debian\n http://b.example/debian\nSuites: trixie\nComponents:\n main\n contrib\n'
    expect(parseDeb822(text)).toEqual([
      { uri: 'http://a.example/debian', suites: ['trixie'], components: ['main', 'contrib'] },
      { uri: 'http://b.example/debian', suites: ['trixie'], components: ['main', 'contrib'] },
    ])
  })

  it('one-line style: options and comments', () => {
    const text = [
      '# deb http://no.example/debian sid main',
      'deb [arch=amd64 signed-by=/k.gpg] https://m.example/debian trixie main contrib # ours',
      'deb-src http://m.example/debian trixie main',
      'deb http://x.example/apt stable-x main',
    ].join('\n')
    expect(parseOneLine(text)).toEqual([
      { uri: 'https://m.example/debian', suites: ['trixie'], components: ['main', 'contrib'] },
      { uri: 'http://x.example/apt', suites: ['stable-x'], components: ['main'] },
    ])
  })

  it("the machine's mirrors are those of Debian's own suites", () => {
    expect(mirrorsAmong(parseDeb822(DEB822))).toEqual({
      archive: 'http://mirror.example/debian',
      security: 'http://mirror.example/debian-security',
    })
    expect(mirrorsAmong(parseOneLine('deb http://x.example/ubuntu noble main'))).toBeNull()
  })

  it('other suites come from the same mirrors', () => {
    const mirrors = { archive: 'http://m.example/debian', security: 'http://m.example/security' }
    expect(sourcesFor(mirrors, 'sid', false)).toEqual(['deb http://m.example/debian sid main'])
    expect(sourcesFor(mirrors, 'trixie', true)).toEqual([
      'deb http://m.example/debian trixie main',
      'deb http://m.example/debian trixie-updates main',
      'deb http://m.example/security trixie-security main',
    ])
    expect(sourcesFor({ ...mirrors, security: null }, 'trixie', true)).toHaveLength(2)
  })

  it("the machine's proxy is used, its other settings are not", () => {
    const dump = [
      'APT::Architecture "amd64";',
      'Acquire::http "";',
      'Acquire::http::Proxy "http://proxy.example:3128";',
      'Acquire::https::CaInfo "/etc/ssl/ours.pem";',
      'Acquire::Languages "none";',
    ].join('\n')
    expect(networkOptions(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3128"',
      'Acquire::https::CaInfo "/etc/ssl/ours.pem"',
    ])
  })
})
