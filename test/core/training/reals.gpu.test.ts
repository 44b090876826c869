import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { layerKinds, parseAs, ProjectSchema, type Project } from '../../../core/architecture/index.ts'
import { identityOrder } from '../../../core/data/batches.ts'
import type { Split } from '../../../core/data/dataset.ts'
import { fitPreprocessing, type FitResult } from '../../../core/data/fit.ts'
import { Preparer } from '../../../core/data/preprocessing.ts'
import { MemoryImages } from '../../../core/data/source.ts'
import { fillUniform, streamKey } from '../../../core/random.ts'
import { Session, type Engine } from '../../../core/training/session.ts'
import { adapters, openEngine } from '../../support/adapters.ts'

const [HEIGHT, WIDTH, CHANNELS, ROWS, CLASSES] = [5, 4, 3, 7, 4] as const
const SIZE = HEIGHT * WIDTH * CHANNELS
const shape = [HEIGHT, WIDTH, CHANNELS] as const
const split: Split = {
  count: 3 * ROWS,
  images: Uint8Array.from(fillUniform(new Float32Array(3 * ROWS * SIZE), streamKey(3, 5), 0, 256)),
  labels: Uint16Array.from({ length: 3 * ROWS }, (_, i) => (i * 3) % CLASSES),
}

/** A chain of layers behind the input. */
function projectOf(preprocessing: unknown, ...layers: readonly (readonly [kind: string, attributes?: object])[]): Project {
  const nodes = [['input', { height: HEIGHT, width: WIDTH, channels: CHANNELS }] as const, ...layers, ['head', { loss: 'squaredHinge' }] as const].map(([kind, attributes = {}], at) => ({ id: `${kind}${at}`, kind, attributes }))
  expect(nodes.every(({ kind }) => layerKinds.has(kind))).toBe(true)
  return parseAs(ProjectSchema, {
    version: 1, name: 'reals', dataset: 'made-up',
    architecture: { version: 1, nodes, edges: nodes.slice(1).map(({ id }, at) => ({ from: { node: nodes[at]?.id }, to: { node: id } })) },
    recipe: { version: 1, epochs: 1, batchSize: ROWS, optimizer: { kind: 'sgd' }, learningRate: { start: 0.01, schedule: { kind: 'constant' } }, layerScale: { mode: 'off' }, validation: 0, preprocessing },
  }, 'the project')
}

const fit = (project: Project): FitResult => fitPreprocessing(project.recipe.preprocessing, { count: split.count, shape, read: image => split.images.subarray(image * SIZE, (image + 1) * SIZE) })
const data = { name: 'made-up', shape, classes: Array.from({ length: CLASSES }, (_, k) => String(k)) }
const conv = ['conv2d', { filters: 9 }] as const
const hidden = [['batchNorm'], ['sign'], ['flatten'], ['dense', { units: 33 }], ['batchNorm'], ['sign']] as const
const last = [['dense', { units: CLASSES }], ['batchNorm']] as const

describe.each(adapters)('networks that read float32 values, on %s', adapter => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine(adapter)
  })
  afterAll(() => {
    engine.toolbox.device.device.destroy()
  })

  /** Loss of each of three steps, and the weights after them. */
  async function train(project: Project): Promise<{ readonly losses: number[]; readonly weights: number[] }> {
    const { fitted, whitening } = fit(project)
    const session = Session.open(engine, project, fitted, data)
    try {
      const loaded = await session.load(true, ROWS)
      await session.initialise(whitening)
      const stream = new MemoryImages(split, new Preparer(project.recipe.preprocessing, fitted, shape)).batches({ order: identityOrder(split.count), first: 0, rows: ROWS })
      for (let step = 1; step <= 3; step++) {
        session.feed(loaded, await stream.next())
        loaded.executable.submit({ step, rows: ROWS, slot: step, rate: 0.01 })
      }
      const metrics = await session.memory.readFloats(loaded.built.ports.metrics)
      const weights: number[] = []
      for (const { tensor } of session.model.parameters.values()) weights.push(...(await session.memory.readFloats(tensor)))
      return { losses: [1, 2, 3].map(step => metrics[4 * step] ?? NaN), weights }
    } finally {
      session.close()
    }
  }

  test.each([
    ['a convolution', [conv, ...hidden, ...last]],
    ['a dense layer', [['flatten'], ['dense', { units: 33 }], ['batchNorm'], ['sign'], ...last]],
    ['real weights', [['conv2d', { filters: 9, weights: 'real' }], ...hidden, ...last]],
  ] as const)('%s learns as from 8-bit pixels that mean the same', async (_, layers) => {
    // Means per channel of one deviation and mean are those of all: the values are equal, their way in is not.
    const bytes = await train(projectOf({ kind: 'scale', low: -1, high: 1 }, ...layers))
    const reals = await train(projectOf([{ kind: 'scale', low: -1, high: 1 }, { kind: 'gcn', subtractMean: false, useDeviation: false, sqrtBias: 1e30, scale: 1e15 }], ...layers))
    for (const [step, loss] of bytes.losses.entries()) expect(Math.abs((reals.losses[step] as number) - loss)).toBeLessThan(1e-3 * Math.max(1, loss))
    const apart = bytes.weights.filter((weight, at) => Math.abs(weight - (reals.weights[at] as number)) > 1e-4).length
    // A sign that falls the other way at a tie of rounding moves a few weights.
    expect(apart / bytes.weights.length).toBeLessThan(0.02)
  })

  test('whitened pictures meet the first weights as float64 says', async () => {
    const project = projectOf([{ kind: 'gcn' }, { kind: 'zca', bias: 0.01 }], ['flatten'], ['dense', { units: CLASSES }])
    const { fitted, whitening } = fit(project)
    const session = Session.open(engine, project, fitted, data)
    try {
      await session.evaluation()
      await session.initialise(whitening)
      const [weight] = session.model.parameters.values()
      const latent = await session.memory.readFloats((weight as NonNullable<typeof weight>).tensor)
      const scores = await session.scores(split.images)
      const preparer = new Preparer(project.recipe.preprocessing, fitted, shape)
      for (const [image, row] of scores.entries()) {
        const values = preparer.values(preparer.pixels(split.images.subarray(image * SIZE, (image + 1) * SIZE), image, undefined), fitted.values ?? [])
        const whitened = values.map((__, i) => values.reduce((sum, value, j) => sum + value * (whitening?.[j * SIZE + i] as number), 0))
        for (let unit = 0; unit < CLASSES; unit++) {
          const score = whitened.reduce((sum, value, i) => sum + value * ((latent[i * CLASSES + unit] as number) >= 0 ? 1 : -1), 0)
          expect(Math.abs((row[unit] as number) - score)).toBeLessThan(1e-3 * Math.max(1, Math.abs(score)))
        }
      }
    } finally {
      session.close()
    }
  })

  test('the whitening matrix is one of the tensors that a checkpoint holds', async () => {
    const project = projectOf([{ kind: 'zca' }], ['flatten'], ['dense', { units: CLASSES }])
    const { fitted, whitening } = fit(project)
    const session = Session.open(engine, project, fitted, data)
    try {
      await session.evaluation()
      await session.initialise(whitening)
      const stored = session.snapshot({ optimizer: false }).find(({ name }) => name === 'preprocessing.whitening')
      expect(stored?.shape).toEqual([SIZE, SIZE])
      expect(Buffer.compare(await (stored as NonNullable<typeof stored>).read(), new Uint8Array((whitening as NonNullable<typeof whitening>).buffer))).toBe(0)
    } finally {
      session.close()
    }
  })
})
