import { describe, expect, test } from 'vitest'
import { bytesText, describeSignal, didYouMean, grouped, nearestName } from '../../../core/architecture/wording.ts'

describe('numbers', () => {
  test('are grouped in threes', () => {
    expect([0, 999, 1000, 36_806_656, -1234567].map(grouped)).toEqual(['0', '999', '1,000', '36,806,656', '-1,234,567'])
  })

  test('bytes have a binary unit', () => {
    expect([0, 1023, 1024, 1_752_752, 2 ** 31, 1023 * 1024].map(bytesText)).toEqual(['0 B', '1023 B', '1.00 KiB', '1.67 MiB', '2.00 GiB', '1023 KiB'])
  })
})

describe('signals', () => {
  test('read as text', () => {
    expect(describeSignal({ shape: [28, 28, 1], flow: 'pixels' })).toBe('a picture of 28 × 28 × 1 8-bit pixels')
    expect(describeSignal({ shape: [4096], flow: 'bits' })).toBe('a vector of 4,096 bits')
  })
})

describe('nearest names', () => {
  const kinds = ['input', 'dense', 'batchNorm', 'sign', 'flatten']

  test.each([['dens', 'dense'], ['Dense', 'dense'], ['batchnorm', 'batchNorm'], ['norm', 'batchNorm'], ['sing', 'sign'], ['flat', 'flatten']])('%s is %s', (name, nearest) => {
    expect(nearestName(name, kinds)).toBe(nearest)
  })

  test.each(['', 'x', 'convolution', '__proto__'])('%s is none', name => {
    expect(nearestName(name, kinds)).toBeUndefined()
  })

  test('are offered first, then the whole list', () => {
    expect(didYouMean('dens', kinds)).toBe('did you mean dense? Otherwise choose one of input, dense, batchNorm, sign, flatten')
    expect(didYouMean('zebra', ['x', 'y'])).toBe('choose one of x, y')
  })
})
