import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inspectNetwork } from '../../../../core/analysis/inspection.ts'
import { flippedWeights, signsOf } from '../../../../core/analysis/signs.ts'
import { figuresOf } from '../../../../main/contract/inspection.ts'
import { createModel } from '../../../../main/services/models/store.ts'
import { inspectHandlers } from '../../../../main/services/app/handlers/inspect.ts'
import { writeBits } from '../../../../main/services/runs/bits.ts'
import { notesOf, saveEpoch, saveLast } from '../../../../main/services/runs/checkpoints.ts'
import { notesAfter, positionAfter, storedRun } from '../../../support/checkpoints.ts'
import { convProject, convSources, convTensors } from '../../../support/conv-run.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const project = convProject()
const ID = '20260101-000000-small-aaaa'
const asker = {}
const run = { run: ID }

/** Four epochs, the first the best; then a stop within the fifth. */
async function trained({ stopped = true } = {}): Promise<{ readonly ask: ReturnType<typeof inspectHandlers>; readonly directory: string; readonly home: string }> {
  const home = await temporaryFolder()
  const { directory } = await storedRun(home, { project, id: ID })
  for (let epoch = 1; epoch <= 4; epoch++) await saveEpoch(directory, convSources(epoch), notesAfter(epoch, project), epoch === 1)
  if (stopped) await saveLast(directory, convSources(5), notesOf(project, { scale: 2 / 255, offset: -1 }, { ...positionAfter(4), batch: 3, step: 43 }))
  return { ask: inspectHandlers({ home }), directory, home }
}

const latent = (epoch: number, name: string): Float32Array => convTensors(epoch).get(`${name}.weight`)?.values ?? new Float32Array()

test('layers of binary weights and the moments that are kept, each once', async () => {
  const { ask } = await trained()
  const { layers, moments, dataset } = await ask['inspect.target']({ target: run }, asker)
  expect(dataset).toBe('small')
  expect(layers).toMatchObject([
    { name: 'conv1', kind: 'conv2d', kernel: 3, inputs: 1, outputs: 12, places: 64, picture: [8, 8, 1] },
    { name: 'conv2', kind: 'conv2d', kernel: 3, inputs: 12, outputs: 20, places: 64, picture: null },
    { name: 'dense1', kind: 'dense', inputs: 1280, outputs: 40, picture: null },
    { name: 'dense2', kind: 'dense', inputs: 40, outputs: 10, picture: null },
  ])
  expect(moments.map(({ name, epoch, best }) => [name, epoch, best])).toEqual([['epoch-1', 1, true], ['epoch-3', 3, false], ['epoch-4', 4, false], ['last', 4.5, false]])
  const finished = await trained({ stopped: false })
  expect((await finished.ask['inspect.target']({ target: run }, asker)).moments.map(({ name }) => name)).toEqual(['epoch-1', 'epoch-3', 'epoch-4'])
})

test('figures are those of the command line, and signs those of the latent weights of that moment', async () => {
  const { ask } = await trained()
  for (const epoch of [1, 4]) {
    const figures = await ask['inspect.figures']({ target: run, moment: `epoch-${epoch}` }, asker)
    expect(figures).toEqual(figuresOf(ID, inspectNetwork(project, name => convTensors(epoch).get(name)?.values)))
    expect(figures.layers[1]?.deadChannels).not.toBeNull()
    const { signs } = await ask['inspect.filters']({ target: run, moment: `epoch-${epoch}`, layer: 'conv2' }, asker)
    expect(signs).toEqual(signsOf(latent(epoch, 'conv2')))
  }
})

test('over the moments: distinct filters, and signs that turned since the one before', async () => {
  const { ask } = await trained()
  const told = await ask['inspect.epochs']({ target: run, layer: 'conv2' }, asker)
  expect([...told.epochs]).toEqual([1, 3, 4, 4.5])
  const signs = [1, 3, 4, 5].map(epoch => signsOf(latent(epoch, 'conv2')))
  const share = (at: number): number => flippedWeights(signs[at - 1] as typeof signs[number], signs[at] as typeof signs[number]) / (9 * 12 * 20)
  expect(share(1)).toBeGreaterThan(0)
  expect([...told.flipped]).toEqual([NaN, share(1), share(2), share(3)])
  expect(told.fractionMerged[2]).toBe((await ask['inspect.figures']({ target: run, moment: 'epoch-4' }, asker)).layers[1]?.fractionMerged)
  const dense = await ask['inspect.epochs']({ target: run, layer: 'dense2' }, asker)
  expect(dense.fraction[0]).toBe((await ask['inspect.figures']({ target: run, moment: 'epoch-1' }, asker)).dense[1]?.fraction)
})

test('signs that are kept of more epochs than checkpoints are moments too, without what only a checkpoint has', async () => {
  const { ask, directory } = await trained({ stopped: false })
  for (const epoch of [0, 2, 3]) await writeBits(directory, epoch, new Map(['conv1', 'conv2', 'dense1', 'dense2'].map(name => [name, signsOf(latent(epoch, name))])))
  const { moments } = await ask['inspect.target']({ target: run }, asker)
  expect(moments).toEqual([[0, false], [1, true], [2, false], [3, true], [4, true]].map(([epoch, latent]) => ({ name: `epoch-${epoch}`, epoch, best: epoch === 1, latent })))
  expect((await ask['inspect.filters']({ target: run, moment: 'epoch-2', layer: 'conv2' }, asker)).signs).toEqual(signsOf(latent(2, 'conv2')))
  const figures = async (epoch: number): Promise<unknown> => ask['inspect.figures']({ target: run, moment: `epoch-${epoch}` }, asker)
  expect(await figures(3)).toEqual(figuresOf(ID, inspectNetwork(project, name => convTensors(3).get(name)?.values)))
  expect(await figures(2)).toEqual(figuresOf(ID, inspectNetwork(project, name => (name.endsWith('.weight') ? convTensors(2).get(name)?.values : undefined))))
  await expect(ask['inspect.latent']({ target: run, moment: 'epoch-2', layer: 'conv1', cells: 8 }, asker)).rejects.toThrow('only the signs')
  await writeBits(directory, 2, new Map([['conv1', signsOf(latent(2, 'conv2'))]]))
  await expect(ask['inspect.filters']({ target: run, moment: 'epoch-2', layer: 'conv1' }, asker)).rejects.toThrow('expected 4 words of signs of conv1, found 68')
})

test('latent weights as a histogram between the clips, and as they are', async () => {
  const { ask } = await trained()
  const values = latent(3, 'conv1')
  const histogram = await ask['inspect.latent']({ target: run, moment: 'epoch-3', layer: 'conv1', cells: 8 }, asker)
  expect(histogram).toMatchObject({ low: -1, high: 1, clip: 1, atClip: values.filter(value => Math.abs(value) === 1).length / values.length })
  expect([...histogram.counts]).toEqual(Array.from({ length: 8 }, (_, cell) => values.filter(value => Math.min(7, Math.floor((value + 1) * 4)) === cell).length))
  expect((await ask['inspect.weights']({ target: run, moment: 'epoch-3', layer: 'conv1' }, asker)).values).toEqual(values)
})

test('a model that was imported is looked at in the same way', async () => {
  const { home, ask } = await trained()
  const tensors = [...convTensors(2)].map(([name, { shape, values }]) => ({ name, shape: [...shape], values: values.slice() }))
  await createModel(home, { name: 'theirs', source: { name: 'w.npz', bytes: 1, sha256: '0'.repeat(64), flipped: false }, dataset: { name: 'small', classes: ['x'] }, notes: [], project, tensors, pixels: { scale: 1, offset: 0 } })
  await expect(ask['models.list']({}, asker)).resolves.toMatchObject({ models: [{ name: 'theirs', source: 'w.npz', dataset: 'small' }], damaged: [] })
  const target = { model: 'theirs' }
  expect((await ask['inspect.target']({ target }, asker)).moments).toEqual([{ name: 'weights', epoch: 0, best: false, latent: true }])
  expect((await ask['inspect.filters']({ target, moment: 'weights', layer: 'conv1' }, asker)).signs).toEqual(signsOf(latent(2, 'conv1')))
})

test('what is not there is refused, and so is a damaged checkpoint', async () => {
  const { ask, directory } = await trained()
  await expect(ask['inspect.target']({ target: { run: 'nothing-here' } }, asker)).rejects.toThrow('there is no run')
  await expect(ask['inspect.target']({ target: { model: 'none' } }, asker)).rejects.toThrow('there is no model')
  await expect(ask['inspect.filters']({ target: run, moment: 'epoch-2', layer: 'conv1' }, asker)).rejects.toThrow('nothing is kept of epoch-2')
  await expect(ask['inspect.filters']({ target: run, moment: 'epoch-3', layer: 'norm1' }, asker)).rejects.toThrow('there is no layer "norm1"')
  const path = join(directory, 'checkpoints', 'epoch-3.safetensors')
  const bytes = readFileSync(path)
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(path, bytes)
  await expect(ask['inspect.filters']({ target: run, moment: 'epoch-3', layer: 'conv1' }, asker)).rejects.toThrow('SHA-256')
  await expect(ask['inspect.filters']({ target: run, moment: 'epoch-4', layer: 'conv1' }, asker)).resolves.toBeDefined()
})
