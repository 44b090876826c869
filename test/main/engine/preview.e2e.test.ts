import { expect, test } from 'vitest'
import { parseAs, ProjectSchema, type Project } from '../../../core/architecture/project.ts'
import type { Activation } from '../../../main/contract/activations.ts'
import { openEngine } from '../../support/engines.ts'
import { SMALL, smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const FILTERS = 5

/** Channels that fill no word, and a picture whose rows and columns differ from its channels in number. */
function convolutional(): Project {
  const layers = [
    { id: 'input', kind: 'input', attributes: { height: 8, width: 8, channels: 1 } },
    { id: 'conv', kind: 'conv2d', attributes: { filters: FILTERS, kernel: 3, padding: 1, weights: 'binary' } },
    { id: 'norm', kind: 'batchNorm', attributes: {} },
    { id: 'sign', kind: 'sign', attributes: {} },
    { id: 'flatten', kind: 'flatten', attributes: {} },
    { id: 'dense', kind: 'dense', attributes: { units: 10, weights: 'binary' } },
    { id: 'norm2', kind: 'batchNorm', attributes: {} },
    { id: 'head', kind: 'head', attributes: {} },
  ]
  const edges = layers.slice(1).map(({ id }, at) => ({ from: { node: layers[at]?.id }, to: { node: id } }))
  return parseAs(ProjectSchema, { ...smallProject({ recipe: { epochs: 2 } }), name: 'conv', architecture: { version: 1, nodes: layers, edges } }, 'the convolutional project')
}

/** Values by channel, row, column. */
function valuesOf(activation: Activation | undefined): number[] {
  if (activation === undefined) return []
  const count = activation.shape.reduce((a, b) => a * b)
  if (activation.form === 'bits') return Array.from({ length: count }, (_, i) => (((activation.data[i >> 3] ?? 0) >> (i & 7)) & 1 ? 1 : -1))
  return Array.from(activation.data, byte => activation.low + (byte / 255) * (activation.high - activation.low))
}

test('what is shown of an image is what the network computes: pixels, sums, signs, and the scores of a prediction', async () => {
  const home = await temporaryFolder()
  const dataset = smallDataset()
  await storeSmall(home, dataset)
  const engine = openEngine(home)
  const project = convolutional()
  const { run } = await engine.call('train', { project, dataset: SMALL })
  const index = 17
  const image = dataset.test.images.slice(index * 64, index * 64 + 64)
  const shown = await engine.call('preview', { project, dataset: SMALL, split: 'test', index, weights: { run, checkpoint: 'best' } })
  const { predictions } = await engine.call('predict', { target: run, images: [image] })
  expect(shown.scores).toEqual(predictions[0]?.scores)

  const of = (id: string): Activation | undefined => shown.nodes.find(node => node.id === id)
  const pixels = valuesOf(of('input'))
  // Scaled pixels, quantised once more: brightness keeps its order and its span.
  const [low, high] = [Math.min(...image), Math.max(...image)]
  for (const [place, value] of pixels.entries()) {
    const expected = pixels[image.indexOf(low)] as number
    const share = (value - expected) / ((pixels[image.indexOf(high)] as number) - expected)
    expect(share).toBeCloseTo(((image[place] as number) - low) / (high - low), 1)
  }
  const [norm, sign] = [of('norm'), of('sign')]
  expect(sign).toMatchObject({ form: 'bits', shape: [8, 8, FILTERS] })
  const step = norm?.form === 'reals' ? (norm.high - norm.low) / 255 : NaN
  const signs = valuesOf(sign)
  expect(signs).toHaveLength(64 * FILTERS)
  let clear = 0
  for (const [place, value] of valuesOf(norm).entries()) {
    // Closer to zero, its sign is lost with the rest of its digits.
    if (Math.abs(value) <= step) continue
    clear++
    expect([place, signs[place]]).toEqual([place, Math.sign(value)])
  }
  expect(clear).toBeGreaterThan(32 * FILTERS)
  expect(sign?.positive).toBeCloseTo(signs.filter(value => value > 0).length / signs.length, 9)
  // A vector of the same values in the order height, width, channels.
  const flat = valuesOf(of('flatten'))
  expect(flat).toEqual(Array.from({ length: flat.length }, (_, i) => signs[(i % FILTERS) * 64 + Math.floor(i / FILTERS)]))
})
