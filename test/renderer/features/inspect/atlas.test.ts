import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signsOf } from '../../../../core/analysis/signs.ts'
import type { InspectLayer } from '../../../../main/contract/app/inspect.ts'
import { arrange, NOTHING, SPACE, type Order } from '../../../../renderer/features/inspect/atlas/arrange.ts'
import { describePlace, keyOfPattern, patternOfKey } from '../../../../renderer/features/inspect/atlas/describe.ts'
import { gridOf, heightOf, paintTiles, pictureGrid, pixelOf } from '../../../../renderer/features/inspect/atlas/paint.ts'
import { look, turnedBits, type LookedLayer } from '../../../../renderer/features/inspect/atlas/tiles.ts'

const ORDERS: readonly Order[] = ['count', 'key', 'channel', 'cluster']
const palette = { on: 1, off: 2, turnedOn: 3, turnedOff: 4, back: 0, chosen: 5, band: 6 }

function layerOf(kind: 'conv2d' | 'dense', kernel: number, inputs: number, outputs: number, picture: InspectLayer['picture'] = null): InspectLayer {
  return { name: 'x', kind, kernel, inputs, outputs, places: 1, picture, evaluatesReals: false }
}

/** Weights from a few patterns, so that some repeat. */
const convolutions = fc.record({ kernel: fc.constantFrom(1, 2, 3, 5, 7), inputs: fc.integer({ min: 1, max: 5 }), outputs: fc.integer({ min: 1, max: 8 }) }).chain(({ kernel, inputs, outputs }) =>
  fc.array(fc.integer({ min: -1, max: 0 }), { minLength: kernel ** 2 * inputs * outputs, maxLength: kernel ** 2 * inputs * outputs }).map(latent => ({ layer: layerOf('conv2d', kernel, inputs, outputs), latent })))

describe('an arrangement', () => {
  it('holds every filter once, whatever the order; equal ones stand together', () => {
    fc.assert(fc.property(convolutions, fc.constantFrom(...ORDERS), fc.boolean(), ({ layer, latent }, order, paired) => {
      const looked = look(layer, 'epoch-1', signsOf(latent))
      const { of, places } = arrange(looked, { every: true, order, paired })
      expect(of).toBe('items')
      expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length: layer.inputs * layer.outputs }, (_, at) => at))
      if (order === 'channel') expect([...places]).toEqual(Array.from(places, (_, at) => (at % layer.inputs) * layer.outputs + Math.floor(at / layer.inputs)))
      else expect(new Set(runsOf(Array.from(places, item => looked.tiles.ids[item] as number))).size).toBe(looked.bank?.counts.length)
    }))
  })

  it('holds every pattern once; pairs of opposites begin at even places', () => {
    fc.assert(fc.property(convolutions, fc.constantFrom<Order[]>('count', 'key', 'cluster'), fc.boolean(), ({ layer, latent }, order, paired) => {
      const { bank } = look(layer, 'epoch-1', signsOf(latent))
      const { of, places } = arrange(look(layer, 'epoch-1', signsOf(latent)), { every: false, order, paired })
      if (!bank) throw new Error('a convolution has a bank')
      expect(of).toBe('patterns')
      expect([...places].filter(id => id < SPACE).sort((a, b) => a - b)).toEqual(Array.from(bank.counts, (_, id) => id))
      if (paired) {
        for (let at = 0; at < places.length; at += 2) {
          const [first, second] = [places[at] as number, places[at + 1] as number]
          if (first === SPACE) {
            expect(second).toBe(SPACE)
            continue
          }
          expect(second).toBe(bank.inverses[first] === first ? NOTHING : bank.inverses[first])
        }
      } else if (order === 'count') expect(Array.from(places, id => bank.counts[id])).toEqual(Array.from(places, id => bank.counts[id] as number).sort((a, b) => b - a))
      else if (order === 'key') expect(Array.from(places, id => keyOfPattern(bank, id))).toEqual(Array.from(places, id => keyOfPattern(bank, id)).sort())
      for (const id of bank.counts.keys()) expect(patternOfKey(bank, keyOfPattern(bank, id))).toBe(id)
    }))
  })
})

function runsOf(values: readonly number[]): number[] {
  const starts = values.filter((value, at) => value !== values[at - 1])
  expect(new Set(starts).size).toBe(starts.length)
  return starts
}

/** The colour of every bit of an item as it was painted. */
function painted(looked: LookedLayer, item: number, { bit, top, width, height, turned }: { bit: number; top: number; width: number; height: number; turned?: Uint32Array }): (number | undefined)[] {
  const arrangement = arrange(looked, { every: true, order: 'channel', paired: false })
  const grid = gridOf(looked.tiles, bit, width, 0)
  const pixels = new Uint32Array(width * height)
  paintTiles(pixels, width, height, { tiles: looked.tiles, arrangement, grid, palette, top, chosen: [], band: undefined, turned })
  const place = arrangement.places.indexOf(item)
  const [left, above] = [grid.gap + (place % grid.columns) * grid.across, grid.gap + Math.floor(place / grid.columns) * grid.down - top]
  return Array.from({ length: looked.tiles.bits }, (_, t) => {
    const [x, y] = [left + (t % looked.tiles.width) * bit, above + Math.floor(t / looked.tiles.width) * bit]
    return y >= 0 && y < height && x < width ? pixels[y * width + x] : undefined
  })
}

describe('painting', () => {
  it('shows every bit that is in sight as it is, wherever it was scrolled to, and those that turned', () => {
    fc.assert(fc.property(convolutions, fc.integer({ min: 1, max: 4 }), fc.nat(60), fc.boolean(), ({ layer, latent }, bit, top, marks) => {
      const looked = look(layer, 'epoch-2', signsOf(latent))
      const before = latent.map((value, at) => (at % 3 === 0 ? -1 - value : value))
      const turned = marks ? turnedBits(looked, signsOf(before)) : undefined
      const size = { bit, top, width: 90, height: 60, ...(turned && { turned }) }
      for (let item = 0; item < layer.inputs * layer.outputs; item++) {
        const colours = painted(looked, item, size)
        for (const [tap, colour] of colours.entries()) {
          if (colour === undefined) continue
          const at = tap * layer.inputs * layer.outputs + item
          const on = (latent[at] as number) >= 0
          expect(colour).toBe(marks && at % 3 === 0 ? (on ? 3 : 4) : on ? 1 : 2)
        }
      }
    }), { numRuns: 40 })
  })

  it('shows a unit as the picture that it reads, its channels side by side', () => {
    const [height, width, depth] = [2, 3, 2]
    const signs = Array.from({ length: height * width * depth }, (_, input) => (input % 5 < 2 ? 1 : -1))
    const looked = look(layerOf('dense', 1, signs.length, 1, [height, width, depth]), 'weights', signsOf(signs))
    expect([looked.tiles.width, looked.tiles.height]).toEqual([6, 2])
    const colours = painted(looked, 0, { bit: 1, top: 0, width: 20, height: 10 })
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let c = 0; c < depth; c++) expect(colours[y * 6 + c * width + x]).toBe((signs[(y * width + x) * depth + c] as number) > 0 ? 1 : 2)
  })

  it('makes a picture of all of them that is no larger than a file should be', () => {
    const { tiles } = look(layerOf('conv2d', 3, 5, 5), 'x', signsOf(new Float32Array(225)))
    for (const places of [1, 25, 1000, 262_144]) {
      const grid = pictureGrid(tiles, 8, places)
      const [width, height] = [grid.gap + grid.columns * grid.across, heightOf(grid, places)]
      expect(width * height).toBeLessThanOrEqual(2 ** 25)
      expect(Math.ceil(places / grid.columns) * grid.columns).toBeGreaterThanOrEqual(places)
      if (places > 100) expect(Math.abs(Math.log2(width / height))).toBeLessThan(0.2)
    }
    expect(pictureGrid(tiles, 8, 1000).bit).toBe(8)
    expect(pictureGrid(tiles, 8, 262_144).bit).toBe(2)
  })

  it('fits an even number of tiles, and is as long as its rows', () => {
    const { tiles } = look(layerOf('conv2d', 3, 5, 5), 'x', signsOf(new Float32Array(225)))
    const grid = gridOf(tiles, 4, 100, 0)
    expect(grid).toEqual({ bit: 4, gap: 4, across: 16, down: 16, columns: 6 })
    expect(heightOf(grid, 25)).toBe(5 * 16 + 4)
    expect(gridOf(tiles, 4, 5, 0).columns).toBe(1)
    expect(pixelOf('#0a0b0c')).toBe(0xff0c0b0a)
  })
})

it('words tell key, count, opposite and channels', () => {
  const latent = new Float32Array(9 * 2 * 3).fill(-1)
  // Map 0 of channel 2 is all +1: the opposite of the five others.
  for (let tap = 0; tap < 9; tap++) latent[tap * 6 + 2] = 1
  const looked = look(layerOf('conv2d', 3, 2, 3), 'epoch-1', signsOf(latent))
  const distinct = arrange(looked, { every: false, order: 'count', paired: true })
  expect(describePlace(looked, distinct, 0, undefined)).toBe('filter 000 5 times, its opposite 1ff 1 time; channels 0, 1, 2 of 3')
  const every = arrange(looked, { every: true, order: 'channel', paired: true })
  expect(describePlace(looked, every, 4, turnedBits(looked, signsOf(latent.map(value => -value))))).toBe('channel 2, input map 0: filter 1ff 1 time, its opposite 000 5 times; 9 bits turned')
  expect(describePlace(looked, every, 99, undefined)).toBe('')
})
