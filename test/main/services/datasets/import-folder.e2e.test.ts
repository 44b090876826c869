import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importFolder, type ImportFolderOptions } from '../../../../main/services/datasets/import-folder.ts'
import { ManifestSchema, type DatasetManifest } from '../../../../main/services/datasets/manifest.ts'
import { openDataset } from '../../../../main/services/datasets/store.ts'
import { jpegFile, pngFile, writeTree } from '../../../support/pictures.ts'
import { realData } from '../../../support/real-data.ts'
import { smallDisk } from '../../../support/small-disk.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

/** Reading is done in threads, of which each loads the sources anew: one is enough for small folders. */
const one: ImportFolderOptions = { threads: 1 }

const manifestOf = async (home: string, name: string): Promise<DatasetManifest> => ManifestSchema.parse(JSON.parse(await readFile(join(home, 'datasets', name, 'dataset.json'), 'utf8')))

/** PNG pictures of 4 x 4 whose red says which they are. */
const classes = (count: number, ...names: string[]): Record<string, Buffer> =>
  Object.fromEntries(names.flatMap((name, label) => Array.from({ length: count }, (_, i) => [`${name}/p${i}.png`, pngFile(4, 4, 100 * label + i)])))
const under = (part: string, files: Record<string, Buffer>): Record<string, Buffer> => Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${part}/${path}`, bytes]))

describe('importFolder', () => {
  it('packs train and test in a mixed order that is always the same, whatever the number of threads', async () => {
    const home = await temporaryFolder()
    const folder = await writeTree(join(home, 'in'), { ...under('train', classes(9, 'cat', 'dog')), ...under('test', classes(2, 'cat', 'dog')), 'train/cat/notes.txt': 'x', 'train/.hidden/a.png': 'x', 'words.txt': 'cat\thouse cat, tabby\ndog\tdog\n' })
    const log: string[] = []
    expect(await importFolder(home, [folder], 'pets', { ...one, log: message => log.push(message) })).toEqual({ name: 'pets', shape: [4, 4, 3], classes: ['house cat', 'dog'], train: 18, test: 4, stored: true })
    const { train, test } = await openDataset(home, 'pets', { verify: true })
    const reds = Array.from(train.labels, (_, image) => train.images[image * 48])
    expect(reds.toSorted((a = 0, b = 0) => a - b)).toEqual([...Array(9).keys(), ...Array.from({ length: 9 }, (_, i) => 100 + i)])
    expect(reds).not.toEqual(reds.toSorted((a = 0, b = 0) => a - b))
    expect(Array.from(train.labels)).toEqual(reds.map((red = 0) => Number(red >= 100)))
    expect([...test.labels]).toEqual([0, 0, 1, 1])
    expect(log.join('\n')).toMatch(/left out, by name: notes\.txt/)
    await importFolder(home, [folder], 'again', { threads: 2 })
    expect((await manifestOf(home, 'again')).train).toEqual((await manifestOf(home, 'pets')).train)
  })

  it('puts a validation part at the end of the training images where there is a test part too', async () => {
    const home = await temporaryFolder()
    const folder = await writeTree(join(home, 'in'), { ...under('train', classes(3, 'a', 'b')), ...under('val', classes(2, 'a', 'b')), ...under('test', classes(1, 'a', 'b')) })
    const log: string[] = []
    expect(await importFolder(home, [folder], 'x', { ...one, log: message => log.push(message) })).toMatchObject({ train: 10, test: 2 })
    expect(log.join('\n')).toMatch(/a recipe with validation 4 holds them out/)
  })

  it('tells files by content, fits sizes and channels, and sets a share apart', async () => {
    const home = await temporaryFolder()
    const folder = await writeTree(join(home, 'in'), { 'a/1.png': jpegFile(30, 20, 50), 'a/deep/2': pngFile(9, 9, 50, 0), 'b/3.JPEG': pngFile(20, 30, 50), 'b/4.jpg': jpegFile(12, 12, 50) })
    await expect(importFolder(home, [folder], 'x', { ...one, testShare: 0.5 })).rejects.toThrow(/expected pictures of one size, found 4 sizes \(height x width\): 20x30 \(1 picture, such as .*1\.png\).*--size HxW/)
    await expect(importFolder(home, [folder], 'x', { ...one, testShare: 0.5, size: [20, 30], fit: 'refuse' })).rejects.toThrow(/expected pictures of 20x30 .*found 9x9/)
    expect(await importFolder(home, [folder], 'x', { ...one, testShare: 0.5, size: [8, 10] })).toMatchObject({ shape: [8, 10, 3], train: 2, test: 2 })
    expect(await importFolder(home, [folder], 'grey', { ...one, test: 1, size: [8, 8], channels: 1 })).toMatchObject({ shape: [8, 8, 1], train: 3, test: 1 })
    await expect(importFolder(home, [folder], 'y', { ...one, testShare: 0.01, size: [8, 8] })).rejects.toThrow(/expected from 1 to 3 test images to set apart of 4, found 0.*--test-share/)
    await expect(importFolder(home, [folder], 'y', { ...one, size: [8, 8] })).rejects.toThrow(/expected a test set beside the training set, found none/)
  })

  it('names every broken file and stores nothing, or leaves them out and lists them', async () => {
    const home = await temporaryFolder()
    const whole = jpegFile(16, 16, 5)
    const folder = await writeTree(join(home, 'in'), { 'a/good.jpg': whole, 'a/cut.jpg': whole.subarray(0, 300), 'a/empty.png': '', 'b/text.jpg': 'no picture', 'b/good1.jpg': whole, 'b/good2.jpg': whole, 'b/good3.jpg': whole, 'b/good4.jpg': whole })
    await expect(importFolder(home, [folder], 'x', { ...one, test: 1 })).rejects.toThrow(/found 3 broken files: (?=.*a\/empty\.png \(expected a picture, the file is empty\))(?=.*a\/cut\.jpg \(expected a whole JPEG file)(?=.*b\/text\.jpg \(expected a JPEG or PNG file).*--skip-broken/)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
    const { train, test } = await importFolder(home, [folder], 'x', { ...one, test: 4, skipBroken: true })
    expect(train + test).toBe(5)
    const { skipped } = await manifestOf(home, 'x')
    expect(skipped?.count).toBe(3)
    expect(skipped?.files.map(({ name }) => name).sort()).toEqual(['a/cut.jpg', 'a/empty.png', 'b/text.jpg'])
    expect(JSON.stringify(skipped)).not.toContain(home)
  })

  it('reads flat validation parts with the lists that come with them', async () => {
    const home = await temporaryFolder()
    const train = under('train', classes(1, 'n01', 'n02'))
    const flat = { 'val/v1.JPEG': pngFile(4, 4, 1), 'val/v2.JPEG': pngFile(4, 4, 2), 'test/t.JPEG': pngFile(4, 4, 3) }
    const lists: Record<string, string> = { 'LOC_val_solution.csv': 'ImageId,PredictionString\nv2,n01 1 2 3 4 \nv1,n02 1 2 3 4 n02 5 6 7 8 \n', 'val/val_annotations.txt': 'v1.JPEG\tn02\t0\t0\nv2.JPEG\tn01\t1\t1\n', 'val.txt': 'v1.JPEG 1\nv2.JPEG 0\n' }
    for (const [index, [name, text]] of Object.entries(lists).entries()) {
      const folder = await writeTree(join(home, `in${index}`), { ...train, ...flat, [name]: text })
      expect(await importFolder(home, [folder], `s${index}`, one), name).toMatchObject({ train: 2, test: 2 })
      const { test } = await openDataset(home, `s${index}`)
      expect([[...test.labels], test.images[0], test.images[48]], name).toEqual([[0, 1], 2, 1])
    }
    const without = await writeTree(join(home, 'without'), { ...train, ...flat })
    await expect(importFolder(home, [without], 'x', one)).rejects.toThrow(/expected class folders, or a list of the pictures' classes, found neither.*val_annotations\.txt/)
    await expect(importFolder(home, [await writeTree(without, { 'val.txt': 'v1.JPEG 0\n' })], 'x', one)).rejects.toThrow(/found none for 1 picture, such as v2\.JPEG/)
    await expect(importFolder(home, [await writeTree(without, { 'val.txt': 'v1.JPEG 2\n' })], 'x', one)).rejects.toThrow(/one of 2 classes in line 1, found "v1\.JPEG 2"/)
  })

  it.each([
    ['one class', classes(3, 'only'), /expected at least two class folders, found one: only/],
    ['no classes', { 'a.png': pngFile(4, 4, 1) }, /expected folders of classes, found only files, such as a\.png/],
    ['a class without pictures', { ...classes(1, 'a', 'b'), 'c/readme.txt': Buffer.from('x') }, /expected pictures in each class folder, found none in c/],
    ['a test class that is not trained', { ...under('train', classes(1, 'a', 'b')), ...under('val', classes(1, 'a', 'c')) }, /expected only classes of the training part, found c/],
    ['a test part alone', under('val', classes(1, 'a', 'b')), /expected a train folder beside val, found none/],
  ])('refuses a folder with %s', async (_, files, message) => {
    const home = await temporaryFolder()
    await expect(importFolder(home, [await writeTree(join(home, 'in'), files)], 'x', { ...one, test: 1 })).rejects.toThrow(message)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it('refuses what the disk has no room for before it writes, and stops when told', async () => {
    const home = await temporaryFolder()
    const folder = await writeTree(join(home, 'in'), classes(20, 'a', 'b'))
    const disk = smallDisk('20m')
    if (disk !== undefined) {
      // Forty pictures of 400 x 400 x 3 take 19.2 MB, and 16 MiB must stay free.
      await expect(importFolder(disk, [folder], 'x', { ...one, test: 1, size: [400, 400] })).rejects.toThrow(/expected 19200080 bytes free on the disk/)
      expect(await readdir(join(disk, 'datasets'))).toEqual([])
    }
    const control = new AbortController()
    const progress = (what: string): void => {
      if (what.startsWith('decoding')) control.abort()
    }
    await expect(importFolder(home, [folder], 'x', { ...one, test: 1, signal: control.signal, progress })).rejects.toThrow(/abort/i)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })
})

const samples = realData('imagenet-samples')

describe.skipIf(samples === undefined)('real folders', () => {
  const path = (name: string): string => join(samples ?? '', name)

  it('Tiny ImageNet, with names of classes', async () => {
    const home = await temporaryFolder()
    const set = await importFolder(home, [path('tiny-imagenet-sample')], 'tiny')
    expect(set).toMatchObject({ shape: [64, 64, 3], train: 480, test: 120 })
    expect(set.classes.slice(0, 3)).toEqual(['bullfrog', 'German shepherd', 'Egyptian cat'])
    const { train, test } = await openDataset(home, 'tiny', { verify: true })
    for (let label = 0; label < 12; label++) expect([train, test].map(split => split.labels.filter(other => other === label).length)).toEqual([40, 10])
  })

  it('every class of ImageNet in a size of its own', async () => {
    const home = await temporaryFolder()
    const log: string[] = []
    const set = await importFolder(home, [path('imagenet-1000x1-64px')], 'thousand', { size: [48, 48], testShare: 0.1, log: message => log.push(message) })
    expect(set).toMatchObject({ shape: [48, 48, 3], train: 900, test: 100 })
    expect(set.classes[1]).toBe('goldfish')
    expect(new Set(set.classes).size).toBe(1000)
    expect(log.join('\n')).toMatch(/warning: 100 classes have no training pictures/)
  })

  it('edge cases: valid ones beside broken ones', async () => {
    const home = await temporaryFolder()
    const folder = await temporaryFolder()
    for (const part of ['valid', 'broken']) {
      const from = path(`edge-cases/${part}/n01443537`)
      await writeTree(folder, Object.fromEntries(await Promise.all((await readdir(from)).map(async name => [`${part}/${name}`, await readFile(join(from, name))] as const))))
    }
    await writeTree(folder, { 'broken/whole.png': pngFile(80, 80, 3) })
    await expect(importFolder(home, [folder], 'x', { size: [32, 32], test: 1 })).rejects.toThrow(/found 2 broken files: (?=.*broken\/empty\.jpg)(?=.*broken\/truncated\.jpg)/)
    const { train, test } = await importFolder(home, [folder], 'x', { size: [32, 32], test: 3, skipBroken: true })
    expect(train + test).toBe(13)
  })
})
