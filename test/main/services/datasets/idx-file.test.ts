import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { encodeIdxImages } from '../../../../core/formats/idx.ts'
import { peekIdxKind, readIdxFile } from '../../../../main/services/datasets/idx-file.ts'
import { smallSet } from '../../../support/idx-folder.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const { images, labels } = smallSet(50)

async function fileOf(bytes: Uint8Array, name = 'file'): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, bytes)
  return path
}

/** A header that promises so many images of 28 x 28. */
function headerFor(count: number): Uint8Array {
  const header = encodeIdxImages({ count: 1, height: 28, width: 28, pixels: new Uint8Array(784) }).slice(0, 16)
  new DataView(header.buffer).setUint32(4, count)
  return header
}

describe('readIdxFile', () => {
  it.each([['plain', images], ['gzipped', gzipSync(images)], ['gzipped in two members', Buffer.concat([gzipSync(images.subarray(0, 100)), gzipSync(images.subarray(100))])]])('reads a %s file, whatever its name', async (_, bytes) => {
    const file = await readIdxFile(await fileOf(bytes, 'misnamed.gz.txt'), 'images')
    expect(file.bytes).toEqual(images)
    expect(file.source).toEqual({ name: 'misnamed.gz.txt', bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  })

  it('reads a file larger than one chunk', async () => {
    const large = smallSet(3000, { height: 28, width: 28 }).images
    expect(Buffer.compare((await readIdxFile(await fileOf(gzipSync(large)), 'images')).bytes, large)).toBe(0)
    expect(Buffer.compare((await readIdxFile(await fileOf(large), 'images')).bytes, large)).toBe(0)
  })

  it.each([
    ['a gzip bomb behind a small header', gzipSync(Buffer.concat([images, Buffer.alloc(1e8)])), /expected 316 bytes \(50 images of 3 x 2\), found at least \d{3,6};/],
    ['a bomb of labels', gzipSync(Buffer.concat([labels, Buffer.alloc(1e8)])), /found 0x00000801/],
    ['gzip data that cannot hold what the header says', gzipSync(Buffer.concat([headerFor(4e9), Buffer.alloc(1000)])), /expected 3136000000016 bytes as the header says, \d+ bytes of gzip data cannot hold them/],
    ['a plain file that is shorter than its header says', Buffer.concat([headerFor(4e9), Buffer.alloc(1000)]), /expected 3136000000016 bytes .*found only 1016/],
    ['gzip data cut short', gzipSync(images, { level: 0 }).subarray(0, 200), /expected a whole gzip file, it ends too early/],
    ['gzipped data cut short', gzipSync(images.subarray(0, 315)), /expected 316 bytes .*found only 315/],
    ['a gzip file with a damaged byte', gzipSync(images, { level: 0 }).map((byte, i) => (i === 150 ? byte ^ 1 : byte)), /expected gzip data, found damage: incorrect data check/],
    ['damaged deflate data', Uint8Array.of(...gzipSync(images).subarray(0, 10), 255, 255, 255, 255), /expected gzip data, found damage/],
    ['a plain file with bytes after its data', Buffer.concat([images, Buffer.alloc(3)]), /expected 316 bytes .*found 319/],
    ['a gzip file with bytes after it', Buffer.concat([gzipSync(images), Buffer.alloc(7)]), /expected no bytes after the compressed data, found some/],
    ['a gzip file with many bytes after it', Buffer.concat([gzipSync(images), Buffer.alloc(1e6)]), /expected no bytes after the compressed data, found some/],
    ['labels for images', gzipSync(labels), /which is an IDX labels file/],
    ['an empty file', new Uint8Array(0), /expected 16 bytes .*found only 0/],
    ['gzip of nothing', gzipSync(new Uint8Array(0)), /expected 16 bytes .*found only 0/],
    ['gzip within gzip', gzipSync(gzipSync(images)), /which is gzip data/],
  ])('refuses %s', async (_, bytes, message) => {
    const before = process.memoryUsage().arrayBuffers
    await expect(readIdxFile(await fileOf(bytes), 'images')).rejects.toThrow(message)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5e7)
  })

  it('refuses what is not a file, and stops when told', async () => {
    await expect(readIdxFile(await temporaryFolder(), 'images')).rejects.toThrow(/expected a file, found a folder/)
    await expect(readIdxFile(join(await temporaryFolder(), 'none'), 'images')).rejects.toThrow(/found nothing of this name/)
    await expect(readIdxFile(await fileOf(images), 'images', AbortSignal.abort())).rejects.toThrow(/abort/i)
  })
})

describe('peekIdxKind', () => {
  it('tells images from labels, gzipped or not, and from everything else', async () => {
    expect(await peekIdxKind(await fileOf(images))).toBe('images')
    expect(await peekIdxKind(await fileOf(gzipSync(labels)))).toBe('labels')
    expect(await peekIdxKind(await fileOf(gzipSync(smallSet(3000, { height: 28, width: 28 }).images)))).toBe('images')
    expect(await peekIdxKind(await fileOf(Buffer.from('text')))).toBeUndefined()
    expect(await peekIdxKind(await fileOf(Uint8Array.of(0x1f, 0x8b, 1, 2, 3)))).toBeUndefined()
  })
})
