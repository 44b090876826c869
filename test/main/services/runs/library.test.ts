import { mkdir, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Catalogue } from '../../../../main/services/runs/catalogue.ts'
import { EventWriter } from '../../../../main/services/runs/events.ts'
import { acquireLock } from '../../../../main/services/runs/lock.ts'
import { annotate, readNotes } from '../../../../main/services/runs/notes.ts'
import { runIds } from '../../../../main/services/runs/open.ts'
import { readRecord, writeRecord } from '../../../../main/services/runs/record.ts'
import { emptyRunTrash, restoreRuns, trashedRuns, trashRuns } from '../../../../main/services/runs/trash.ts'
import { epochRecord, storedRun } from '../../../support/checkpoints.ts'
import { smallProject } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const IDS = ['20260101-000000-small-aaaa', '20260101-000001-small-bbbb', '20260202-000000-small-cccc'] as const

async function finished(home: string, id: string, epochs = 1): Promise<string> {
  const { directory } = await storedRun(home, { id, epochs })
  const { pid: _, ...record } = await readRecord(directory)
  await writeRecord(directory, { ...record, state: 'finished' })
  return directory
}

test('a summary tells what a table shows: sizes, seed, every recipe field by its path, what a sweep set', async () => {
  const home = await temporaryFolder()
  const directory = await finished(home, IDS[0], 2)
  await writeRecord(directory, { ...(await readRecord(directory)), launch: { group: 'sweep', set: ['recipe.seed=11', 'nodes.dense1.units=64'] }, parent: { run: IDS[1], checkpoint: 'last.safetensors', step: 10, epoch: 1 }, ended: '2026-01-01T00:00:00.000Z' })
  await annotate(directory, { name: ' wide ', tags: ['a', ' a', '', 'b'] })
  await annotate(directory, { notes: 'see <b>' })
  const { runs } = await new Catalogue(home).list()
  const [summary] = runs
  // 64 x 64 binary weights of the hidden layer, 64 x 10 of the last.
  expect(summary).toMatchObject({
    name: 'wide', project: smallProject().name, tags: ['a', 'b'], notes: 'see <b>', group: 'sweep', parent: IDS[1], preset: null, seed: 11, binaryParameters: 4736,
    finished: '2026-01-01T00:00:00.000Z', recovery: null, best: { epoch: 2 }, last: { epoch: 2 },
    parameters: { 'recipe.batchSize': 20, 'recipe.optimizer.kind': 'adam', 'recipe.learningRate.schedule.kind': 'constant', 'recipe.shuffle': true, 'nodes.dense1.units': 64 },
  })
  await annotate(directory, { name: '  ' })
  expect((await readNotes(directory)).name).toBeNull()
})

test('notes that cannot be read name the run as damaged; the others are listed', async () => {
  const home = await temporaryFolder()
  await finished(home, IDS[0])
  await writeFile(join(await finished(home, IDS[1]), 'notes.json'), '{"version":1,"name":7}')
  await expect(new Catalogue(home).list()).resolves.toMatchObject({ runs: [{ id: IDS[0] }], damaged: [{ id: IDS[1], fault: { where: expect.stringContaining('notes.json') as unknown } }] })
})

test('a list notices what changed since the last look, and forgets runs that are gone', async () => {
  const home = await temporaryFolder()
  const directories = [await finished(home, IDS[0]), await finished(home, IDS[1])] as const
  const catalogue = new Catalogue(home)
  const shown = async (): Promise<unknown[]> => (await catalogue.list()).runs.map(({ id, epochs, name }) => [id, epochs, name])
  const { name } = smallProject()
  expect(await shown()).toEqual([[IDS[1], 1, name], [IDS[0], 1, name]])
  await annotate(directories[0], { name: 'other' })
  await writeFile(join(directories[1], 'metrics.jsonl'), [1, 2, 3].map(epoch => `${JSON.stringify(epochRecord(epoch))}\n`).join(''))
  expect(await shown()).toEqual([[IDS[1], 3, name], [IDS[0], 1, 'other']])
  await rm(directories[0], { recursive: true })
  await truncate(join(directories[1], 'run.json'), 10)
  expect(await shown()).toEqual([])
  expect((await catalogue.list()).damaged).toMatchObject([{ id: IDS[1] }])
})

test('what has not changed for a while is not read again; what was written a moment ago is', async () => {
  const home = await temporaryFolder()
  const directory = await finished(home, IDS[0])
  await finished(home, IDS[1])
  const before = new Date(Date.now() - 60_000)
  for (const path of [join(directory, 'metrics.jsonl'), directory]) await utimes(path, before, before)
  const catalogue = new Catalogue(home)
  const [first, second] = [await catalogue.list(), await catalogue.list()]
  expect(second).toEqual(first)
  expect(second.runs[1]).toBe(first.runs[1])
  expect(second.runs[0]).not.toBe(first.runs[0])
})

test('what was read is kept for the next start, of an unchanged folder only; a file that is none is left alone', async () => {
  const home = await temporaryFolder()
  const directory = await finished(home, IDS[0])
  const file = join(home, 'runs', '.summaries.json')
  const settle = async (): Promise<void> => {
    const before = new Date(Date.now() - 60_000)
    for (const path of [join(directory, 'metrics.jsonl'), directory]) await utimes(path, before, before)
  }
  const names = async (): Promise<unknown> => (await new Catalogue(home).list()).runs.map(({ name }) => name)
  await settle()
  await names()
  await writeFile(file, (await readFile(file, 'utf8')).replace(`"name":"${smallProject().name}"`, '"name":"as it was kept"'))
  expect(await names()).toEqual(['as it was kept'])
  await annotate(directory, { name: 'as it is' })
  expect(await names()).toEqual(['as it is'])
  await settle()
  await writeFile(file, '{"format":1,"runs":{"../x":{}}}')
  expect(await names()).toEqual(['as it is'])
})

test('runs go to the trash and come back; the trash can be emptied of one, or wholly', async () => {
  const home = await temporaryFolder()
  for (const id of IDS) await finished(home, id)
  await trashRuns(home, [IDS[0], IDS[1]])
  expect(await runIds(home)).toEqual([IDS[2]])
  expect((await trashedRuns(home)).map(({ id, name, bytes }) => [id, name, bytes > 1000]).sort()).toEqual([[IDS[0], smallProject().name, true], [IDS[1], smallProject().name, true]])
  await restoreRuns(home, [IDS[0]])
  expect(await runIds(home)).toEqual([IDS[0], IDS[2]])
  // No lock is left that would keep it from going on.
  expect(await readdir(join(home, 'runs', IDS[0]))).not.toContain('lock')
  await expect(restoreRuns(home, [IDS[0]])).rejects.toThrow('there is no run 20260101-000000-small-aaaa in the trash')
  await mkdir(join(home, 'runs', IDS[1]))
  await expect(restoreRuns(home, [IDS[1]])).rejects.toThrow('already')
  await rm(join(home, 'runs', IDS[1]), { recursive: true })
  await trashRuns(home, [IDS[0]])
  expect(await emptyRunTrash(home, [IDS[1]])).toMatchObject({ removed: 1 })
  expect((await trashedRuns(home)).map(({ id }) => id)).toEqual([IDS[0]])
  expect((await emptyRunTrash(home)).bytes).toBeGreaterThan(1000)
  expect(await trashedRuns(home)).toEqual([])
})

test('if one is under way, or not there, none is thrown away', async () => {
  const home = await temporaryFolder()
  for (const id of IDS) await finished(home, id)
  const lock = await acquireLock(join(home, 'runs', IDS[1], 'lock'))
  await expect(trashRuns(home, [...IDS])).rejects.toThrow('is at work on this run')
  await expect(trashRuns(home, [IDS[0], '20260101-000000-none-xxxx'])).rejects.toThrow('there is no run 20260101-000000-none-xxxx')
  expect(await runIds(home)).toEqual([...IDS])
  lock.release()
  await trashRuns(home, [...IDS])
  expect(await runIds(home)).toEqual([])
})

test('a run whose engine ended without a word says at which step, and where it goes on', async () => {
  const home = await temporaryFolder()
  const { directory } = await storedRun(home, { id: IDS[0], epochs: 2 })
  const recovery = async (): Promise<unknown> => (await new Catalogue(home).list()).runs[0]?.recovery
  expect(await recovery()).toBe('its engine ended without a word at step 20, in epoch 3; there is no checkpoint yet, so it begins anew')
  const events = await EventWriter.open(directory)
  await events.append({ kind: 'checkpoint', file: 'last.safetensors', epoch: 2, batch: 7, step: 1200, bytes: 10 })
  await writeFile(join(directory, 'steps.jsonl'), '{"step":1200,"loss":1}\n{"step":1234,"loss":1}\n{"step":12')
  expect(await recovery()).toBe('its engine ended without a word at step 1,234, in epoch 3; the last checkpoint is of step 1,200')
  const { pid: _, ...record } = await readRecord(directory)
  await writeRecord(directory, { ...record, state: 'stopped' })
  await events.append({ kind: 'state', state: 'stopped', reason: 'the workbench ended' })
  expect(await recovery()).toBe('the workbench ended at step 1,234, in epoch 3; the last checkpoint is of step 1,200')
  await events.append({ kind: 'state', state: 'stopped' })
  await events.close()
  expect(await recovery()).toBeNull()
})
