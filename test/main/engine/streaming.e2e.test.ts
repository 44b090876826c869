import { expect, test } from 'vitest'
import { readRun } from '../../../main/services/runs/index.ts'
import { madeBy, openEngine } from '../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const onDisk = { env: { BITWRIGHT_DATASET_MEMORY: '0' } }
const plain = smallProject({ recipe: { epochs: 2 } })
const augmented = smallProject({ recipe: { epochs: 3, preprocessing: [{ kind: 'randomCrop', padding: 1, fill: 0 }, { kind: 'randomFlip' }, { kind: 'gcn', subtractMean: true, useDeviation: true, sqrtBias: 1, scale: 1 }, { kind: 'zca', bias: 0.1, images: 200 }] } })

test('images that stay on disk train to the same bytes as those in memory', async () => {
  const home = await temporaryFolder()
  await storeSmall(home, smallDataset(900, 200))
  const memory = openEngine(home)
  const held = await memory.call('train', { project: plain, dataset: 'small' })
  await memory.close()
  const disk = openEngine(home, onDisk)
  const streamed = await disk.call('train', { project: plain, dataset: 'small' })
  expect(disk.lines.join('\n')).toMatch(/data set small stays on disk/)
  expect(madeBy(streamed.directory)).toEqual(madeBy(held.directory))
  expect(held.deviceWaitShare).toBe(0)
  expect(streamed.deviceWaitShare).toBeLessThanOrEqual(1)
})

test('a run with crops, flips and whitening goes on to the same bytes, and is evaluated and used with what it learned', async () => {
  const home = await temporaryFolder()
  await storeSmall(home, smallDataset(1500, 200))
  const first = openEngine(home)
  const whole = await first.call('train', { project: augmented, dataset: 'small' })
  const training = first.call('train', { project: augmented, dataset: 'small' })
  await first.seen(({ event, data }) => event === 'progress' && data.run !== whole.run)
  await first.call('control', { action: 'stop' })
  const stopped = await training
  expect(stopped.state).toBe('stopped')
  await first.close()
  const second = openEngine(home)
  expect(await second.call('resume', { run: stopped.run })).toMatchObject({ state: 'finished', epochs: 3 })
  expect(madeBy(stopped.directory)).toEqual(madeBy(whole.directory))
  const { error, perClass } = await second.call('eval', { target: whole.run })
  const run = await readRun(whole.directory)
  expect(error).toBeCloseTo(whole.testError ?? NaN, 6)
  expect(perClass).toHaveLength(run.record.dataset.classes.length)
  expect(perClass.reduce((sum, row) => sum + row.images, 0)).toBe(200)
  expect(perClass.reduce((sum, row) => sum + row.errors, 0)).toBe(Math.round(error * 200))
  const { test: { images, labels } } = smallDataset(1500, 200)
  const { predictions } = await second.call('predict', { target: whole.run, images: Array.from({ length: 200 }, (_, k) => images.slice(k * 64, (k + 1) * 64)) })
  expect(predictions.filter(({ class: found }, k) => found !== labels[k]).length).toBe(Math.round(error * 200))
})
