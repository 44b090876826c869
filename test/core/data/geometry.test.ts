import { describe, expect, it } from 'vitest'
import { moved } from '../../../core/data/geometry.ts'
import type { Pixels } from '../../../core/data/resample.ts'

const picture: Pixels = { height: 3, width: 4, channels: 2, pixels: Uint8Array.from({ length: 24 }, (_, at) => at + 1) }
const flip = { kind: 'randomFlip' } as const
const crop = { kind: 'randomCrop', padding: 1, fill: 99 } as const
const drawn = (image: number, epoch = 0, seed = 1): Pixels => moved([crop, flip], picture, image, { seed, epoch })

describe('steps that move pixels', () => {
  it('take the middle and flip nothing without chance', () => {
    expect(moved([crop, flip], picture, 0, undefined)).toEqual(picture)
    expect([...moved([{ ...crop, padding: 0, height: 1, width: 2 }], picture, 0, undefined).pixels]).toEqual([11, 12, 13, 14])
  })

  it('depend on seed, epoch and image alone', () => {
    const all = Array.from({ length: 30 }, (_, image) => drawn(image))
    expect(Array.from({ length: 30 }, (_, k) => drawn(29 - k)).toReversed()).toEqual(all)
    for (const other of [drawn(0, 1), drawn(1), drawn(0, 0, 2)]) expect(other.height * other.width * other.channels).toBe(24)
    const differ = (epoch: number, seed: number): number => all.filter(({ pixels }, image) => Buffer.compare(pixels, drawn(image, epoch, seed).pixels) !== 0).length
    expect(differ(1, 1)).toBeGreaterThan(20)
    expect(differ(0, 2)).toBeGreaterThan(20)
  })

  it('reach every place and either side about equally often', () => {
    const counts = new Map<string, number>()
    for (let image = 0; image < 4000; image++) {
      const key = [...drawn(image).pixels].join(' ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    // Three by three places, each as it is or as in a mirror.
    expect(counts.size).toBe(18)
    for (const count of counts.values()) expect(Math.abs(count - 4000 / 18)).toBeLessThan(75)
  })

  it('keep channels together in a mirror, and fill what lies outside', () => {
    const two = Array.from({ length: 40 }, (_, image) => moved([flip], { height: 1, width: 2, channels: 3, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) }, image, { seed: 1, epoch: 0 }).pixels.join())
    expect(new Set(two)).toEqual(new Set(['1,2,3,4,5,6', '4,5,6,1,2,3']))
    expect(Array.from({ length: 40 }, (_, image) => drawn(image)).some(({ pixels }) => pixels.subarray(0, 8).every(byte => byte === 99))).toBe(true)
  })

  it('resize by covering', () => {
    expect(moved([{ kind: 'resize', height: 2, width: 2 }], picture, 0, undefined)).toMatchObject({ height: 2, width: 2, channels: 2 })
  })
})
