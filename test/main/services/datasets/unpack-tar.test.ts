import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpackTar } from '../../../../main/services/datasets/unpack-tar.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { tarFile, type TarEntry } from '../../../support/tar-file.ts'

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251)
const wanted = (name: string): number | undefined => (/^[ab]\.bin$/.test(name) ? 1_000_000 : undefined)

async function unpack(archive: Uint8Array, signal?: AbortSignal): Promise<{ names: readonly string[]; root: string; folder: string }> {
  const root = await temporaryFolder()
  const folder = join(root, 'out')
  await mkdir(folder)
  await writeFile(join(root, 'x.tar'), archive)
  return { names: await unpackTar(join(root, 'x.tar'), folder, wanted, signal), root, folder }
}

describe('unpackTar', () => {
  const entries: readonly TarEntry[] = [
    { name: 'set/', type: '5' },
    { name: 'set/a.bin', bytes: bytes(1000) },
    { name: 'PaxHeader', type: 'x', bytes: bytes(600) },
    { name: 'set/readme.html', bytes: bytes(5000) },
    { name: './set/b.bin', bytes: bytes(700_000) },
  ]

  it.each([['plain', tarFile(entries)], ['gzipped', gzipSync(tarFile(entries))], ['filled to a large record', tarFile(entries, { end: 400_000 })]])('takes the wanted files out of a %s archive', async (_, archive) => {
    const { names, folder } = await unpack(archive)
    expect(names).toEqual(['a.bin', 'b.bin'])
    expect((await readdir(folder)).sort()).toEqual(['a.bin', 'b.bin'])
    expect(Buffer.compare(await readFile(join(folder, 'a.bin')), bytes(1000))).toBe(0)
    expect(Buffer.compare(await readFile(join(folder, 'b.bin')), bytes(700_000))).toBe(0)
  })

  it.each<readonly [string, Uint8Array, RegExp]>([
    ['a path that leads up', tarFile([{ name: '../../a.bin', bytes: bytes(10) }]), /expected names within the archive's own folder, found "\.\.\/\.\.\/a\.bin"; at .*x\.tar/],
    ['a path that leads up on the way', tarFile([{ name: 'set/../../a.bin', bytes: bytes(10) }]), /within the archive's own folder/],
    ['an absolute path', tarFile([{ name: '/etc/a.bin', bytes: bytes(10) }]), /within the archive's own folder/],
    ['a path of Windows', tarFile([{ name: 'C:\\a.bin', bytes: bytes(10) }]), /within the archive's own folder/],
    ['a symbolic link', tarFile([{ name: 'a.bin', type: '2' }]), /found a link: "a\.bin"/],
    ['a hard link', tarFile([{ name: 'a.bin', type: '1' }]), /found a link/],
    ['one file twice', tarFile([{ name: 'a.bin', bytes: bytes(10) }, { name: 'other/a.bin', bytes: bytes(10) }]), /expected one file a\.bin, found two/],
    ['a file that is too large', gzipSync(tarFile([{ name: 'a.bin', bytes: bytes(1_000_001) }])), /expected at most 977 KiB in a\.bin/],
    ['a size that lies', tarFile([{ name: 'a.bin', bytes: bytes(10), claimed: 900_000 }]), /expected a whole tar archive, it ends after 2048 bytes|expected files that fit/],
    ['a size beyond all', tarFile([{ name: 'other', bytes: bytes(10), claimed: 8 ** 10 }]), /expected files that fit into the archive, found one of 1073741824 bytes: "other"/],
    ['an archive cut short', tarFile(entries).subarray(0, 4000), /expected a whole tar archive, it ends after 4000 bytes/],
    ['gzip data cut short', gzipSync(tarFile(entries)).subarray(0, 500), /expected a whole gzip file, it ends too early/],
    ['what is no archive', new TextEncoder().encode('<!DOCTYPE html>'.padEnd(2000)), /expected a header of a tar archive/],
    ['nothing', new Uint8Array(0), /it ends after 0 bytes/],
  ])('refuses %s', async (_, archive, message) => {
    await expect(unpack(archive)).rejects.toThrow(message)
  })

  it('writes nothing outside of its folder', async () => {
    const root = await temporaryFolder()
    await mkdir(join(root, 'deep', 'out'), { recursive: true })
    await writeFile(join(root, 'x.tar'), tarFile([{ name: '../a.bin', bytes: bytes(10) }]))
    await expect(unpackTar(join(root, 'x.tar'), join(root, 'deep', 'out'), wanted)).rejects.toThrow()
    expect([await readdir(root), await readdir(join(root, 'deep')), await readdir(join(root, 'deep', 'out'))]).toEqual([['deep', 'x.tar'], ['out'], []])
  })

  it('stops when told', async () => {
    await expect(unpack(gzipSync(tarFile(entries)), AbortSignal.abort())).rejects.toThrow(/abort/i)
  })
})
