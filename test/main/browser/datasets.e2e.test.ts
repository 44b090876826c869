import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { UPLOAD_PIECE_BYTES } from '../../../main/contract/app/datasets.ts'
import { bridgeTo, openTestHost } from '../../support/hosts.ts'
import { mnistLike } from '../../support/idx-folder.ts'
import { temporaryFolder } from '../../support/temporary.ts'

it('a data set comes by upload, is looked at, split and thrown away', async () => {
  const host = await openTestHost()
  const bridge = await bridgeTo(host)
  const source = await mnistLike(await temporaryFolder())
  const names = await readdir(source)
  const contents = await Promise.all(names.map(name => readFile(join(source, name))))
  const { upload } = await bridge.call('uploads.begin', { files: names.map((name, at) => ({ name, bytes: contents[at]?.length ?? 0 })) })
  for (const [file, content] of contents.entries()) {
    for (let offset = 0; offset < content.length; offset += UPLOAD_PIECE_BYTES) await bridge.call('uploads.piece', { upload, file, offset, bytes: new Uint8Array(content.subarray(offset, offset + UPLOAD_PIECE_BYTES)) })
  }
  const set = await bridge.call('datasets.import', { task: 'task-upload', kind: 'idx', name: 'mine', upload })
  expect(set).toMatchObject({ name: 'mine', stored: true })
  await bridge.seen('task', ({ id, state }) => id === 'task-upload' && state === 'done')
  await bridge.seen('datasets', () => true)
  expect(await readdir(join(host.home, 'uploads'))).toEqual([])
  const { datasets, known } = await bridge.call('datasets.list', {})
  expect(datasets.map(({ name }) => name)).toEqual(['digits', 'mine'])
  expect(known).toContainEqual(expect.objectContaining({ name: 'svhn', extraBytes: expect.any(Number) as unknown }))

  const samples = await bridge.call('datasets.samples', { name: 'mine', split: 'train', count: 4 })
  expect(samples.pixels).toHaveLength(4 * set.shape.reduce((a, b) => a * b))
  const statistics = await bridge.call('datasets.statistics', { name: 'mine' })
  expect(statistics.train.images).toBe(set.train)
  const split = await bridge.call('datasets.split', { name: 'mine', validation: 1, batchSize: 2 })
  expect(split).toMatchObject({ training: { images: set.train - 1 }, validation: { images: 1 }, test: { images: set.test }, batches: Math.floor((set.train - 1) / 2) })
  await expect(bridge.call('datasets.split', { name: 'mine', validation: set.train, batchSize: 2 })).rejects.toThrow('fewer validation images')

  const { trashed } = await bridge.call('datasets.trash', { name: 'mine' })
  expect(await readdir(join(host.home, 'trash', 'datasets'))).toEqual([trashed])
  await expect(bridge.call('datasets.trash', { name: 'mine' })).rejects.toThrow('there is no data set mine')
})

it('an import that cannot be says why, leaves nothing, and can be asked for again', async () => {
  const host = await openTestHost()
  const bridge = await bridgeTo(host)
  const folder = await temporaryFolder()
  await expect(bridge.call('datasets.import', { task: 'task-wrong', kind: 'idx', name: 'mine', paths: [folder] })).rejects.toHaveProperty('name', 'BitwrightError')
  const failed = await bridge.seen('task', ({ id, state }) => id === 'task-wrong' && state === 'failed')
  expect(failed.fault?.what).toEqual(expect.any(String))
  await expect(bridge.call('datasets.import', { task: 'task-kind', kind: 'mat', name: 'mine', paths: [folder], classes: 10 })).rejects.toThrow('expected classes for idx only')
  await expect(bridge.call('datasets.import', { task: 'task-none', kind: 'idx', name: 'mine' })).rejects.toThrow('either paths or an upload')
  expect((await bridge.call('datasets.list', {})).datasets.map(({ name }) => name)).toEqual(['digits'])
  const good = await mnistLike(await temporaryFolder())
  await expect(bridge.call('datasets.import', { task: 'task-good', kind: 'idx', name: 'mine', paths: [good] })).resolves.toMatchObject({ name: 'mine' })
})

it('what is left of an upload goes with its page', async () => {
  const host = await openTestHost()
  const bridge = await bridgeTo(host)
  await bridge.call('uploads.begin', { files: [{ name: 'a/b.png', bytes: 10 }] })
  expect(await readdir(join(host.home, 'uploads'))).toHaveLength(1)
  bridge.close()
  await expect.poll(() => readdir(join(host.home, 'uploads'))).toEqual([])
})
