import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRuns, openRun, readEvents, readMetrics } from '../../../main/services/runs/index.ts'
import { runIds } from '../../../main/services/runs/open.ts'
import { openEngine } from '../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'

/** Every epoch is the best so far, so that the parent's place and the fork's are the same once an epoch has ended. */
const project = smallProject({ recipe: { epochs: 2, selection: 'last' } })

let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bitwright-fork-'))
  await storeSmall(home, smallDataset(1500, 200))
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

const hash = (directory: string, name: string): string => createHash('sha256').update(readFileSync(join(directory, name))).digest('hex')

test('a fork within an epoch that changes nothing ends with the bytes of its parent; one that does ends elsewhere', async () => {
  const engine = openEngine(home)
  const training = engine.call('train', { project, dataset: 'small' })
  await engine.seen(({ event }) => event === 'progress')
  await engine.call('control', { action: 'checkpoint' })
  const parent = await training
  const step = (await readEvents(parent.directory)).find(event => event.kind === 'checkpoint' && event.file.startsWith('step-'))
  if (step?.kind !== 'checkpoint') throw new Error('no checkpoint was asked for')
  expect(step.batch).toBeGreaterThan(0)

  const same = await engine.call('fork', { run: parent.run, checkpoint: step.file })
  expect(same).toMatchObject({ state: 'finished', epochs: 2 })
  for (const name of ['checkpoints/last.safetensors', 'checkpoints/best.safetensors', 'bits/epoch-2.safetensors', 'metrics.jsonl']) expect(hash(same.directory, name), name).toBe(hash(parent.directory, name))
  const { record } = await openRun(home, same.run)
  expect(record.parent).toEqual({ run: parent.run, checkpoint: step.file, step: step.step, epoch: 0 })
  expect((await listRuns(home)).find(({ id }) => id === same.run)).toMatchObject({ parent: parent.run, epochs: 2, epochsWanted: 2 })
  expect(await readEvents(same.directory)).toContainEqual(expect.objectContaining({ kind: 'fork', run: parent.run, file: step.file }))

  const longer = await engine.call('fork', { run: parent.run, checkpoint: 'epoch-1.safetensors', set: ['recipe.epochs=3', 'recipe.learningRate.start=0.0005'] })
  expect(longer).toMatchObject({ state: 'finished', epochs: 3 })
  expect((await readMetrics(longer.directory)).map(({ epoch, learningRate }) => [epoch, learningRate])).toEqual([[2, 5e-4], [3, 5e-4]])
  expect((await listRuns(home)).find(({ id }) => id === longer.run)).toMatchObject({ epochs: 3, epochsWanted: 3, interrupted: false })
  expect(await engine.call('resume', { run: longer.run, epochs: 4 })).toMatchObject({ state: 'finished', epochs: 4 })
  expect(engine.lines.filter(line => line.includes('lacks epochs'))).toEqual([])

  await expect(engine.call('fork', { run: parent.run, checkpoint: 'epoch-1.safetensors', set: ['nodes.dense1.units=32'] })).rejects.toThrow('layer dense1 would be another')
  await expect(engine.call('fork', { run: parent.run, checkpoint: 'epoch-9.safetensors' })).rejects.toThrow('found nothing of this name')
  await expect(engine.call('fork', { run: parent.run, checkpoint: '../run.json' })).rejects.toThrow('expected the name of a checkpoint file')
})

test('a fork whose engine is killed as soon as its folder is there goes on from its parent\'s place, without the parent', async () => {
  const engine = openEngine(home)
  const parent = await engine.call('train', { project, dataset: 'small' })
  const before = await runIds(home)
  const forking = engine.call('fork', { run: parent.run, checkpoint: 'epoch-1.safetensors', set: ['recipe.seed=12'] }).catch(() => undefined)
  let id: string | undefined
  while (id === undefined) id = (await runIds(home)).find(name => !before.includes(name))
  process.kill(engine.pid as number, 'SIGKILL')
  await forking
  rmSync(parent.directory, { recursive: true })
  const other = openEngine(home)
  expect(await other.call('resume', { run: id })).toMatchObject({ state: 'finished', epochs: 2 })
  const { directory } = await openRun(home, id)
  expect((await readMetrics(directory)).map(({ epoch }) => epoch)).toEqual([2])
  for (const name of readdirSync(join(directory, 'checkpoints'))) rmSync(join(directory, 'checkpoints', name))
  await expect(other.call('resume', { run: id })).rejects.toThrow('none of its own to go on from')
})

test('an estimate tells about how long training then takes', async () => {
  const engine = openEngine(home)
  const { secondsTotal, secondsPerEpoch, secondsPerStep, imagesPerSecond, plan } = await engine.call('estimate', { project, dataset: 'small' })
  expect(secondsTotal).toBeCloseTo(2 * secondsPerEpoch, 9)
  expect(imagesPerSecond).toBeCloseTo(20 / secondsPerStep, 9)
  expect(plan.total).toBeGreaterThan(0)
  const { seconds } = await engine.call('train', { project, dataset: 'small' })
  console.log(`estimated ${secondsTotal.toFixed(2)} s, took ${seconds.toFixed(2)} s`)
  // The machine is shared: a factor, not a tolerance.
  expect(seconds / secondsTotal).toBeGreaterThan(0.2)
  expect(seconds / secondsTotal).toBeLessThan(8)
  const training = engine.call('train', { project, dataset: 'small' })
  await engine.seen(({ event, data }) => event === 'progress' && data.epoch === 1)
  await expect(engine.call('estimate', { project, dataset: 'small' })).rejects.toThrow('the engine is training a run')
  await engine.call('control', { action: 'stop' })
  await training
})
