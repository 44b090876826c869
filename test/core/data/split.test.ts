import { describe, expect, it } from 'vitest'
import type { Split } from '../../../core/data/dataset.ts'
import { splitTraining } from '../../../core/data/split.ts'

const train: Split = { count: 10, images: Uint8Array.from({ length: 20 }, (_, i) => i), labels: Uint16Array.from({ length: 10 }, (_, i) => i) }
const dataset = { name: 'ten', train }

describe('splitTraining', () => {
  it('holds validation images out from the end', () => {
    const { training, validation } = splitTraining(dataset, { validation: 3, batchSize: 7 })
    expect([...training.labels]).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect([...validation.labels]).toEqual([7, 8, 9])
    expect([...validation.images]).toEqual([14, 15, 16, 17, 18, 19])
    expect(training).toMatchObject({ count: 7 })
  })

  it('holds none out if asked for none', () => {
    const { training, validation } = splitTraining(dataset, { validation: 0, batchSize: 10 })
    expect([training.count, validation.count, validation.images.length]).toEqual([10, 0, 0])
  })

  it.each([10, 11])('refuses %d validation images of 10', validation => {
    expect(() => splitTraining(dataset, { validation, batchSize: 1 })).toThrow(`expected fewer validation images than the 10 training images, found validation ${validation}; at data set ten; set validation to 9 or less`)
  })

  it('refuses a batch larger than the images that remain, with the numbers and the ways out', () => {
    expect(() => splitTraining(dataset, { validation: 3, batchSize: 8 })).toThrow(
      'expected a batch of at most the 7 training images that remain of 10 after 3 for validation, found batchSize 8; at data set ten; set batchSize to 7 or less, or validation to 2 or less',
    )
    expect(() => splitTraining(dataset, { validation: 3, batchSize: 11 })).toThrow(/found batchSize 11; at data set ten; set batchSize to 7 or less$/)
    expect(() => splitTraining(dataset, { validation: 0, batchSize: 11 })).toThrow('expected a batch of at most the 10 training images, found batchSize 11; at data set ten; set batchSize to 10 or less')
  })
})
