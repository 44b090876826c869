import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRun } from '../../../../main/services/runs/create.ts'
import { listRuns, openRun, runOfCheckpoint } from '../../../../main/services/runs/index.ts'
import { readRecord, writeRecord } from '../../../../main/services/runs/record.ts'
import { smallProject } from '../../../support/small-training.ts'
import { storedRun } from '../../../support/checkpoints.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const IDS = ['20260101-000000-small-aaaa', '20260101-000000-small-ab12', '20260202-000000-small-cccc'] as const

async function home(): Promise<string> {
  const path = await temporaryFolder()
  for (const id of IDS) await storedRun(path, { id, epochs: 2 })
  return path
}

test('an adapter that an earlier version noted with the dash at its end goes by its name', async () => {
  const { directory, record } = await storedRun(await temporaryFolder())
  await writeRecord(directory, { ...record, adapter: 'llvmpipe-llvm-19-1-7-256-bits-' })
  expect((await readRecord(directory)).adapter).toBe('llvmpipe-llvm-19-1-7-256-bits')
})

test('runs are found by id, by a beginning that only one has, by path, and as latest', async () => {
  const path = await home()
  for (const name of [IDS[1], '20260101-000000-small-ab', join(path, 'runs', IDS[1]), `${join(path, 'runs', IDS[1])}/`]) expect((await openRun(path, name)).id).toBe(IDS[1])
  expect((await openRun(path, 'latest')).id).toBe(IDS[2])
  expect((await openRun(path, '202602')).id).toBe(IDS[2])
  await expect(openRun(path, '20260101')).rejects.toThrow('is the beginning of 2 runs')
  await expect(openRun(path, 'x')).rejects.toThrow(/there is no run "x".*20260202-000000-small-cccc/)
  await expect(openRun(await temporaryFolder(), 'latest')).rejects.toThrow('train one first')
  await expect(openRun(path, '../../x')).rejects.toThrow('nothing of this name')
  expect((await runOfCheckpoint(join(path, 'runs', IDS[0], 'checkpoints', 'best.safetensors'))).id).toBe(IDS[0])
  await expect(runOfCheckpoint('/nowhere/x.safetensors')).rejects.toThrow('folder of its run')
})

test('a list tells of every run how it stands, and names those that cannot be read', async () => {
  const path = await home()
  const directory = join(path, 'runs', IDS[0])
  const { pid, ...record } = await readRecord(directory)
  expect(pid).toBe(process.pid)
  await writeRecord(directory, { ...record, state: 'finished' })
  await truncate(join(path, 'runs', IDS[1], 'run.json'), 20)
  await mkdir(join(path, 'runs', '.new-1-abc'))
  await writeFile(join(path, 'runs', 'notes.txt'), '')
  const said: string[] = []
  const runs = await listRuns(path, { log: message => said.push(message) })
  expect(runs.map(({ id, state, interrupted }) => [id, state, interrupted])).toEqual([[IDS[0], 'finished', false], [IDS[2], 'stopped', true]])
  expect(runs[0]).toMatchObject({ epochs: 2, epochsWanted: 4, project: 'Small training!', dataset: 'small', best: { epoch: 2 } })
  expect(said).toHaveLength(1)
  expect(said[0]).toContain(`run ${IDS[1]} cannot be read`)
  expect(await listRuns(await temporaryFolder())).toEqual([])
})

test('a run under way is told from one whose engine is gone', async () => {
  const path = await temporaryFolder()
  const { run, lock } = await createRun(path, smallProject(), { id: IDS[0], adapter: 'none', driver: 'none', dataset: { name: 'small', sha256: '0'.repeat(64), classes: ['x'] } })
  expect(await listRuns(path)).toMatchObject([{ state: 'preparing', interrupted: false }])
  expect(JSON.parse(await readFile(join(run.directory, 'project.json'), 'utf8'))).toEqual(smallProject())
  lock.release()
  expect(await listRuns(path)).toMatchObject([{ state: 'stopped', interrupted: true }])
  await expect(createRun(path, smallProject(), run.record)).rejects.toThrow('exists already')
})
