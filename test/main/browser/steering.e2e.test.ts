import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bridgeTo, openTestHost } from '../../support/hosts.ts'
import { smallDisk } from '../../support/small-disk.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const project = smallProject({ recipe: { epochs: 50 } })

test('a run is estimated, followed layer by layer, changed, stopped at an epoch\'s end, evaluated image by image, and forked', async () => {
  const host = await openTestHost({ home: await temporaryFolder() })
  await storeSmall(host.home)
  const bridge = await bridgeTo(host)
  const { secondsPerEpoch, secondsTotal } = await bridge.call('runs.estimate', { project, set: ['recipe.epochs=10'] })
  expect(secondsTotal).toBeCloseTo(10 * secondsPerEpoch, 9)
  const { run } = await bridge.call('runs.start', { project })
  const { point } = await bridge.seen('run.progress', told => told.epoch >= 3)
  await expect(bridge.call('runs.fork', { run, checkpoint: 'best.safetensors' })).rejects.toThrow('the engine is training a run')
  const changed = await bridge.call('runs.change', { run, learningRate: 2e-4, epochs: 40 })
  expect(changed).toMatchObject({ learningRate: 2e-4, epochs: 40 })
  await bridge.call('runs.control', { run, action: 'checkpoint' })
  await bridge.call('runs.control', { run, action: 'stopAtEpochEnd' })
  const { summary } = await bridge.seen('run.state', ({ summary }) => summary.state === 'stopped')
  expect(summary.epochsWanted).toBe(40)
  expect(summary.epochs).toBeGreaterThanOrEqual(3)
  await bridge.seen('engine', ({ state, run }) => state === 'ready' && run === null)

  const { steps } = await bridge.call('runs.series', { run })
  expect([...(steps['step'] ?? [])]).toContain(point.step)
  expect(steps['time']?.[steps['step']?.indexOf(point.step) ?? NaN]).toBe(point.time)
  const later = await bridge.call('runs.series', { run, afterStep: point.step })
  expect(later.steps['step']?.[0]).toBe(steps['step']?.find(step => step > point.step))
  const { layers } = await bridge.call('runs.layers', { run, after: 1 })
  expect(Object.keys(layers)).toEqual(['dense1', 'sign1', 'dense2'])
  expect(layers['dense1']).toMatchObject({ epoch: Float64Array.from({ length: summary.epochs - 1 }, (_, k) => k + 2), positiveShare: new Float64Array(summary.epochs - 1).fill(NaN) })
  for (const share of layers['sign1']?.['positiveShare'] ?? []) expect(share).toBeGreaterThan(0)
  const { epochs } = await bridge.call('runs.metrics', { run })
  expect(epochs['layers']).toBeUndefined()
  expect(epochs['learningRate']?.at(-1)).toBe(2e-4)

  const { checkpoints } = await bridge.call('runs.show', { run })
  const asked = checkpoints.find(({ file }) => file.startsWith('step-'))?.file as string
  const { predictions, images, error } = await bridge.call('runs.evaluate', { run, checkpoint: asked, split: 'validation' })
  expect([images, predictions.loss.length]).toEqual([100, 100])
  expect(predictions.actual.filter((label, at) => label !== predictions.predicted[at]).length / images).toBeCloseTo(error, 12)
  await expect(bridge.call('runs.evaluate', { run, checkpoint: 'run.json' })).rejects.toThrow('there is no checkpoint run.json')

  const fork = await bridge.call('runs.fork', { run, checkpoint: asked, set: ['recipe.epochs=60'] })
  await bridge.seen('run.progress', told => told.run === fork.run && told.step > changed.step)
  await bridge.call('runs.control', { run: fork.run, action: 'stop' })
  const forked = await bridge.seen('run.state', ({ summary }) => summary.id === fork.run && summary.state === 'stopped')
  // The rate of its parent holds on; the epochs were set anew.
  expect(forked.summary).toMatchObject({ parent: run, epochsWanted: 60 })
})

test('a home without room pauses the run, which says so wherever it is looked at, and finishes once there is room', async () => {
  const home = smallDisk('48m')
  if (home === undefined) return
  const host = await openTestHost({ home, engine: { env: { BITWRIGHT_CHECKPOINT_SECONDS: '0.3' } } })
  await storeSmall(home, smallDataset(1500, 200))
  const bridge = await bridgeTo(host)
  const { run } = await bridge.call('runs.start', { project, set: ['recipe.epochs=3'] })
  await bridge.seen('run.progress', () => true)
  try {
    writeFileSync(join(home, 'filler'), new Uint8Array(48 * 2 ** 20))
  } catch {
    // It is full, which is what was wanted.
  }
  const full = { state: 'paused', fault: { what: expect.stringContaining('the disk is full') as string } }
  const { summary } = await bridge.seen('run.state', ({ summary }) => summary.state === 'paused')
  expect(summary).toMatchObject(full)
  await expect(bridge.call('runs.show', { run })).resolves.toMatchObject({ summary: full })
  await expect(bridge.call('runs.list', {})).resolves.toMatchObject({ runs: [full] })
  rmSync(join(home, 'filler'))
  await bridge.call('runs.control', { run, action: 'resume' })
  const end = await bridge.seen('run.state', ({ summary }) => summary.state === 'finished')
  expect(end.summary).toMatchObject({ epochs: 3, fault: null })
})
