import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeLabels, titleLines } from '../../../../../renderer/features/runs/compare/labels.ts'

const size = { width: 500, height: 300 }

it('puts a label to the right of its point, to the left where there is no room', () => {
  expect(placeLabels([{ x: 100, y: 100, text: 'one' }, { x: 490, y: 200, text: 'another' }], size)).toEqual([{ x: 110, y: 95, anchor: 'start' }, { x: 480, y: 195, anchor: 'end' }])
})

it('leaves out what finds no room', () => {
  const same = Array.from({ length: 12 }, (_, at) => ({ x: 250, y: 150, text: `run ${at}` }))
  const placed = placeLabels(same, size)
  expect(placed.filter(place => place !== undefined)).toHaveLength(8)
  expect(placed[0]).toBeDefined()
})

it('never lets labels cover each other, or leave the picture', () => {
  const points = fc.array(fc.record({ x: fc.integer({ min: 0, max: 500 }), y: fc.integer({ min: 0, max: 300 }), text: fc.string({ minLength: 1, maxLength: 20 }) }), { maxLength: 14 })
  fc.assert(fc.property(points, all => {
    const boxes = placeLabels(all, size).flatMap((place, at) => {
      const letters = 6 * (all[at]?.text.length ?? 0)
      return place ? [{ left: place.anchor === 'start' ? place.x : place.x - letters, right: place.anchor === 'start' ? place.x + letters : place.x, base: place.y }] : []
    })
    for (const [at, box] of boxes.entries()) {
      expect(box.left >= 0 && box.right <= 500 && box.base >= 10 && box.base <= 300).toBe(true)
      for (const other of boxes.slice(at + 1)) expect(box.left < other.right && other.left < box.right && Math.abs(box.base - other.base) < 11).toBe(false)
    }
  }))
})

it('breaks a title at a space, and cuts what two lines cannot hold', () => {
  expect(titleLines('Seed', 8)).toEqual(['Seed'])
  expect(titleLines('Learning rate: Start', 15)).toEqual(['Learning rate:', 'Start'])
  expect(titleLines('nodes.dense1.units', 12)).toEqual(['nodes.dense…'])
  expect(titleLines('Best validation top-5 error', 12)).toEqual(['Best', 'validation …'])
})
