import { describe, expect, test } from 'vitest'
import { bar, epochLine, epochTitles, progressLine, shareLine, type Progress } from '../../../../main/cli/format/progress.ts'
import { widthOf } from '../../../../main/cli/format/table.ts'

const progress: Progress = {
  run: '20260101-000000-digits-abcd', epoch: 3, epochs: 8, step: 200, batch: 40, batches: 80,
  loss: 0.23141, error: 0.1234, learningRate: 0.01, imagesPerSecond: 12340, secondsLeft: 65, deviceWaitShare: 0,
}

describe('the moving line', () => {
  test('says epoch, share, loss, error, speed and time left', () => {
    expect(progressLine(progress, 120)).toBe(`epoch 3/8  50 % ${'█'.repeat(15)}${'░'.repeat(15)}  loss 0.2314  train error 12.34 %  12,340 images/s  1 min 05 s left`)
  })

  test.each([120, 90, 80, 60, 40, 30, 20, 10, 0])('fits %s columns', columns => {
    expect(widthOf(progressLine(progress, columns))).toBeLessThanOrEqual(columns)
  })

  test('drops what is last first', () => {
    const narrow = progressLine(progress, 60)
    expect(narrow).toContain('loss 0.2314')
    expect(narrow).not.toContain('left')
  })

  test('survives an epoch without batches', () => expect(progressLine({ ...progress, batch: 0, batches: 0 }, 80)).toContain('  0 %'))
})

test('what is not training says what, share and, if there is room, more', () => {
  expect(shareLine('reading a.mat', 0.5, 80, '3 s left')).toBe(`reading a.mat  50 % ${'█'.repeat(15)}${'░'.repeat(15)}  3 s left`)
  expect(shareLine('reading a.mat', 0.5, 32, '3 s left')).toBe(`reading a.mat  50 % ${'█'.repeat(5)}${'░'.repeat(4)}`)
  for (const columns of [0, 5, 20, 30, 40]) expect(widthOf(shareLine('reading a.mat', 1, columns, '3 s left'))).toBeLessThanOrEqual(columns)
})

test('a bar has its width whatever the share', () => {
  for (const done of [-1, 0, 0.3, 1, 7]) expect(widthOf(bar(done, 10))).toBe(10)
  expect(bar(0.3, 10)).toBe('███░░░░░░░')
})

describe('the line of an epoch', () => {
  const record = { epoch: 3, step: 240, learningRate: 0.00562, trainLoss: 0.2314, trainError: 0.1234, validError: 0.069, testLoss: 0.2, testError: 0.072, testTop5Error: 0.001 }

  test('stands under its titles', () => {
    const title = epochTitles(8)
    const line = epochLine({ record, best: false }, 8, 12340)
    expect(line).toBe('  3/8      0.2314      12.34 %       6.90 %      7.20 %   5.62e-3     12,340')
    expect(widthOf(line)).toBe(widthOf(title))
  })

  test('marks the best, and has a dash where nothing is known', () => {
    const { validError, ...rest } = record
    expect(validError).toBeDefined()
    expect(epochLine({ record: rest, best: true }, 8)).toBe('  3/8      0.2314      12.34 %            -      7.20 %   5.62e-3          -  best')
  })

  test('stays in line for a thousand epochs', () => {
    expect(widthOf(epochLine({ record, best: false }, 1000, 5))).toBe(widthOf(epochTitles(1000)))
  })
})
