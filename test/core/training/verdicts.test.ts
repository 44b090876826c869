import fc from 'fast-check'
import { expect, test } from 'vitest'
import { verdictOf } from '../../../core/training/verdicts.ts'
import { lossOf } from '../../oracle/loss.ts'
import { Matrix } from '../../oracle/numbers.ts'

const scores = fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 20 })

test('the loss of one image is the reference\'s, and confidence the largest probability', () => {
  fc.assert(fc.property(scores, fc.nat(), fc.constantFrom('squaredHinge' as const, 'crossEntropy' as const), (values, draw, kind) => {
    const label = draw % values.length
    const { loss, confidence } = verdictOf(Float32Array.from(values), label, kind)
    const row = new Matrix(1, values.length).map((_, __, column) => values[column] ?? NaN)
    expect(loss).toBeCloseTo(lossOf(kind, row, [label]).loss, 9)
    const exponentials = values.map(Math.exp)
    expect(confidence).toBeCloseTo(Math.max(...exponentials) / exponentials.reduce((sum, one) => sum + one, 0), 9)
  }))
})

test('scores far beyond what exp() holds give finite figures', () => {
  expect(verdictOf(Float32Array.of(4000, -4000), 1, 'crossEntropy')).toEqual({ confidence: 1, loss: 8000 })
})
