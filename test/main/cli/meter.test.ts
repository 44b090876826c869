import { expect, test } from 'vitest'
import { Meter } from '../../../main/cli/meter.ts'

test('the mean speed of an epoch is its images over its time, however groups swing', () => {
  const meter = new Meter()
  expect(meter.add({ epoch: 1, step: 1, batch: 1, imagesPerSecond: 100 })).toBe(100)
  // 100 images in 1 s, then 1,000 in 1 s, then 10 so fast that it hardly counts.
  meter.add({ epoch: 1, step: 11, batch: 11, imagesPerSecond: 1000 })
  expect(meter.add({ epoch: 1, step: 13, batch: 13, imagesPerSecond: 1e9 })).toBeCloseTo(13 / (1 / 100 + 10 / 1000), 3)
})

test('every epoch is measured for itself', () => {
  const meter = new Meter()
  meter.add({ epoch: 1, step: 10, batch: 10, imagesPerSecond: 100 })
  expect(meter.add({ epoch: 2, step: 15, batch: 5, imagesPerSecond: 700 })).toBeCloseTo(700)
})

test('a speed of nothing leaves what was measured', () => {
  const meter = new Meter()
  meter.add({ epoch: 1, step: 1, batch: 1, imagesPerSecond: 50 })
  expect(meter.add({ epoch: 1, step: 2, batch: 2, imagesPerSecond: 0 })).toBeCloseTo(50)
})
