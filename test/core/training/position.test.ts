import { describe, expect, it } from 'vitest'
import { isBetter, PositionSchema, START, type EpochRecord } from '../../../core/training/position.ts'

const record = (validError?: number): EpochRecord => ({ epoch: 1, step: 1, learningRate: 1, trainLoss: 1, trainError: 0.5, testLoss: 1, testError: 0.5, testTop5Error: 0.1, ...(validError !== undefined && { validError }) })

describe('the best epoch', () => {
  it('has the lowest validation error; of equal ones the recipe says which', () => {
    expect(isBetter(record(0.1), record(0.2), 'bestValidationLatest')).toBe(true)
    expect(isBetter(record(0.3), record(0.2), 'bestValidationLatest')).toBe(false)
    expect(isBetter(record(0.2), record(0.2), 'bestValidationLatest')).toBe(true)
    expect(isBetter(record(0.2), record(0.2), 'bestValidationEarliest')).toBe(false)
  })

  it('is the last one if the recipe says so, or if nothing is held out', () => {
    expect(isBetter(record(0.9), record(0.2), 'last')).toBe(true)
    expect(isBetter(record(), record(), 'bestValidationEarliest')).toBe(true)
    expect(isBetter(record(0.9), null, 'bestValidationEarliest')).toBe(true)
  })
})

describe('a position', () => {
  it('survives JSON', () => {
    const position = { ...START, step: 7, lossSum: 0.1 + 0.2, best: record(0.25), last: record() }
    expect(PositionSchema.parse(JSON.parse(JSON.stringify(position)))).toEqual(position)
  })

  it('is refused when it makes no sense', () => {
    expect(PositionSchema.safeParse({ ...START, step: -1 }).success).toBe(false)
    expect(PositionSchema.safeParse({ ...START, lossSum: NaN }).success).toBe(false)
  })
})
