import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Attributes } from '../../../core/architecture/document.ts'
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

type Case = readonly [name: string, shape: Shape, parts: readonly Part[], flip: boolean, value?: (pixel: number) => number, input?: Attributes]

/** What a pixel is to the network: the recipe's scaling, fixed point of 8 bits as FINN has it, or a threshold. */
const affine = (pixel: number): number => (2 * pixel) / 255 - 1
const fixed = (pixel: number): number => Math.min(Math.floor(affine(pixel) * 128 + 0.5), 127) / 128
const binary = (pixel: number): number => (affine(pixel) < 0 ? -1 : 1)

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
function compare(scores: readonly Float32Array[], { layers }: LasagneNetwork, shape: Shape, images: Uint8Array, value: (pixel: number) => number): number {
  let compared = 0
  for (const [index, found] of scores.entries()) {
    const { scores: expected, margin } = lasagneForward(layers, pictureOf(images, index, shape, value))
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

  test.each(([
    ['784-1024-1024-1024-10', [28, 28, 1], MLP, true],
    ['six convolutions and three dense layers', [16, 16, 3], CIFAR, true],
    ['the same, filters not flipped', [16, 16, 3], CIFAR, false],
    ['convolutions without padding, pooled behind a sign', [32, 32, 3], VALID, false],
    ['the same on 8 bits of fixed point', [32, 32, 3], VALID, false, fixed, { coding: 'fixedPoint' }],
    ['784-64-10 on pixels of +1 and -1', [28, 28, 1], [...hidden(64), { kind: 'dense', outputs: 10 }, { kind: 'norm' }], true, binary, { coding: 'threshold' }],
    ['the same with a plain sign on the input', [28, 28, 1], [{ kind: 'sign' }, ...hidden(64), { kind: 'dense', outputs: 10 }, { kind: 'norm' }], true],
    ['a normalised input', [12, 12, 3], [{ kind: 'norm' }, { kind: 'sign' }, ...conv(20, 1, 'before'), { kind: 'dense', outputs: 10 }, { kind: 'norm' }], true],
    ['a normalised input of reals', [12, 12, 3], [{ kind: 'norm' }, ...conv(20, 1, 'after'), { kind: 'dense', outputs: 10 }, { kind: 'norm' }], true],
    ['dense layers on a colour picture', [5, 4, 3], [...hidden(30), { kind: 'dense', outputs: 10 }, { kind: 'norm' }], true],
  ] satisfies readonly Case[]).map(([name, shape, parts, flip, value = affine, input = {}]: Case) => ({ name, shape, parts, flip, value, input })))('$name', async ({ shape, parts, flip, value, input }) => {
    const network = lasagneNetwork(shape, parts, { flip, seed: 3, input })
    const images = randomImages(IMAGES, shape)
    const scores = await scoresOf(engine, network, shape, images, flip)
    expect(compare(scores, network, shape, images, value)).toBeGreaterThan(IMAGES / 2)
  })

  test('filters that are not turned give other scores', async () => {
    const shape: Shape = [16, 16, 3]
    const network = lasagneNetwork(shape, CIFAR, { flip: true, seed: 3 })
    const images = randomImages(IMAGES, shape)
    const scores = await scoresOf(engine, network, shape, images, false)
    expect(() => compare(scores, network, shape, images, affine)).toThrow()
  })
})
