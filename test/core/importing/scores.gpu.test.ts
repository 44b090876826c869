import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assignInOrder } from '../../../core/importing/assign.ts'
import { importNetwork } from '../../../core/importing/network.ts'
import { Session, type Engine } from '../../../core/training/session.ts'
import { lasagneForward } from '../../oracle/lasagne.ts'
import { adapters, openEngine } from '../../support/adapters.ts'
import { lasagneNetwork, pictureOf, randomImages, type LasagneNetwork, type Part } from '../../support/lasagne-network.ts'

type Shape = readonly [number, number, number]
/** Nearer to 0 than this, a float32 value may have another sign than a float64 one. */
const MARGIN = 1e-4
const IMAGES = 12

const hidden = (outputs: number): Part[] => [{ kind: 'dense', outputs }, { kind: 'norm' }, { kind: 'sign' }]
const MLP: Part[] = [...hidden(1024), ...hidden(1024), ...hidden(1024), { kind: 'dense', outputs: 10 }, { kind: 'norm' }]

/** Six convolutions in pairs, pooled in front of the normalisation, and three dense layers: cifar10.py at a width of 8. */
const conv = (outputs: number, pad: number, pooled: 'before' | 'after' | 'no', bias = true): Part[] => [
  { kind: 'conv', outputs, pad, bias }, ...(pooled === 'before' ? [{ kind: 'pool' } as const] : []), { kind: 'norm' }, { kind: 'sign' }, ...(pooled === 'after' ? [{ kind: 'pool' } as const] : []),
]
const CIFAR: Part[] = [
  ...conv(8, 1, 'no'), ...conv(8, 1, 'before'), ...conv(16, 1, 'no'), ...conv(16, 1, 'before'), ...conv(32, 1, 'no'), ...conv(32, 1, 'before'),
  ...hidden(40), ...hidden(40), { kind: 'dense', outputs: 10 }, { kind: 'norm' },
]
/** The same without padding, one pool behind its sign, and a last layer without a bias. */
const VALID: Part[] = [
  ...conv(9, 0, 'no'), ...conv(9, 0, 'after'), ...conv(18, 0, 'no', false), ...conv(18, 0, 'before', false), ...conv(33, 0, 'no'), ...conv(33, 0, 'no'),
  ...hidden(50), ...hidden(50), { kind: 'dense', outputs: 10, bias: false }, { kind: 'norm' },
]

async function scoresOf(engine: Engine, { project, arrays }: LasagneNetwork, shape: Shape, images: Uint8Array, flipped: boolean): Promise<Float32Array[]> {
  const network = importNetwork(project, assignInOrder(project, arrays, 'a.npz'), arrays, { flipped, where: 'a.npz' })
  const session = Session.open(engine, network.project, { scale: 2 / 255, offset: -1 }, { name: 'none', shape, classes: Array.from({ length: 10 }, (_, k) => String(k)) })
  try {
    await session.evaluation()
    await session.restore(name => network.tensors.find(tensor => tensor.name === name)?.values, { optimizer: false })
    return await session.scores(images)
  } finally {
    session.close()
  }
}

/** Of the images that no rounding can decide, how many there are; their scores are compared. */
function compare(scores: readonly Float32Array[], { layers }: LasagneNetwork, shape: Shape, images: Uint8Array): number {
  let compared = 0
  for (const [index, found] of scores.entries()) {
    const { scores: expected, margin } = lasagneForward(layers, pictureOf(images, index, shape, pixel => (2 * pixel) / 255 - 1))
    if (margin < MARGIN) continue
    compared++
    for (const [k, score] of expected.entries()) expect(Math.abs((found[k] as number) - score)).toBeLessThan(1e-4 * Math.max(1, Math.abs(score)))
  }
  return compared
}

// What is imported is data: one adapter shows that it is right, and all kernels are held against the reference elsewhere.
describe.each(adapters.slice(0, 1))('an imported network scores as Lasagne has it, on %s', adapter => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine(adapter)
  })
  afterAll(() => {
    engine.toolbox.device.device.destroy()
  })

  test.each<readonly [string, Shape, readonly Part[], boolean]>([
    ['784-1024-1024-1024-10', [28, 28, 1], MLP, true],
    ['six convolutions and three dense layers', [16, 16, 3], CIFAR, true],
    ['the same, filters not flipped', [16, 16, 3], CIFAR, false],
    ['convolutions without padding, pooled behind a sign', [32, 32, 3], VALID, false],
    ['dense layers on a colour picture', [5, 4, 3], [...hidden(30), { kind: 'dense', outputs: 10 }, { kind: 'norm' }], true],
  ])('%s', async (_, shape, parts, flip) => {
    const network = lasagneNetwork(shape, parts, { flip, seed: 3 })
    const images = randomImages(IMAGES, shape)
    const scores = await scoresOf(engine, network, shape, images, flip)
    expect(compare(scores, network, shape, images)).toBeGreaterThan(IMAGES / 2)
  })

  test('filters that are not turned give other scores', async () => {
    const shape: Shape = [16, 16, 3]
    const network = lasagneNetwork(shape, CIFAR, { flip: true, seed: 3 })
    const images = randomImages(IMAGES, shape)
    const scores = await scoresOf(engine, network, shape, images, false)
    expect(() => compare(scores, network, shape, images)).toThrow()
  })
})
