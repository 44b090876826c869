import { truncate } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parseAs } from '../../../../core/architecture/project.ts'
import { PreprocessingSchema, type Recipe } from '../../../../core/architecture/recipe.ts'
import { identityOrder } from '../../../../core/data/batches.ts'
import type { ImageShape } from '../../../../core/data/dataset.ts'
import { fitPreprocessing } from '../../../../core/data/fit.ts'
import { Preparer } from '../../../../core/data/preprocessing.ts'
import { MemoryImages, type Batch, type ImageSource, type Pass } from '../../../../core/data/source.ts'
import { permutation, streamKey } from '../../../../core/random.ts'
import { DiskImages, ImageThreads } from '../../../../main/services/datasets/disk-images.ts'
import { fitOn } from '../../../../main/services/datasets/images.ts'
import { openDataset, openStored } from '../../../../main/services/datasets/store.ts'
import { storeSmall } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const shape: ImageShape = [8, 8, 1]
const steps = (value: unknown): Recipe['preprocessing'] => parseAs(PreprocessingSchema, value, 'preprocessing')
const augmented = steps([{ kind: 'randomCrop', padding: 2 }, { kind: 'randomFlip' }, { kind: 'gcn' }, { kind: 'standardise' }])

async function all(source: ImageSource, pass: Pass): Promise<Batch[]> {
  const stream = source.batches(pass)
  const batches: Batch[] = []
  for (let first = pass.first; first < pass.order.length; first += pass.rows) {
    const { present, input, labels } = await stream.next()
    // The next batch may take its place.
    batches.push({ present, input: input.slice(), labels: labels.slice() })
  }
  stream.close()
  return batches
}

describe('images on disk', () => {
  it('give what images in memory give, on any number of threads, in training and evaluation, whole or in part', async () => {
    const home = await temporaryFolder()
    await storeSmall(home)
    const [memory, stored] = [await openDataset(home, 'small'), await openStored(home, 'small')]
    const { fitted } = fitPreprocessing(augmented, { count: 600, shape, read: image => memory.train.images.subarray(image * 64, (image + 1) * 64) })
    const inline = new MemoryImages(memory.train, new Preparer(augmented, fitted, shape))
    const order = permutation(300, streamKey(1, 1), 0)
    const passes: Pass[] = [
      { order, first: 0, rows: 16, chance: { seed: 7, epoch: 2 } },
      { order, first: 48, rows: 16, chance: { seed: 7, epoch: 2 } },
      { order: identityOrder(300), first: 0, rows: 64 },
    ]
    const expected = [await all(inline.slice(100, 400), passes[0] as Pass), await all(inline.slice(100, 400), passes[1] as Pass), await all(inline.slice(100, 400), passes[2] as Pass)]
    expect(expected[1]).toEqual(expected[0]?.slice(3))
    for (const count of [1, 3]) {
      const threads = new ImageThreads(shape, augmented, fitted, count)
      onTestFinished(() => threads.close())
      const part = new DiskImages(stored.train, threads).slice(100, 400)
      expect([part.count, [...part.labels]]).toEqual([300, [...memory.train.labels.subarray(100, 400)]])
      // An abandoned pass disturbs nobody.
      part.batches(passes[0] as Pass).close()
      for (const [at, pass] of passes.entries()) expect(await all(part, pass), `${count} threads, pass ${at}`).toEqual(expected[at])
    }
  })

  it('fit the same in a thread, and say which file was cut short', async () => {
    const home = await temporaryFolder()
    await storeSmall(home)
    const [memory, stored] = [await openDataset(home, 'small'), await openStored(home, 'small')]
    const preprocessing = steps([{ kind: 'gcn' }, { kind: 'zca', images: 50 }])
    const inline = fitPreprocessing(preprocessing, { count: 500, shape, read: image => memory.train.images.subarray(image * 64, (image + 1) * 64) })
    const told: string[] = []
    expect(await fitOn({ stored }, 500, preprocessing, { progress: what => told.push(what) })).toEqual(inline)
    expect(told).toContain('whitening matrix')
    await truncate(stored.train.file, 64 * 100 + 10)
    const threads = new ImageThreads(shape, steps({ kind: 'scale' }), { scale: 1, offset: 0 }, 1)
    onTestFinished(() => threads.close())
    const stream = new DiskImages(stored.train, threads).batches({ order: identityOrder(700), first: 0, rows: 60 })
    await stream.next()
    await expect((async () => stream.next())()).rejects.toThrow(/expected image 100 at byte 6400, the file ends before it does; at .*train-images\.u8; import the data set again/)
    await expect(openStored(home, 'small')).rejects.toThrow(/expected a file of 44800 bytes, found 6410/)
  })
})
