import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findIdxFiles } from '../../../../main/services/datasets/idx-files.ts'
import { mnistLike, smallSet, writeFiles } from '../../../support/idx-folder.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const { images, labels } = smallSet(2)
const text = new TextEncoder().encode('read me')

describe('findIdxFiles', () => {
  it('pairs the files of a folder by their names and says what it leaves out', async () => {
    const parent = await temporaryFolder()
    const folder = await mnistLike(parent)
    const log: string[] = []
    const extra = await writeFiles(parent, 'more', { 'README.md': text, 'train-images.idx3-ubyte': images, 'train-labels.idx1-ubyte': labels, 'emnist-letters-test-images-idx3-ubyte.gz': images, 'TEST_LABELS.gz': labels, 'latest-images': images })
    expect(await findIdxFiles([folder])).toEqual({
      train: { images: join(folder, 'train-images-idx3-ubyte.gz'), labels: join(folder, 'train-labels-idx1-ubyte.gz') },
      test: { images: join(folder, 't10k-images-idx3-ubyte'), labels: join(folder, 't10k-labels-idx1-ubyte') },
    })
    expect(await findIdxFiles([extra], message => log.push(message))).toEqual({
      train: { images: join(extra, 'train-images.idx3-ubyte'), labels: join(extra, 'train-labels.idx1-ubyte') },
      test: { images: join(extra, 'emnist-letters-test-images-idx3-ubyte.gz'), labels: join(extra, 'TEST_LABELS.gz') },
    })
    expect(log).toEqual(['left out of more, by name: README.md, latest-images'])
  })

  it('takes files one by one, by content where the name does not say, and a pair without a split for training', async () => {
    const folder = await writeFiles(await temporaryFolder(), 'x', { 'faces.gz': images, ids: labels, 'test-faces': images, 'test-ids': labels })
    const path = (name: string): string => join(folder, name)
    expect(await findIdxFiles([path('ids'), path('faces.gz')])).toEqual({ train: { images: path('faces.gz'), labels: path('ids') }, test: undefined })
    await expect(findIdxFiles(['faces.gz', 'ids', 'test-faces', 'test-ids'].map(path))).rejects.toThrow(/names that say train or test, found one that says neither/)
  })

  it.each([
    ['labels without images', { 'train-labels': labels, 'test-images': images, 'test-labels': labels }, /found labels without images; at .*train-labels; add the file of images/],
    ['test images without labels', { 'train-images': images, 'train-labels': labels, 'test-images': images }, /found images without labels; at .*test-images/],
    ['test files alone', { 'test-images': images, 'test-labels': labels }, /expected training images and labels, found only test files/],
    ['two files for one place', { 'train-images': images, 'train-images.gz': images, 'train-labels': labels }, /expected one file of train images, found two: train-images and train-images\.gz/],
    ['nothing that is IDX by name', { 'README.md': text }, /expected IDX files, found none by their names; .*train-images-idx3-ubyte/],
  ])('refuses a folder with %s', async (_, files, message) => {
    const folder = await writeFiles(await temporaryFolder(), 'x', files)
    await expect(findIdxFiles([folder])).rejects.toThrow(message)
  })

  it('refuses nothing at all, names that do not exist, and files of another kind', async () => {
    const folder = await writeFiles(await temporaryFolder(), 'x', { notes: text })
    await expect(findIdxFiles([])).rejects.toThrow(/expected a folder or files to import/)
    await expect(findIdxFiles([join(folder, 'none')])).rejects.toThrow(/found nothing of this name/)
    await expect(findIdxFiles([join(folder, 'notes')])).rejects.toThrow(/found neither by name nor by content/)
  })
})
