import { describe, expect, it } from 'vitest'
import { backportsOf, parseLines, parseStanzas, readSources, stanzaOf } from '../../../main/setup/apt-sources.mjs'
import { folderOf } from './fixture.ts'

const deb822 = `# the archive
Types: deb deb-src
# a remark between fields
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg


Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`

describe('apt sources', () => {
  it('reads deb822 stanzas, comments and several blank lines between', () => {
    expect(parseStanzas(deb822)).toEqual([
      {
        types: ['deb', 'deb-src'],
        uris: ['http://mirror.test/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        rest: [['Signed-By', '/usr/share/keyrings/debian-archive-keyring.gpg']],
      },
      {
        types: ['deb'],
        uris: ['http://mirror.test/debian-security'],
        suites: ['bookworm-security'],
        components: ['main'],
        rest: [['Signed-By', '/usr/share/keyrings/debian-archive-keyring.gpg']],
      },
    ])
  })

  it('keeps an embedded key as it stands', () => {
    const key = 'Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----'
    const [source] = parseStanzas(`Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\n${key}\n`)
    expect(source && stanzaOf(source)).toBe(`Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\n${key}\n`)
  })

  it('leaves disabled sources out', () => {
    expect(parseStanzas('Enabled: no\nTypes: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main\n')).toEqual([])
    expect(parseLines('# deb http://mirror.test/debian bookworm main\n')).toEqual([])
  })

  it('reads one-line entries and writes their options as fields', () => {
    const [source] = parseLines('deb [arch=amd64,arm64 signed-by=/k.gpg check-valid-until=no] http://mirror.test/debian bookworm main contrib # remark\n')
    expect(source && stanzaOf(source)).toBe('Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\nComponents: main contrib\nArchitectures: amd64 arm64\nSigned-By: /k.gpg\nCheck-Valid-Until: no\n')
  })

  it('reads every file that apt reads, and no other', () => {
    const files = folderOf({
      'etc/apt/sources.list': 'deb http://one.test/debian bookworm main\n',
      'etc/apt/sources.list.d/a.list': 'deb http://two.test/debian bookworm main\n',
      'etc/apt/sources.list.d/b.sources': 'Types: deb\nURIs: http://three.test/debian\nSuites: bookworm\nComponents: main\n',
      'etc/apt/sources.list.d/c.list.disabled': 'deb http://four.test/debian bookworm main\n',
    })
    expect(readSources(files).flatMap(source => source.uris)).toEqual(['http://one.test/debian', 'http://two.test/debian', 'http://three.test/debian'])
    expect(readSources('/nowhere')).toEqual([])
  })
})

describe('backports of a release', () => {
  it('have mirror, components and key of the release', () => {
    const backports = backportsOf(parseStanzas(deb822), 'bookworm', 'http://mirror.test/debian/')
    expect(backports && stanzaOf(backports)).toBe('Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm-backports\nComponents: main contrib\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n')
  })

  it('come from the distribution, not from another who publishes for it', () => {
    const sources = [...parseLines('deb [signed-by=/o.gpg] http://other.test/packages bookworm main\n'), ...parseStanzas(deb822)]
    expect(backportsOf(sources, 'bookworm')?.uris).toEqual(['http://mirror.test/debian'])
    expect(backportsOf(sources, 'bookworm', 'http://mirror.test/debian-security')?.uris).toEqual(['http://mirror.test/debian'])
  })

  it('keep of several mirrors the one that has the release', () => {
    const sources = parseStanzas('Types: deb\nURIs: http://one.test/debian http://two.test/debian\nSuites: bookworm\nComponents: main\n')
    expect(backportsOf(sources, 'bookworm', 'http://two.test/debian')?.uris).toEqual(['http://two.test/debian'])
  })

  it('are undefined when no source has the release', () => {
    expect(backportsOf(parseStanzas(deb822), 'trixie')).toBeUndefined()
    expect(backportsOf(parseLines('deb http://other.test/packages bookworm main\n'), 'bookworm')).toBeUndefined()
  })
})
