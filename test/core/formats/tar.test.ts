import { describe, expect, it } from 'vitest'
import { parseTarHeader } from '../../../core/formats/tar.ts'
import { tarFile, type TarEntry } from '../../support/tar-file.ts'

const headerOf = (entry: TarEntry): Uint8Array => tarFile([entry]).slice(0, 512)

describe('a header of a tar archive', () => {
  it('says name, size and kind', () => {
    expect(parseTarHeader(headerOf({ name: 'a/b.bin', bytes: new Uint8Array(700) }), 't')).toEqual({ name: 'a/b.bin', size: 700, kind: 'file' })
    expect(parseTarHeader(headerOf({ name: 'b.bin', prefix: 'far/away' }), 't')).toEqual({ name: 'far/away/b.bin', size: 0, kind: 'file' })
    expect(Array.from('\x0057123xgLK6', type => parseTarHeader(headerOf({ name: 'a', type }), 't')?.kind)).toEqual(['file', 'folder', 'file', 'link', 'link', 'other', 'note', 'note', 'note', 'note', 'other'])
  })

  it('ends the archive if it is empty', () => expect(parseTarHeader(new Uint8Array(512), 't')).toBeUndefined())

  it('is known by its checksum', () => {
    for (const at of [0, 124, 156, 300]) {
      const bytes = headerOf({ name: 'a' })
      bytes[at] = (bytes[at] ?? 0) ^ 1
      expect(() => parseTarHeader(bytes, 't')).toThrow(/expected a header of a tar archive, found other data or damage; at t/)
    }
    expect(() => parseTarHeader(new Uint8Array(512).fill(65), 't')).toThrow(/expected a header/)
  })

  it('has a size in octal digits', () => {
    const bytes = headerOf({ name: 'a' })
    bytes.set(new TextEncoder().encode('99999999999'), 124)
    bytes.fill(32, 148, 156)
    bytes.set(new TextEncoder().encode(bytes.reduce((sum, byte) => sum + byte).toString(8).padStart(6, '0')), 148)
    expect(() => parseTarHeader(bytes, 't')).toThrow(/found no number/)
  })
})
