import type * as fsPromises from 'node:fs/promises'
import { mkdir, readdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { importIdx } from '../../../../main/services/datasets/import-idx.ts'
import { openDataset } from '../../../../main/services/datasets/store.ts'
import { mnistLike } from '../../../support/idx-folder.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const disk = vi.hoisted(() => ({ free: undefined as number | undefined }))
vi.mock('node:fs/promises', async original => {
  const real = await original<typeof fsPromises>()
  return { ...real, statfs: async (path: string) => (disk.free === undefined ? real.statfs(path) : { bavail: disk.free, bsize: 1 }) }
})
afterEach(() => {
  disk.free = undefined
})

/** No process has this id: Linux ends at 2^22, others below. */
const NOBODY = 2 ** 22 + 1

async function homeWith(...names: string[]): Promise<{ home: string; datasets: string; folder: string }> {
  const home = await temporaryFolder()
  const folder = await mnistLike(home)
  for (const name of names) await importIdx(home, [folder], name)
  return { home, datasets: join(home, 'datasets'), folder }
}

async function age(path: string): Promise<void> {
  await utimes(path, 1, 1)
}

describe('a data set is there whole or not at all', () => {
  it('lets one of several writers of a new name through', async () => {
    const { home, datasets } = await homeWith()
    const folders = await Promise.all([0, 1, 2, 3].map(i => mnistLike(home, `idx${i}`, i * 10)))
    const outcomes = await Promise.allSettled(folders.map(folder => importIdx(home, [folder], 'x')))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(String(outcome.reason)).toMatch(/a data set named x exists already/)
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect((await openDataset(home, 'x', { verify: true })).train.images[0]).toBe(winner * 10)
    expect(await readdir(datasets)).toEqual(['x'])
  })

  it('replaces on request, also by several at once, while others read', async () => {
    const { home, datasets } = await homeWith('x')
    const folders = await Promise.all([0, 1, 2, 3].map(i => mnistLike(home, `idx${i}`, i * 10)))
    const reader = (async () => {
      for (let i = 0; i < 20; i++) expect((await openDataset(home, 'x', { verify: true })).train.count).toBe(8)
    })()
    await Promise.all([...folders.map(folder => importIdx(home, [folder], 'x', { replace: true })), reader])
    expect([0, 10, 20, 30]).toContain((await openDataset(home, 'x', { verify: true })).train.images[0])
    expect(await readdir(datasets)).toEqual(['x'])
  })

  it('replaces a file or an empty folder that stands in its place', async () => {
    const { home, datasets, folder } = await homeWith()
    await mkdir(datasets, { recursive: true })
    await writeFile(join(datasets, 'x'), 'a file')
    await mkdir(join(datasets, 'y'))
    for (const name of ['x', 'y']) {
      await expect(importIdx(home, [folder], name)).rejects.toThrow(/exists already/)
      await importIdx(home, [folder], name, { replace: true })
      expect((await openDataset(home, name)).train.count).toBe(8)
    }
    expect(await readdir(datasets)).toEqual(['x', 'y'])
  })

  it('keeps the earlier set when a replacement is refused', async () => {
    const { home, datasets } = await homeWith('x')
    await expect(importIdx(home, [await mnistLike(home, 'other', 50)], 'x', { replace: true, classes: 2 })).rejects.toThrow(/found 2 at position/)
    expect((await openDataset(home, 'x', { verify: true })).train.images[0]).toBe(0)
    expect(await readdir(datasets)).toEqual(['x'])
  })

  it('finds the earlier set again when a replacement was cut off between its renames', async () => {
    const { home, datasets } = await homeWith('x')
    await rename(join(datasets, 'x'), join(datasets, `.previous~x~${NOBODY}-abcdef`))
    const log: string[] = []
    expect((await openDataset(home, 'x', { verify: true, log: message => log.push(message) })).train.count).toBe(8)
    expect(log).toEqual(['data set x: an import was cut off; the earlier set is back'])
  })

  it('removes what killed writers left, once it is old, and nothing that may still be of use', async () => {
    const { home, datasets, folder } = await homeWith('x')
    const left = [`.incoming~a~${NOBODY}-ab`, `.previous~x~${NOBODY}-ab`, `.previous~gone~${NOBODY}-ab`, `.incoming~young~${NOBODY}-ab`, `.incoming~running~${process.pid}-ab`, '.incoming~odd', '.trash']
    for (const name of left) {
      await mkdir(join(datasets, name))
      await writeFile(join(datasets, name, 'part'), '')
      if (!name.includes('young')) await age(join(datasets, name))
    }
    await importIdx(home, [folder], 'y')
    expect((await readdir(datasets)).sort()).toEqual([...left.slice(2), 'x', 'y'].sort())
  })

  it('asks for room on the disk before it writes', async () => {
    const { home, datasets, folder } = await homeWith()
    disk.free = 1000
    await expect(importIdx(home, [folder], 'x')).rejects.toThrow(/expected 96 bytes free on the disk and 16777216 to spare, found 1000; at .*datasets; free some space, or use another disk with --home/)
    expect(await readdir(datasets)).toEqual([])
  })
})
