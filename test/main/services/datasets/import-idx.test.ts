import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fitPreprocessing } from '../../../../core/data/fit.ts'
import { encodeIdxImages, encodeIdxLabels, parseIdxImages } from '../../../../core/formats/idx.ts'
import { importIdx } from '../../../../main/services/datasets/import-idx.ts'
import { listDatasets, openDataset } from '../../../../main/services/datasets/store.ts'
import { mnistLike, smallSet, writeFiles } from '../../../support/idx-folder.ts'
import { realData } from '../../../support/real-data.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const pixels = (file: Uint8Array): Uint8Array => parseIdxImages(file, 'file').pixels
const histogram = (labels: Uint16Array): number[] => Array.from({ length: 10 }, (_, digit) => labels.filter(label => label === digit).length)

describe('importIdx', () => {
  it('stores a folder and gives it back', async () => {
    const home = await temporaryFolder()
    const log: string[] = []
    const summary = await importIdx(home, [await mnistLike(home)], 'small', { log: message => log.push(message) })
    expect(summary).toEqual({ name: 'small', shape: [3, 2, 1], classes: ['0', '1', '2'], train: 8, test: 4, stored: true })
    const { train, test, ...rest } = await openDataset(home, 'small', { verify: true })
    expect(rest).toEqual({ name: 'small', shape: [3, 2, 1], classes: ['0', '1', '2'] })
    expect(train).toEqual({ count: 8, images: pixels(smallSet(8).images), labels: Uint16Array.of(0, 1, 2, 0, 1, 2, 0, 1) })
    expect(test).toEqual({ count: 4, images: pixels(smallSet(4, { shift: 1 }).images), labels: Uint16Array.of(0, 1, 2, 0) })
    expect(log.join('\n')).toMatch(/reading .*train-images[^]*reading .*t10k-images[^]*writing data set small: 96 bytes/)
    expect((await readdir(join(home, 'datasets', 'small'))).sort()).toEqual(['dataset.json', 'test-images.u8', 'test-labels.u16', 'train-images.u8', 'train-labels.u16'])
    const manifest = await readFile(join(home, 'datasets', 'small', 'dataset.json'), 'utf8')
    expect(manifest).not.toContain(home)
    expect(await readdir(join(home, 'datasets'))).toEqual(['small'])
  })

  it('sets test images apart from the end where there are none', async () => {
    const home = await temporaryFolder()
    const { images, labels } = smallSet(5)
    const folder = await writeFiles(home, 'x', { 'train-images': images, 'train-labels': labels })
    await expect(importIdx(home, [folder], 'x')).rejects.toThrow(/expected a test set beside the training set, found none; .*--test N/)
    for (const test of [0, 5, -1, 1.5]) await expect(importIdx(home, [folder], 'x', { test })).rejects.toThrow(`expected from 1 to 4 test images to set apart of 5, found ${test}`)
    await importIdx(home, [folder], 'x', { test: 2 })
    const { train, test } = await openDataset(home, 'x')
    expect([...train.labels, '|', ...test.labels]).toEqual([0, 1, 2, '|', 0, 1])
    expect([...train.images, ...test.images]).toEqual([...pixels(images)])
    await expect(importIdx(home, [await mnistLike(home)], 'y', { test: 2 })).rejects.toThrow(/found both test files and --test 2/)
  })

  it('takes the classes from the labels, at least two, or from the caller', async () => {
    const home = await temporaryFolder()
    const { images, labels } = smallSet(4, { classes: 1 })
    const folder = await writeFiles(home, 'x', { 'train-images': images, 'train-labels': labels })
    expect((await importIdx(home, [folder], 'two', { test: 1 })).classes).toEqual(['0', '1'])
    expect((await importIdx(home, [folder], 'named', { test: 1, classes: ['cat', 'dog', 'cow'] })).classes).toEqual(['cat', 'dog', 'cow'])
    const three = await mnistLike(home)
    expect((await importIdx(home, [three], 'five', { classes: 5 })).classes).toHaveLength(5)
    await expect(importIdx(home, [three], 'few', { classes: 2 })).rejects.toThrow(/expected labels from 0 to 1 for 2 classes, found 2 at position 2 of 8; at .*train-labels/)
    await expect(importIdx(home, [three], 'few', { classes: 1 })).rejects.toThrow(/from 2 to 256 classes.* found 1/)
    await expect(importIdx(home, [three], 'few', { classes: ['a', 'b', 'a'] })).rejects.toThrow(/class names that differ/)
    await expect(importIdx(home, [three], 'few', { classes: ['a', 'b', ''] })).rejects.toThrow(/classes\.2/)
  })

  const good = smallSet(4)
  it.each([
    ['more labels than images', { 'train-labels': smallSet(5).labels }, /more labels than images: .* found 4 images and 5 labels/],
    ['more images than labels', { 'test-labels': smallSet(3).labels }, /more images than labels: .* found 4 images and 3 labels/],
    ['test images of another size', { 'test-images': smallSet(4, { height: 4 }).images }, /expected test images of 3 x 2 pixels as in training, found 4 x 2/],
    ['a truncated file', { 'train-images': good.images.subarray(0, 30) }, /expected 40 bytes .*found only 30/],
    ['files in each other\'s place', { 'train-images': good.labels, 'train-labels': good.images }, /expected an IDX labels file .*which is an IDX images file/],
  ])('leaves nothing behind when it refuses %s', async (_, changes, message) => {
    const home = await temporaryFolder()
    const folder = await writeFiles(home, 'x', { 'train-images': good.images, 'train-labels': good.labels, 'test-images': good.images, 'test-labels': good.labels, ...changes })
    await expect(importIdx(home, [folder], 'x')).rejects.toThrow(message)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
    expect((await listDatasets(home)).map(set => set.name)).toEqual(['digits'])
  })

  it.each(['', '..', '../x', 'a/b', 'A', '.hidden', 'x'.repeat(65), 'con', 'nul.txt', 'dot.', 'a\0', '__proto__'])('refuses the name %j', async name => {
    const home = await temporaryFolder()
    await expect(importIdx(home, [await mnistLike(home)], name)).rejects.toThrow(/data set name|expected a plain name/)
    await expect(openDataset(home, name)).rejects.toThrow(/data set name|expected a plain name|found none named/)
    expect((await readdir(home)).filter(entry => entry !== 'datasets')).toEqual(['idx'])
  })

  it('refuses a name that is taken, and that of the built-in set', async () => {
    const home = await temporaryFolder()
    const folder = await mnistLike(home)
    await importIdx(home, [folder], 'x')
    await expect(importIdx(home, [folder], 'x')).rejects.toThrow(/a data set named x exists already/)
    await expect(importIdx(home, [folder], 'digits', { replace: true })).rejects.toThrow(/belongs to the built-in data set/)
  })

  it('stops when told and leaves nothing', async () => {
    const home = await temporaryFolder()
    const folder = await mnistLike(home)
    const control = new AbortController()
    const log = (message: string): void => {
      if (message.startsWith('writing')) control.abort()
    }
    await expect(importIdx(home, [folder], 'x', { log, signal: control.signal })).rejects.toThrow(/abort/i)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it('does not write into the folder it reads from', async () => {
    const home = await temporaryFolder()
    const folder = await mnistLike(home)
    const before = await readdir(folder)
    await importIdx(home, [folder], 'x')
    expect(await readdir(folder)).toEqual(before)
    await writeFile(join(folder, 'train-labels-idx1-ubyte.gz'), 'gone')
    expect((await openDataset(home, 'x', { verify: true })).train.count).toBe(8)
  })
})

describe('the published MNIST', () => {
  const folder = realData('mnist')
  it.skipIf(folder === undefined)('is imported as it was published', { timeout: 60_000 }, async () => {
    const home = await temporaryFolder()
    expect(await importIdx(home, [folder ?? ''], 'mnist')).toMatchObject({ shape: [28, 28, 1], train: 60000, test: 10000, classes: Array.from({ length: 10 }, (_, i) => `${i}`) })
    const { train, test } = await openDataset(home, 'mnist', { verify: true })
    expect(histogram(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(histogram(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expect([...train.labels.subarray(0, 10), ...test.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    // The md5s of the files as they were distributed, gunzipped: nothing was lost on the way there and back.
    expect(md5(encodeIdxImages({ count: 60000, height: 28, width: 28, pixels: train.images }))).toBe('6bbc9ace898e44ae57da46a324031adb')
    expect(md5(encodeIdxImages({ count: 10000, height: 28, width: 28, pixels: test.images }))).toBe('2646ac647ad5339dbf082846283269ea')
    expect(md5(encodeIdxLabels(Uint8Array.from(train.labels)))).toBe('a25bea736e30d166cdddb491f175f624')
    expect(md5(encodeIdxLabels(Uint8Array.from(test.labels)))).toBe('27ae3e4e09519cfbb04c329615203637')
    const { fitted: { scale, offset } } = fitPreprocessing({ kind: 'standardise' }, { count: 60000, shape: [28, 28, 1], read: image => train.images.subarray(image * 784, (image + 1) * 784) })
    const deviation = 1 / (255 * scale)
    expect([(-offset * deviation).toFixed(6), deviation.toFixed(6)]).toEqual(['0.130660', '0.308108'])
  })
})
