import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Uploads } from '../../../../main/services/datasets/uploads.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const me = {}

it('puts files together piece by piece, in folders of their own', async () => {
  const home = await temporaryFolder()
  const uploads = new Uploads(home)
  const id = await uploads.begin(me, [{ name: 'train/cat/a.png', bytes: 5 }, { name: 'train/dog/b.png', bytes: 0 }])
  expect(() => uploads.folder(me, id)).toThrow('found 0 so far')
  // Sent without waiting: they are taken in their order.
  await Promise.all([uploads.piece(me, id, 0, 0, Uint8Array.of(1, 2, 3)), uploads.piece(me, id, 0, 3, Uint8Array.of(4, 5))])
  const folder = uploads.folder(me, id)
  expect([...(await readFile(join(folder, 'train', 'cat', 'a.png')))]).toEqual([1, 2, 3, 4, 5])
  expect(await readdir(join(folder, 'train', 'dog'))).toEqual(['b.png'])
  await uploads.discard(me, id)
  expect(await readdir(join(home, 'uploads'))).toEqual([])
})

it('refuses bytes that nobody announced, and what is not one\'s own', async () => {
  const home = await temporaryFolder()
  const uploads = new Uploads(home)
  const id = await uploads.begin(me, [{ name: 'a', bytes: 4 }])
  await expect(uploads.piece(me, id, 0, 0, new Uint8Array(5))).rejects.toThrow('expected the bytes after 0 of 4')
  await expect(uploads.piece(me, id, 0, 1, new Uint8Array(1))).rejects.toThrow('expected the bytes after 0')
  await expect(uploads.piece(me, id, 1, 0, new Uint8Array(1))).rejects.toThrow('number 1')
  await expect(uploads.piece({}, id, 0, 0, new Uint8Array(1))).rejects.toThrow('there is no upload')
  await expect(uploads.discard({}, id)).rejects.toThrow('there is no upload')
  await uploads.discardAll({})
  expect(await readdir(join(home, 'uploads'))).toEqual([id])
  await uploads.discardAll(me)
  expect(await readdir(join(home, 'uploads'))).toEqual([])
})

it.each(['../a', '/a', 'a/../../b', 'a\\b', 'C:a', 'a//b', 'nul', '.'])('refuses the name %s and leaves nothing', async name => {
  const home = await temporaryFolder()
  await expect(new Uploads(home).begin(me, [{ name: 'good', bytes: 1 }, { name, bytes: 1 }])).rejects.toHaveProperty('name', 'BitwrightError')
  expect(await readdir(join(home, 'uploads'))).toEqual([])
})

it.each([
  ['one name twice', [{ name: 'a', bytes: 1 }, { name: 'a', bytes: 1 }]],
  ['a file that is also a folder', [{ name: 'a', bytes: 1 }, { name: 'a/b', bytes: 1 }]],
  ['more than there may be', [{ name: 'a', bytes: 2 ** 40 }]],
])('refuses %s before it takes a byte', async (_, files) => {
  const home = await temporaryFolder()
  await expect(new Uploads(home).begin(me, files)).rejects.toThrow(/./)
  expect(await readdir(join(home, 'uploads')).catch(() => [])).toEqual([])
})
