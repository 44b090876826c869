import { describe, expect, it } from 'vitest'
import { fillUniform, permutation, Stream, streamKey, threefry2x32, unitFloat, type Pair } from '../../core/random.ts'

const ONES = 0xffffffff

describe('threefry2x32', () => {
  // Random123 1.09, tests/kat_vectors, threefry2x32 with 20 rounds.
  const vectors: [counter: Pair, key: Pair, block: Pair][] = [
    [[0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
    [[ONES, ONES], [ONES, ONES], [0x1cb996fc, 0xbb002be7]],
    [[0x243f6a88, 0x85a308d3], [0x13198a2e, 0x03707344], [0xc4923a9c, 0x483df7a0]],
  ]

  it.each(vectors)('counter %j, key %j gives %j', (counter, key, block) => {
    expect(threefry2x32(key, counter)).toEqual(block)
  })

  it('takes counters modulo 2^32', () => {
    expect(threefry2x32([1, 2], [2 ** 32 + 5, 7])).toEqual(threefry2x32([1, 2], [5, 7]))
  })
})

describe('streamKey', () => {
  it('differs by seed (both halves), stream and consumer', () => {
    const keys = [streamKey(1, 2, 3), streamKey(2, 2, 3), streamKey(1 + 2 ** 32, 2, 3), streamKey(1, 3, 3), streamKey(1, 2, 4)]
    expect(new Set(keys.map(String)).size).toBe(keys.length)
  })

  it('streams have different numbers', () => {
    expect(new Set(Object.values(Stream)).size).toBe(Object.keys(Stream).length)
  })
})

describe('unitFloat', () => {
  it('is in [0, 1) and exact in float32', () => {
    expect(unitFloat(0)).toBe(0)
    expect(unitFloat(ONES)).toBe(1 - 2 ** -24)
    for (const word of [1, 255, 256, 0x80000000, 0xdeadbeef]) expect(unitFloat(word)).toBe(Math.fround(unitFloat(word)))
  })
})

describe('fillUniform', () => {
  it('has the mean and the variance of the uniform distribution', () => {
    const values = fillUniform(new Float32Array(100_000), streamKey(1234, Stream.initialWeights, 1), -1, 1)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const square = values.reduce((sum, value) => sum + value * value, 0) / values.length
    expect(Math.abs(mean)).toBeLessThan(0.008)
    expect(Math.abs(square - 1 / 3)).toBeLessThan(0.004)
    expect(values.every(value => value >= -1 && value < 1)).toBe(true)
  })

  it('does not depend on how much is filled, odd lengths included', () => {
    const [short, long] = [3, 8].map(length => fillUniform(new Float32Array(length), [5, 6], 0, 1))
    expect(long?.slice(0, 3)).toEqual(short)
    expect(short?.[0]).toBe(unitFloat(threefry2x32([5, 6], [0, 0])[0]))
    expect(short?.[2]).toBe(unitFloat(threefry2x32([5, 6], [1, 0])[0]))
  })
})

describe('permutation', () => {
  it.each([0, 1, 2, 31, 1000])('of %i holds every number once', count => {
    expect([...permutation(count, [1, 2], 0)].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
  })

  it('differs by epoch and comes back for the same one', () => {
    expect(permutation(100, [1, 2], 4)).toEqual(permutation(100, [1, 2], 4))
    expect(permutation(100, [1, 2], 4)).not.toEqual(permutation(100, [1, 2], 5))
  })

  it('puts each number at each place about equally often', () => {
    const count = 6
    const seen = new Float64Array(count * count)
    for (let epoch = 0; epoch < 6000; epoch++) {
      permutation(count, [9, 9], epoch).forEach((value, place) => { seen[place * count + value] = (seen[place * count + value] ?? 0) + 1 })
    }
    // 1000 expected each, standard deviation 29.
    for (const times of seen) expect(Math.abs(times - 1000)).toBeLessThan(145)
  })
})
