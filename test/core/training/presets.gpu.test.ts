import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adaptToImages, presetNamed, presets, scaleWidths, setField } from '../../../core/architecture/index.ts'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { compareStep } from './compareStep.ts'

/**
 * Networks on pictures at a small size, with the seed found to be clear of every threshold: searching takes the reference minutes. Dense
 * layers get narrower still: over a batch's few rows a mean that equals one of its sums is likely, and then the sign is anybody's.
 */
const pictures: readonly (readonly [name: string, side: number, width: number, rows: number, seed: number, set: readonly string[]])[] = [
  ['cifar10-convnet-theano', 16, 0.05, 5, 36, ['nodes.dense7.units=9', 'nodes.dense8.units=9']],
  ['svhn-convnet-theano', 16, 0.1, 5, 1, []],
  ['binaryconnect-cifar10', 16, 0.05, 3, 2, []],
  ['binaryconnect-svhn', 16, 0.05, 3, 1, []],
  ['bi-real-18', 32, 0.05, 2, 3, []],
  ['cifar10-convnet-torch', 16, 0.05, 5, 1, []],
  ['svhn-convnet-torch', 16, 0.1, 5, 4, []],
  ['alexnet', 67, 0.02, 3, 2, []],
  ['xnor-net-alexnet', 67, 0.02, 3, 2, []],
  ['finn-cnv', 32, 0.05, 3, 1, []],
]

/** Networks on vectors. */
const names = presets.filter(({ architecture }) => architecture.nodes.every(({ kind }) => kind !== 'conv2d')).map(({ name }) => name)
/** Wide enough for several words, narrow enough for the float64 reference. */
const WIDTH = 40
const ROWS = 12
/** A seed whose every decision is clear of its threshold comes up within this many. */
const SEEDS = 40

describe.each(adapters)('a training step of each preset on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter, 'last')
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  it.each(names)('%s, its layers and its recipe at small width, agrees with the reference', async name => {
    const preset = presets.find(one => one.name === name)
    if (!preset) throw new Error(`no preset ${name}`)
    const widest = Math.max(...preset.architecture.nodes.map(({ attributes }) => Number(attributes.units ?? attributes.filters ?? 0)))
    const narrow = scaleWidths(preset, WIDTH / widest)
    for (let seed = 1; seed <= SEEDS; seed++) {
      const project = { ...narrow, recipe: { ...narrow.recipe, seed } }
      const result = await compareStep(toolbox, { project, rows: ROWS, path: seed % 2 === 0 ? 'planes' : 'float' })
      if (!result) continue
      expect(result.failures).toEqual([])
      expect(result.compared).toBeGreaterThan(10)
      return
    }
    throw new Error(`none of ${SEEDS} seeds was clear of every threshold`)
  })

  it.each(pictures)('%s on pictures of side %i, agrees with the reference', async (name, side, width, rows, seed, set) => {
    const { project } = adaptToImages(scaleWidths(presetNamed(name), width), { name: 'small', shape: [side, side, 3], classes: ['a', 'b', 'c', 'd', 'e'] })
    const narrow = set.reduce((changed, assignment) => setField(changed, assignment), project)
    const result = await compareStep(toolbox, { project: { ...narrow, recipe: { ...narrow.recipe, seed } }, rows, path: 'float' })
    expect(result?.failures).toEqual([])
    expect(result?.compared).toBeGreaterThan(40)
  })
})
