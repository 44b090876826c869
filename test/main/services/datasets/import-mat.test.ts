import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importMat } from '../../../../main/services/datasets/import-mat.ts'
import { admitBytes } from '../../../../main/services/datasets/memory.ts'
import { openDataset } from '../../../../main/services/datasets/store.ts'
import { writeFiles } from '../../../support/idx-folder.ts'
import { compressed, matFile, matrix, svhnFile, svhnImagesOf, svhnX, svhnY } from '../../../support/mat-file.ts'
import { realData } from '../../../support/real-data.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const digits = Array.from({ length: 10 }, (_, digit) => String(digit))

describe('importMat', () => {
  it('stores training, test and extra files, extra images first', async () => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'svhn', { 'train_32x32.mat': svhnFile(4, { compressed: true, shift: 1 }), 'test_32x32.mat': svhnFile(2, { shift: 5 }), 'extra_32x32.mat': svhnFile(3, { compressed: true, shift: 8 }), 'notes.txt': new Uint8Array(1) })
    const log: string[] = []
    const summary = await importMat(home, ['train', 'test', 'extra'].map(name => join(folder, `${name}_32x32.mat`)), 'svhn', { log: message => log.push(message) })
    expect(summary).toEqual({ name: 'svhn', shape: [32, 32, 3], classes: digits, train: 7, test: 2, stored: true })
    const { train, test } = await openDataset(home, 'svhn', { verify: true })
    expect([...train.labels, '|', ...test.labels]).toEqual([9, 0, 1, 2, 3, 4, 5, '|', 6, 7])
    expect(Buffer.compare(train.images, Buffer.concat([svhnImagesOf(3, 8), svhnImagesOf(4, 1)]))).toBe(0)
    expect(Buffer.compare(test.images, svhnImagesOf(2, 5))).toBe(0)
    expect(log.join('\n')).toMatch(/reading .*extra[^]*reading .*train[^]*reading .*test[^]*27\.0 KiB of images, held in memory[^]*writing data set svhn/)
    const manifest = await readFile(join(home, 'datasets', 'svhn', 'dataset.json'), 'utf8')
    expect(manifest).not.toContain(home)
    expect(manifest).toContain('the first 3 training images are its extra set')
    expect(manifest).toContain(sha256(svhnFile(2, { shift: 5 })))
    expect((await importMat(home, [folder], 'folder')).train).toBe(7)
  })

  it('sets test images apart from the end of a single file of any name', async () => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'digits.mat': matFile([svhnY(5), { ...svhnX(1), name: 'other' }, svhnX(5)], 'big') })
    await expect(importMat(home, [folder], 'x')).rejects.toThrow(/expected a test set beside the training set, found none; .*add test_32x32\.mat, or set apart training images for it with --test N/)
    for (const test of [0, 5, -1, 1.5]) await expect(importMat(home, [folder], 'x', { test })).rejects.toThrow(`expected from 1 to 4 test images to set apart of 5, found ${test}`)
    await importMat(home, [join(folder, 'digits.mat')], 'x', { test: 2 })
    const { train, test } = await openDataset(home, 'x')
    expect([...train.labels, '|', ...test.labels]).toEqual([1, 2, 3, '|', 4, 5])
    expect(Buffer.compare(Buffer.concat([train.images, test.images]), svhnImagesOf(5))).toBe(0)
  })

  it.each<readonly [string, Record<string, Uint8Array>, RegExp]>([
    ['no X', { 'train.mat': matFile([svhnY(2)]) }, /expected the variables X and y, found no X among "y"; at .*train\.mat/],
    ['no y', { 'train.mat': matFile([svhnX(2), { ...svhnY(2), name: 'Y' }]) }, /found no y among "X", "Y"/],
    ['no variables', { 'train.mat': matFile([]) }, /found no X among none at all/],
    ['counts that differ', { 'train.mat': matFile([svhnX(2), svhnY(3)]) }, /expected one label for each image, found 2 images in X and 3 labels in y/],
    ['another shape', { 'train.mat': matFile([{ ...svhnX(2), dimensions: [32, 3, 32, 2] }, svhnY(2)]) }, /expected X as uint8 32 x 32 x 3 x N, found uint8 32 x 3 x 32 x 2/],
    ['a label that is none', { 'test.mat': matFile([svhnX(2), { ...svhnY(2), values: [1, 11] }]) }, /found 11 at position 1 of 2 in y; at .*test\.mat/],
    ['more images declared than there are', { 'train.mat': matFile([{ ...svhnX(2), dimensions: [32, 32, 3, 73257] }, svhnY(73257)]) }, /expected 225045504 bytes for 32 x 32 x 3 x 73257 values .* its size says 6144/],
    ['compressed images that end too early', { 'train.mat': Buffer.concat([matFile([svhnY(3)]), compressed(matrix(svhnX(3)).subarray(0, 5000))]) }, /in variable "X" as its head says, found only 5000/],
    ['a file cut short', { 'train.mat': svhnFile(3).subarray(0, 6000) }, /the file ends after \d+ of them/],
    ['an empty file', { 'train.mat': new Uint8Array(0) }, /expected a MATLAB 5\.0 MAT-file, found only 0 bytes/],
    ['two training files', { 'train-2.mat': svhnFile(1) }, /expected one train file, found two: train-2\.mat and train\.mat/],
  ])('leaves nothing behind when it refuses %s', async (_, changes, message) => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'train.mat': svhnFile(3), 'test.mat': svhnFile(2), ...changes })
    await expect(importMat(home, [folder], 'x')).rejects.toThrow(message)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it('refuses files that it cannot tell apart or does not find', async () => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'a.mat': svhnFile(1), 'b.mat': svhnFile(1), 'test.mat': svhnFile(1), 'latest.mat': svhnFile(1) })
    const path = (name: string): string => join(folder, name)
    await expect(importMat(home, [path('a.mat'), path('b.mat')], 'x')).rejects.toThrow(/expected a name that says train, test or extra, found none of these words; at .*a\.mat/)
    await expect(importMat(home, [folder], 'x')).rejects.toThrow(/expected a training file, found only test/)
    await expect(importMat(home, [path('none.mat')], 'x')).rejects.toThrow(/found nothing of this name/)
    await expect(importMat(home, [], 'x')).rejects.toThrow(/expected a folder or files to import/)
    await expect(importMat(home, [await writeFiles(home, 'empty', {})], 'x')).rejects.toThrow(/expected MAT-files, found none by their names/)
    await expect(importMat(home, [folder], 'digits')).rejects.toThrow(/belongs to the built-in data set/)
  })

  it('stops when told and leaves nothing', async () => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'train.mat': svhnFile(3), 'test.mat': svhnFile(2) })
    const control = new AbortController()
    const log = (message: string): void => {
      if (message.includes('in memory')) control.abort()
    }
    await expect(importMat(home, [folder], 'x', { signal: control.signal, log })).rejects.toThrow(/abort/i)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it('refuses what this machine cannot hold', () => {
    expect(() => admitBytes(1.9e9, 'extra_32x32.mat', 1e9)).toThrow(/expected 1\.77 GiB of memory for the images, this machine has 954 MiB for it; at extra_32x32\.mat; close other programs, or import a part/)
    expect(() => admitBytes(2 ** 32 + 1, 'x', Infinity)).toThrow(/at most 4294967296 bytes of images, found 4294967297/)
    expect(() => admitBytes(1.9e9, 'x', 2e9)).not.toThrow()
  })
})

describe('the published SVHN', () => {
  const folder = realData('svhn-subset')

  it.skipIf(folder === undefined)('is imported with its published labels', async () => {
    const home = await temporaryFolder()
    expect(await importMat(home, [join(folder ?? '', 'train_32x32.mat')], 'svhn', { test: 83 })).toMatchObject({ shape: [32, 32, 3], train: 1000, test: 83, classes: digits })
    const { train, test } = await openDataset(home, 'svhn', { verify: true })
    const labels = [...train.labels, ...test.labels]
    expect(labels.slice(0, 10)).toEqual([1, 9, 2, 3, 2, 5, 9, 3, 3, 1])
    // 0 last, as the files count it as 10.
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 0].map(digit => labels.filter(label => label === digit).length)).toEqual([227, 141, 134, 110, 112, 78, 70, 78, 67, 66])
  })

  const variants = ['compressed', 'uncompressed', 'y-double-stored-as-uint8', 'y-double', 'y-before-X', 'big-endian']
  it.skipIf(folder === undefined)('has the same values in every way that the format allows', async () => {
    const home = await temporaryFolder()
    await importMat(home, [join(folder ?? '', 'train_32x32.mat')], 'whole', { test: 1 })
    const whole = (await openDataset(home, 'whole')).train
    for (const variant of variants) {
      await importMat(home, [join(folder ?? '', 'format-variants', `first20-${variant}.mat`)], variant.toLowerCase(), { test: 1 })
      const { train, test } = await openDataset(home, variant.toLowerCase())
      expect([...train.labels, ...test.labels]).toEqual([...whole.labels.subarray(0, 20)])
      expect(Buffer.compare(Buffer.concat([train.images, test.images]), whole.images.subarray(0, 20 * 3072))).toBe(0)
    }
  })

  it.skipIf(folder === undefined)('is reported as damaged where the download was cut short', async () => {
    const home = await temporaryFolder()
    const path = join(folder ?? '', 'format-variants', 'train_32x32-truncated-download.mat')
    await expect(importMat(home, [path], 'x', { test: 1 })).rejects.toThrow(/expected 182004347 bytes for variable 1 at byte 128, the file ends after 139128 of them; at .*truncated-download\.mat; download or copy the file again: it is damaged or cut short/)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it.skipIf(folder === undefined)('is reported as damaged where a single byte was changed', async () => {
    const home = await temporaryFolder()
    const bytes = await readFile(join(folder ?? '', 'train_32x32.mat'))
    bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1
    await writeFile(join(home, 'x.mat'), bytes)
    await expect(importMat(home, [join(home, 'x.mat')], 'x', { test: 1 })).rejects.toThrow(/damage|as its head says/)
  })
})
