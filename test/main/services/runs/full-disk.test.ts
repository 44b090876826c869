import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkpointFolder, openLatest, saveEpoch, saveLast } from '../../../../main/services/runs/checkpoints.ts'
import { notesAfter, sources, storedRun } from '../../../support/checkpoints.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { smallDisk } from '../../../support/small-disk.ts'

test.each([['ENOSPC', 'the disk is full'], ['EFBIG', 'larger than is allowed']])('%s in the middle of a checkpoint leaves the one before, and nothing else', async (code, words) => {
  const run = await storedRun(await temporaryFolder(), { epochs: 2 })
  const folder = checkpointFolder(run.directory)
  const before = await readdir(folder)
  const last = readFileSync(join(folder, 'last.safetensors'))
  const [first, second] = sources()
  if (!first || !second) throw new Error('two sources')
  // Tensors are written in order of name, so `b` fails after `a` stands in the temporary file.
  const failing = [{ ...first, read: () => Promise.reject(Object.assign(new Error(code), { code })) }, second]
  await expect(saveEpoch(run.directory, failing, notesAfter(3), true)).rejects.toThrow(new RegExp(`${words}.*: \\d+ bytes were needed`))
  await expect(saveLast(run.directory, failing, notesAfter(3))).rejects.toMatchObject({ name: 'BitwrightError' })
  expect(await readdir(folder)).toEqual(before)
  expect(readFileSync(join(folder, 'last.safetensors')).equals(last)).toBe(true)
})

test('a disk that is really full refuses the next checkpoint and keeps the ones there are', async () => {
  const home = smallDisk('1m')
  if (home === undefined) return
  // 2 tensors of 50,000 values: 400 kB a checkpoint, and after two there is no room for a third.
  const run = await storedRun(home)
  await saveEpoch(run.directory, sources(50_000), notesAfter(1), true)
  await saveEpoch(run.directory, sources(50_000), notesAfter(2), false)
  await expect(saveEpoch(run.directory, sources(50_000), notesAfter(3), true)).rejects.toThrow(/the disk is full: 40\d{4} bytes were needed; nothing was changed/)
  expect((await readdir(checkpointFolder(run.directory))).sort()).toEqual(['best.safetensors', 'epoch-1.safetensors', 'epoch-2.safetensors', 'last.safetensors'])
  const latest = await openLatest(run, message => expect.unreachable(message))
  expect(latest?.notes.position.epoch).toBe(2)
  await latest?.close()
})
