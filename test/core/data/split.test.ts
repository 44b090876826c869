import { describe, expect, it } from 'vitest'
import { splitTraining } from '../../../core/data/split.ts'

const dataset = { name: 'ten', count: 10 }

describe('splitTraining', () => {
  it('holds validation images out from the end', () => {
    expect(splitTraining(dataset, { validation: 3, batchSize: 7 })).toEqual({ training: 7, validation: 3 })
  })

  it('holds none out if asked for none', () => {
    expect(splitTraining(dataset, { validation: 0, batchSize: 10 })).toEqual({ training: 10, validation: 0 })
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
