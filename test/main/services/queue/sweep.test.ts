import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SweepSchema } from '../../../../main/contract/app/queue.ts'
import { combinationsOf } from '../../../../main/services/queue/sweep.ts'

test('a grid has every combination once, the last axis fastest', () => {
  const sweep = SweepSchema.parse({ kind: 'grid', axes: [{ path: 'recipe.batchSize', values: [10, 20] }, { path: 'recipe.optimizer.kind', values: ['adam', 'sgd', 'bop'] }] })
  expect(combinationsOf(sweep).map(set => set.join(' '))).toEqual([
    'recipe.batchSize=10 recipe.optimizer.kind=adam', 'recipe.batchSize=10 recipe.optimizer.kind=sgd', 'recipe.batchSize=10 recipe.optimizer.kind=bop',
    'recipe.batchSize=20 recipe.optimizer.kind=adam', 'recipe.batchSize=20 recipe.optimizer.kind=sgd', 'recipe.batchSize=20 recipe.optimizer.kind=bop',
  ])
  expect(combinationsOf(undefined)).toEqual([[]])
})

test('a grid of more combinations than the queue takes is refused before it is made', () => {
  const values = Array.from({ length: 1000 }, (_, k) => k)
  const axes = ['a', 'b', 'c', 'd', 'e'].map(name => ({ path: `recipe.${name}`, values }))
  expect(() => combinationsOf(SweepSchema.parse({ kind: 'grid', axes }))).toThrow('at most 1000 combinations, found 1000000000000000')
})

test('what is drawn lies between the ends, is whole where it should be, and is the same for the same seed', () => {
  const range = fc.tuple(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), fc.double({ min: 0, max: 1e3, noNaN: true })).map(([min, more]) => ({ min, max: min + more }))
  fc.assert(fc.property(range, fc.constantFrom('linear', 'log'), fc.boolean(), fc.nat(), ({ min, max }, scale, integer, seed) => {
    const ends = integer ? { min: Math.ceil(min), max: Math.ceil(max) } : { min, max }
    const make = (): number[] => combinationsOf(SweepSchema.parse({ kind: 'random', count: 20, seed, axes: [{ path: 'recipe.x', scale, integer, ...ends }] })).map(([set = '']) => Number(set.slice('recipe.x='.length)))
    const drawn = make()
    expect(make()).toEqual(drawn)
    for (const value of drawn) {
      expect(value).toBeGreaterThanOrEqual(ends.min)
      expect(value).toBeLessThanOrEqual(ends.max)
      if (integer) expect(Number.isInteger(value)).toBe(true)
    }
  }))
})

test('whole numbers and listed values all come, a logarithmic scale gives every decade its share, and axes are independent', () => {
  const sweep = SweepSchema.parse({
    kind: 'random', count: 900, seed: 4,
    axes: [{ path: 'n', min: 1, max: 3, scale: 'linear', integer: true }, { path: 'k', values: ['a', 'b', 'c'] }, { path: 'r', min: 1e-4, max: 1e-1, scale: 'log' }],
  })
  const rows = combinationsOf(sweep).map(set => set.map(assignment => assignment.slice(2)))
  const share = (wanted: (row: string[]) => boolean): number => rows.filter(wanted).length / rows.length
  // Each of nine pairs and each of three decades: the deviation of a share of 1/9 of 900 draws is 0.0105, of 1/3 0.0157.
  for (const n of ['1', '2', '3']) for (const k of ['a', 'b', 'c']) expect(Math.abs(share(row => row[0] === n && row[1] === k) - 1 / 9)).toBeLessThan(0.045)
  for (const decade of [1e-4, 1e-3, 1e-2]) expect(Math.abs(share(row => Number(row[2]) >= decade && Number(row[2]) < 10 * decade) - 1 / 3)).toBeLessThan(0.07)
})

test('sweeps that make no sense are refused', () => {
  const random = (axis: object): boolean => SweepSchema.safeParse({ kind: 'random', count: 1, seed: 0, axes: [axis] }).success
  expect(random({ path: 'x', min: 2, max: 1, scale: 'linear' })).toBe(false)
  expect(random({ path: 'x', min: 0, max: 1, scale: 'log' })).toBe(false)
  expect(random({ path: 'x', min: 0, max: 1, scale: 'linear' })).toBe(true)
  expect(SweepSchema.safeParse({ kind: 'grid', axes: [{ path: 'x', values: [1] }, { path: 'x', values: [2] }] }).success).toBe(false)
  expect(SweepSchema.safeParse({ kind: 'grid', axes: [] }).success).toBe(false)
})
