import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { CIFAR10_NAMES, encodeCifar } from '../../../../core/formats/cifar.ts'
import { importCifar10 } from '../../../../main/services/datasets/import-cifar10.ts'
import { openDataset } from '../../../../main/services/datasets/store.ts'
import { cifarBatch, cifarImagesOf, cifarLike, META } from '../../../support/cifar-folder.ts'
import { writeFiles } from '../../../support/idx-folder.ts'
import { realData } from '../../../support/real-data.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('importCifar10', () => {
  it('stores a folder, batches in the order of their numbers, and gives it back', async () => {
    const home = await temporaryFolder()
    const log: string[] = []
    const folder = await cifarLike(home)
    expect(await importCifar10(home, [folder], 'small', { log: message => log.push(message) })).toEqual({ name: 'small', shape: [32, 32, 3], classes: CIFAR10_NAMES, train: 7, test: 2, stored: true })
    const { train, test } = await openDataset(home, 'small', { verify: true })
    expect([...train.labels]).toEqual([1, 2, 3, 2, 3, 0, 1])
    expect(Buffer.compare(train.images, Buffer.concat([cifarImagesOf(3, 1), cifarImagesOf(2, 2), cifarImagesOf(2, 10)].map(({ images }) => images)))).toBe(0)
    expect(test).toEqual({ count: 2, ...cifarImagesOf(2, 20) })
    expect(log.join('\n')).toMatch(/batches that are not here: 3, 4, 5 of 5.*[^]*data_batch_1\.bin holds 3 images, the published file 10000[^]*reading .*data_batch_1\.bin[^]*reading .*data_batch_2\.bin\.gz[^]*reading .*data_batch_10\.bin[^]*reading .*test_batch/)
    const manifest = await readFile(join(home, 'datasets', 'small', 'dataset.json'), 'utf8')
    expect(manifest).not.toContain(home)
    expect(manifest).toContain('"kind": "cifar10"')
    // The folder that the archive was unpacked in will do as well.
    expect((await importCifar10(home, [home], 'again')).train).toBe(7)
  })

  it('takes files one by one, other names of classes, and test images from the end', async () => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'data_batch_1.bin': gzipSync(cifarBatch(5)), 'batches.meta.txt': new TextEncoder().encode('a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n') })
    await expect(importCifar10(home, [folder], 'x')).rejects.toThrow(/expected a test set beside the training set, found none; .*add test_batch\.bin, or set apart training images for it with --test N/)
    for (const test of [0, 5, -1, 1.5]) await expect(importCifar10(home, [folder], 'x', { test })).rejects.toThrow(`expected from 1 to 4 test images to set apart of 5, found ${test}`)
    expect((await importCifar10(home, [folder], 'x', { test: 2 })).classes).toEqual(Array.from('abcdefghij'))
    const { train, test } = await openDataset(home, 'x')
    expect([...train.labels, ...test.labels]).toEqual([0, 1, 2, 3, 4])
    expect(Buffer.compare(Buffer.concat([train.images, test.images]), cifarImagesOf(5).images)).toBe(0)
    expect((await importCifar10(home, [join(folder, 'data_batch_1.bin')], 'y', { test: 1 })).classes).toEqual(CIFAR10_NAMES)
    await expect(importCifar10(home, [await cifarLike(home)], 'z', { test: 2 })).rejects.toThrow(/found both test files and --test 2/)
  })

  const strayLabel = cifarBatch(2, 3)
  strayLabel[3073] = 10
  it.each([
    ['a truncated batch', { 'data_batch_1.bin': cifarBatch(2).subarray(0, 6000) }, /expected whole records of 3073 bytes .*found 6000 bytes: 1 records and 2927 bytes more; at .*data_batch_1\.bin/],
    ['a truncated gzipped batch', { 'data_batch_1.bin': gzipSync(cifarBatch(2), { level: 0 }).subarray(0, 5000) }, /expected a whole gzip file, it ends too early; at .*data_batch_1\.bin/],
    ['gzipped data cut short', { 'data_batch_1.bin': gzipSync(cifarBatch(2).subarray(0, 5000)) }, /found 5000 bytes: 1 records/],
    ['trailing bytes', { 'test_batch.bin': Buffer.concat([cifarBatch(2, 20), Buffer.alloc(3)]) }, /2 records and 3 bytes more; at .*test_batch\.bin/],
    ['an empty batch', { 'data_batch_1.bin': new Uint8Array(0) }, /found 0 bytes/],
    ['a label above 9', { 'data_batch_1.bin': strayLabel }, /expected a label from 0 to 9 at byte 3073, found 10 for image 1 of 2; at .*data_batch_1\.bin/],
    ['CIFAR-100', { 'data_batch_1.bin': new Uint8Array(3074 * 2) }, /looks like CIFAR-100/],
    ['one batch twice, gzipped and not', { 'data_batch_1.bin.gz': cifarBatch(2, 9) }, /expected one file of batch 1, found two: data_batch_1\.bin and data_batch_1\.bin\.gz/],
    ['one batch under two numbers', { 'data_batch_01.bin': cifarBatch(2, 9) }, /expected one file of batch 1, found two/],
    ['copies under two names', { 'data_batch_2.bin.gz': cifarBatch(2, 1) }, /found the same images and labels in data_batch_1\.bin and data_batch_2\.bin\.gz/],
    ['training images as test images', { 'test_batch.bin': cifarBatch(2, 1) }, /found the same images and labels in data_batch_1\.bin and test_batch\.bin/],
    ['two test batches', { 'test_batch.bin.gz': cifarBatch(2, 9) }, /expected one file of the test batch, found two/],
    ['the Python version', { 'data_batch_3': new Uint8Array(10) }, /found a name without \.bin, as the Python version has; .*data_batch_3; download the binary version/],
    ['class names of another set', { 'batches.meta.txt': new TextEncoder().encode('cat\ndog\n') }, /expected 10 class names, one a line, found 2/],
  ])('leaves nothing behind when it refuses %s', async (_, changes, message) => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'data_batch_1.bin': cifarBatch(2, 1), 'data_batch_2.bin': cifarBatch(2, 2), 'test_batch.bin': cifarBatch(2, 3), 'batches.meta.txt': META, ...changes })
    if ('data_batch_2.bin.gz' in changes) await rm(join(folder, 'data_batch_2.bin'))
    await expect(importCifar10(home, [folder], 'x')).rejects.toThrow(message)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it('refuses what is no CIFAR-10 by name', async () => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'a.bin': cifarBatch(1), 'test_batch.bin': cifarBatch(1) })
    await expect(importCifar10(home, [join(folder, 'a.bin')], 'x')).rejects.toThrow(/found another name; at .*a\.bin; name the folder cifar-10-batches-bin/)
    await expect(importCifar10(home, [folder], 'x')).rejects.toThrow(/expected training batches, found none/)
    await rename(join(folder, 'test_batch.bin'), join(folder, 'b.bin'))
    await expect(importCifar10(home, [folder], 'x')).rejects.toThrow(/found none by their names/)
    await expect(importCifar10(home, [join(home, 'none')], 'x')).rejects.toThrow(/found nothing of this name/)
    await expect(importCifar10(home, [], 'x')).rejects.toThrow(/expected a folder or files to import/)
    await expect(importCifar10(home, [await cifarLike(home)], 'digits')).rejects.toThrow(/belongs to the built-in data set/)
  })

  it('stops when told and leaves nothing', async () => {
    const home = await temporaryFolder()
    const control = new AbortController()
    const log = (message: string): void => {
      if (message.includes('data_batch_2')) control.abort()
    }
    await expect(importCifar10(home, [await cifarLike(home)], 'x', { log, signal: control.signal })).rejects.toThrow(/abort/i)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })
})

describe('the published CIFAR-10', () => {
  const folder = realData('cifar-10-batches-bin')
  it.skipIf(folder === undefined)('is imported as it was published', { timeout: 120_000 }, async () => {
    const home = await temporaryFolder()
    expect(await importCifar10(home, [folder ?? ''], 'cifar10')).toMatchObject({ shape: [32, 32, 3], train: 20000, test: 10000, classes: CIFAR10_NAMES })
    const { train, test } = await openDataset(home, 'cifar10')
    expect([...train.labels.subarray(0, 10), ...test.labels.subarray(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3, 3, 8, 8, 0, 6, 6, 1, 6, 3, 1])
    expect(Array.from({ length: 10 }, (_, i) => train.labels.filter(label => label === i).length)).toEqual([1989, 1981, 2042, 2011, 2009, 1925, 2038, 2027, 2012, 1966])
    // The published files come out again, byte for byte.
    const file = (from: number, to: number): string => sha256(encodeCifar(train.images.subarray(from * 3072, to * 3072), train.labels.subarray(from, to)))
    expect([file(0, 10000), file(10000, 20000), sha256(encodeCifar(test.images, test.labels))]).toEqual([
      'cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5',
      'a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed',
      '8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b',
    ])
  })
})
