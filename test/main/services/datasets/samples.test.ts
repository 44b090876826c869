import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { datasetStatistics, pickSamples, readSamples } from '../../../../main/services/datasets/samples.ts'
import { smallDataset, storeSmall } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const dataset = smallDataset()

async function home(): Promise<string> {
  const folder = await temporaryFolder()
  await storeSmall(folder, dataset)
  return folder
}

describe('samples', () => {
  it('are the images at their places', async () => {
    const samples = await readSamples(await home(), 'small', { split: 'test', first: 190, count: 20 })
    expect(samples).toMatchObject({ shape: [8, 8, 1], total: 200, indices: Array.from({ length: 10 }, (_, at) => 190 + at), labels: [...dataset.test.labels.subarray(190)] })
    expect(samples.pixels).toEqual(dataset.test.images.slice(190 * 64))
  })

  it('are those of one class', async () => {
    const { indices, labels, pixels, total } = await readSamples(await home(), 'small', { split: 'train', first: 3, count: 5, class: 4 })
    const places = [...dataset.train.labels.entries()].filter(([, label]) => label === 4).map(([index]) => index)
    expect(total).toBe(places.length)
    expect(indices).toEqual(places.slice(3, 8))
    expect(labels).toEqual([4, 4, 4, 4, 4])
    expect(pixels.subarray(64, 128)).toEqual(dataset.train.images.subarray((indices[1] ?? 0) * 64, (indices[1] ?? 0) * 64 + 64))
  })

  it('end where the split ends', async () => {
    await expect(readSamples(await home(), 'small', { split: 'test', first: 500, count: 5 })).resolves.toMatchObject({ indices: [], total: 200 })
    await expect(readSamples(await home(), 'small', { split: 'test', first: 0, count: 5, class: 10 })).rejects.toThrow('a class below 10')
    await expect(readSamples(await home(), '../small', { split: 'test', first: 0, count: 5 })).rejects.toThrow('data set name')
  })

  it('are those that were picked, in that order, also twice', async () => {
    const folder = await home()
    const picked = await pickSamples(folder, 'small', 'test', [7, 8, 3, 199, 7])
    expect(picked).toMatchObject({ total: 200, indices: [7, 8, 3, 199, 7], labels: [7, 8, 3, 199, 7].map(place => dataset.test.labels[place]) })
    for (const [at, place] of picked.indices.entries()) expect(picked.pixels.subarray(at * 64, (at + 1) * 64)).toEqual(dataset.test.images.slice(place * 64, (place + 1) * 64))
    await expect(pickSamples(folder, 'small', 'test', [3, 200])).rejects.toThrow('places below 200, found 200')
  })

  it('say when their file was cut short', async () => {
    const folder = await home()
    await truncate(join(folder, 'datasets', 'small', 'test-images.u8'), 100)
    await expect(readSamples(folder, 'small', { split: 'test', first: 0, count: 5 })).rejects.toThrow('cut short')
  })
})

describe('statistics', () => {
  it('are those of the pixels, by channel, and of the labels', async () => {
    const folder = await home()
    const { train, test, channels } = await datasetStatistics(folder, 'small')
    const { images, labels } = dataset.train
    const mean = images.reduce((sum, pixel) => sum + pixel, 0) / images.length
    const deviation = Math.sqrt(images.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / images.length)
    expect(channels).toHaveLength(1)
    expect(channels[0]?.mean).toBeCloseTo(mean, 9)
    expect(channels[0]?.deviation).toBeCloseTo(deviation, 9)
    expect(train.perClass).toEqual(Array.from({ length: 10 }, (_, k) => labels.filter(label => label === k).length))
    expect(test).toMatchObject({ images: 200 })
    // Another content of the same name is another matter.
    await storeSmall(folder, smallDataset(300, 50, 9), true)
    expect((await datasetStatistics(folder, 'small')).train.images).toBe(300)
  })

  it('keep the channels apart', async () => {
    const folder = await temporaryFolder()
    const split = { count: 2, images: Uint8Array.of(10, 0, 30, 0), labels: Uint16Array.of(0, 1) }
    await storeSmall(folder, { name: 'two', shape: [1, 1, 2], classes: ['a', 'b'], train: split, test: split })
    expect((await datasetStatistics(folder, 'two')).channels).toEqual([{ mean: 20, deviation: 10 }, { mean: 0, deviation: 0 }])
  })
})
