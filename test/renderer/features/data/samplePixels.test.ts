import { describe, expect, it } from 'vitest'
import { sheetOf, tileSide } from '../../../../renderer/features/data/samplePixels.ts'

describe('a sheet of images', () => {
  it('lays images out in rows with gaps, grey as grey', () => {
    const sheet = sheetOf({ shape: [1, 2, 1], labels: [0, 1, 2], pixels: Uint8Array.of(10, 20, 30, 40, 50, 60) }, 2, 1)
    expect([sheet.width, sheet.height]).toEqual([5, 3])
    const at = (x: number, y: number): number[] => [...sheet.rgba.subarray((y * 5 + x) * 4, (y * 5 + x) * 4 + 4)]
    expect(at(0, 0)).toEqual([10, 10, 10, 255])
    expect(at(1, 0)).toEqual([20, 20, 20, 255])
    expect(at(2, 0)).toEqual([0, 0, 0, 0])
    expect(at(4, 0)).toEqual([40, 40, 40, 255])
    expect(at(1, 2)).toEqual([60, 60, 60, 255])
  })

  it('keeps the colours of three channels', () => {
    const { rgba } = sheetOf({ shape: [1, 1, 3], labels: [0], pixels: Uint8Array.of(1, 2, 3) }, 1, 0)
    expect([...rgba]).toEqual([1, 2, 3, 255])
  })
})

describe('the side of a tile', () => {
  it.each([[28, 56, 56], [32, 56, 32], [64, 56, 56], [8, 56, 56], [224, 56, 56]])('of %i pixels, %i wished, is %i', (side, wished, shown) => {
    expect(tileSide(side, wished)).toBe(shown)
  })
})
