import { describe, expect, test } from 'vitest'
import { duration, percent, rate, significant, times } from '../../../core/architecture/figures.ts'
import { counted } from '../../../core/architecture/wording.ts'

describe('numbers as people read them', () => {
  test.each([
    [0, '0.00 %'], [0.0096, '0.96 %'], [1, '100.00 %'], [null, '-'], [undefined, '-'],
  ])('percent of %s is %s', (fraction, text) => expect(percent(fraction)).toBe(text))

  test.each([
    [0, '0.0 s'], [8.44, '8.4 s'], [9.97, '10 s'], [59.4, '59 s'], [59.96, '1 min 00 s'], [119.7, '2 min 00 s'], [125, '2 min 05 s'],
    [3599.7, '1 h 00 min'], [3 * 3600 + 7 * 60 + 20, '3 h 07 min'], [86399, '1 d 00 h'], [2 * 86400 + 4 * 3600, '2 d 04 h'], [Infinity, '-'],
  ])('%s seconds are %s', (seconds, text) => expect(duration(seconds)).toBe(text))

  test.each([
    [0, '0.0 images/s'], [1.44, '1.4 images/s'], [9.96, '10 images/s'], [12340.4, '12,340 images/s'],
  ])('a rate of %s is %s', (value, text) => expect(rate(value)).toBe(text))

  test.each([
    [0.23141, '0.2314'], [12.3456, '12.35'], [0, '0.000'], [0.00012345, '1.234e-4'], [-0.5, '-0.5000'], [12345678, '1.235e+7'], [Number.NaN, 'NaN'],
  ])('%s to four digits is %s', (value, text) => expect(significant(value)).toBe(text))

  test('counts agree with their noun', () => {
    expect([counted(1, 'image'), counted(2000, 'image'), counted(10, 'class', 'classes')]).toEqual(['1 image', '2,000 images', '10 classes'])
  })

  test.each([[1, '1.00 ×'], [3.14159, '3.14 ×'], [99.6, '100 ×'], [1234.5, '1,235 ×']])('%s times is %s', (ratio, text) => expect(times(ratio)).toBe(text))
})
