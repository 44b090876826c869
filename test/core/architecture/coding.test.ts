import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { codedPixels } from '../../../core/architecture/coding.ts'
import { attributesOf, input } from '../../../core/architecture/kinds/index.ts'
import { inferArchitecture } from '../../../core/architecture/infer.ts'
import { meaningOf } from '../../oracle/coding.ts'
import { chainProject } from '../../oracle/examples.ts'

const coded = (attributes: Readonly<Record<string, string | number>>) => codedPixels(attributesOf(input, { id: 'image', kind: 'input', attributes: { height: 1, width: 1, channels: 1, ...attributes } }))

/** What each of the 256 pixels stands for. */
function meanings(attributes: Readonly<Record<string, string | number>>): number[] {
  const found = coded(attributes)
  return Array.from({ length: 256 }, (_, pixel) => {
    if (!found) throw new Error('the recipe says it')
    if (found.flow === 'bits') return found.positive[pixel] ? 1 : -1
    if (found.flow === 'reals') return found.values[pixel] as number
    return found.scale * (found.codes?.[pixel] ?? pixel) + found.offset
  })
}

test('eight bits of fixed point are those that a quantiser of FINN trains with', () => {
  // bnn/src/training/quantization.py of BNN-PYNQ: shift to 0, scale to whole numbers, round, and back.
  const expected = Array.from({ length: 256 }, (_, pixel) => Math.round((Math.min((2 * pixel) / 255 - 1, 1 - 2 ** -7) + 1) * 128) / 128 - 1)
  expect(meanings({ coding: 'fixedPoint' })).toEqual(expected)
})

test('a threshold at 0 splits the pixels in the middle', () => {
  expect(meanings({ coding: 'threshold' })).toEqual(Array.from({ length: 256 }, (_, pixel) => (pixel < 128 ? -1 : 1)))
  expect(meanings({ coding: 'threshold', low: 1, high: -1 }).indexOf(-1)).toBe(128)
})

test('halves are rounded up, also below 0', () => {
  // 0 and 255 stand for -1.5 and -0.5 units.
  expect(meanings({ coding: 'fixedPoint', bits: 4, fractionBits: 0, low: -1.5, high: -0.5 })).toEqual(Array.from({ length: 256 }, (_, pixel) => (pixel < 255 ? -1 : 0)))
})

test('all codings mean what the reference says, within the float64 of their scale', () => {
  fc.assert(fc.property(fc.constantFrom('affine' as const, 'fixedPoint' as const), fc.integer({ min: 2, max: 16 }), fc.integer({ min: 0, max: 16 }), fc.double({ min: -8, max: -0.1, noNaN: true }), fc.double({ min: 0.1, max: 8, noNaN: true }), (coding, bits, fractionBits, low, high) => {
    const meaning = meaningOf({ kind: coding, low, high, bits, fractionBits, threshold: 0 }, { scale: 0, offset: 0 })
    for (const [pixel, value] of meanings({ coding, bits, fractionBits, low, high }).entries()) expect(Math.abs(value - meaning(pixel))).toBeLessThan(1e-12)
  }))
})

describe('what flows', () => {
  test.each<readonly [Readonly<Record<string, string | number>>, string]>([
    [{}, 'pixels'], [{ coding: 'affine' }, 'pixels'], [{ coding: 'fixedPoint' }, 'pixels'], [{ coding: 'fixedPoint', bits: 9 }, 'reals'], [{ coding: 'threshold' }, 'bits'],
  ])('%j', (attributes, flow) => {
    const { architecture } = chainProject([['image', 'input', { height: 2, width: 2, channels: 1, ...attributes }], ['flat', 'flatten'], ['dense', 'dense', { units: 2 }], ['norm', 'batchNorm'], ['head', 'head']])
    const { nodes, problems } = inferArchitecture(architecture)
    expect(nodes.get('image')?.signal?.flow).toBe(flow)
    expect(problems).toEqual([])
  })

  test('a coding that makes all pixels equal is refused', () => {
    const { architecture } = chainProject([['image', 'input', { height: 2, width: 2, channels: 1, coding: 'affine', low: 1 }]])
    expect(inferArchitecture(architecture).problems[0]?.message).toContain('low and high are both 1')
  })
})
