import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classRows, confusions, disagreements, imagesOfCell, mistakes, placeOfSplit, predictionsCsv, type Predictions } from '../../../../../renderer/features/runs/evaluate/mistakes.ts'

const CLASSES = ['zero', 'one', 'two', 'three']
const image = fc.record({ actual: fc.nat(3), predicted: fc.nat(3), confidence: fc.integer({ min: 25, max: 100 }), loss: fc.nat(9) })
const split = fc.array(image, { maxLength: 60 }).map((images): Predictions => ({
  actual: Uint16Array.from(images, ({ actual }) => actual), predicted: Uint16Array.from(images, ({ predicted }) => predicted),
  confidence: Float32Array.from(images, ({ confidence }) => confidence / 100), loss: Float32Array.from(images, ({ loss }) => loss),
}))

describe('mistakes', () => {
  it('are all images taken for another class, by falling loss or confidence', () => {
    fc.assert(fc.property(split, fc.constantFrom('worst' as const, 'confident' as const), (predictions, by) => {
      const list = mistakes(predictions, by)
      expect(new Set(list)).toEqual(new Set([...predictions.actual.keys()].filter(at => predictions.actual[at] !== predictions.predicted[at])))
      const measures = list.map(at => (by === 'worst' ? predictions.loss : predictions.confidence)[at] ?? NaN)
      expect(measures).toEqual(measures.toSorted((a, b) => b - a))
    }))
  })

  it('and right answers of all cells together are the whole split, each image once', () => {
    fc.assert(fc.property(split, predictions => {
      const all = CLASSES.flatMap((_, actual) => CLASSES.flatMap((__, predicted) => imagesOfCell(predictions, { actual, predicted })))
      expect(all.toSorted((a, b) => a - b)).toEqual([...predictions.actual.keys()])
    }))
  })

  it('are counted by class as the cells have them', () => {
    fc.assert(fc.property(split, predictions => {
      const cell = (actual: number, predicted: number): number => imagesOfCell(predictions, { actual, predicted }).length
      for (const row of classRows(predictions, CLASSES)) {
        const off = CLASSES.map((_, predicted) => (predicted === row.label ? 0 : cell(row.label, predicted)))
        const errors = off.reduce((sum, count) => sum + count, 0)
        const taken = CLASSES.reduce((sum, _, actual) => sum + cell(actual, row.label), 0)
        expect(row).toMatchObject({ name: CLASSES[row.label], errors, images: errors + cell(row.label, row.label) })
        expect(row.error).toBe(row.images === 0 ? null : errors / row.images)
        expect(row.precision).toBe(taken === 0 ? null : cell(row.label, row.label) / taken)
        expect(row.takenFor?.images ?? 0).toBe(Math.max(...off))
      }
      expect(confusions(predictions).reduce((sum, { images }) => sum + images, 0)).toBe(mistakes(predictions, 'worst').length)
    }))
  })

  it('make a file with the places that the data set knows', () => {
    const predictions = { actual: Uint16Array.of(1, 2), predicted: Uint16Array.of(1, 0), confidence: Float32Array.of(0.9, 0.1), loss: Float32Array.of(0.125, 3) }
    expect(predictionsCsv(predictions, CLASSES, 900)).toBe('image,actual,predicted,right,confidence,loss\r\n900,one,one,true,0.9,0.125\r\n901,two,zero,false,0.1,3\r\n')
  })
})

describe('the place of a split', () => {
  it('of validation is at the end of the training images that are used', () => {
    expect(placeOfSplit('validation', { train: 9000, limitTrain: null, validation: 1000 })).toEqual({ part: 'train', first: 8000 })
    expect(placeOfSplit('validation', { train: 9000, limitTrain: 500, validation: 100 })).toEqual({ part: 'train', first: 400 })
    expect(placeOfSplit('test', { train: 9000, limitTrain: 500, validation: 100 })).toEqual({ part: 'test', first: 0 })
    expect(placeOfSplit('train', { train: 9000, limitTrain: 500, validation: 100 })).toEqual({ part: 'train', first: 0 })
  })
})

describe('two ways of computing', () => {
  it('disagree on the images they take for different classes', () => {
    expect(disagreements({ predicted: Uint16Array.of(0, 1, 2, 3) }, { predicted: Uint16Array.of(0, 2, 2, 1) })).toBe(2)
    fc.assert(fc.property(split, one => {
      expect(disagreements(one, one)).toBe(0)
    }))
  })
})
