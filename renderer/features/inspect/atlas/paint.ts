import { SPACE, type Arrangement } from './arrange.ts'
import type { Tiles } from './tiles.ts'

/** Sizes in pixels of the canvas. */
export interface Grid {
  readonly columns: number
  /** Side of a bit. */
  readonly bit: number
  /** Between tiles. */
  readonly gap: number
  /** From one tile to the next. */
  readonly across: number
  readonly down: number
}

/** 0xAABBGGRR, as little-endian canvases hold pixels. */
export interface Palette {
  readonly on: number
  readonly off: number
  /** Of a bit that turned to this since the other mark. */
  readonly turnedOn: number
  readonly turnedOff: number
  readonly back: number
  /** Behind the tiles of the pattern that is chosen, and of the channel. */
  readonly chosen: number
  readonly band: number
}

/** The grid of a width: as many tiles as fit; an even number, so that pairs stay together, where there is room for two. */
export function gridOf({ width, height }: Tiles, bit: number, room: number, label: number): Grid {
  const gap = Math.max(1, Math.min(8, bit))
  const across = width * bit + gap
  const fit = Math.max(1, Math.floor((room - gap) / across))
  return { bit, gap, across, down: height * bit + gap + label, columns: fit > 1 ? fit - (fit % 2) : fit }
}

/** Pixels of ground that are seen around a tile that is marked, at most: figures stand close below. */
const MARK = 4

/** Pixels of a picture for a file: what browsers paint and people open. */
const PICTURE_PIXELS = 2 ** 25
const PICTURE_SIDE = 2 ** 14

/** The grid of a picture of all places, about as wide as high; bits are as large as wished where that is no larger than a file should be. */
export function pictureGrid(tiles: Tiles, bit: number, places: number): Grid {
  for (let side = bit; ; side--) {
    const { across, down } = gridOf(tiles, side, 1, 0)
    const wished = Math.ceil(Math.sqrt((places * down) / across))
    const grid = gridOf(tiles, side, (wished + 2) * across, 0)
    const [width, height] = [grid.gap + grid.columns * across, heightOf(grid, places)]
    if (side <= 1 || (width * height <= PICTURE_PIXELS && Math.max(width, height) <= PICTURE_SIDE)) return grid
  }
}

/** Pixels that all places take, from top to bottom. */
export function heightOf({ columns, down, gap }: Grid, places: number): number {
  return Math.ceil(places / columns) * down + gap
}

export interface Painting {
  readonly tiles: Tiles
  readonly arrangement: Arrangement
  readonly grid: Grid
  readonly palette: Palette
  /** Pixels that are scrolled away above. */
  readonly top: number
  /** Patterns that are marked: the chosen one and its opposite. */
  readonly chosen: readonly number[]
  /** The first and the last place of the channel that was asked for. */
  readonly band: { readonly first: number; readonly last: number } | undefined
  /** By item: bits that turned. */
  readonly turned: Uint32Array | undefined
}

/** Paints what is in sight, each bit a square of its own, never interpolated: lit is +1, dark is -1. Returns the first and the last place in sight. */
export function paintTiles(pixels: Uint32Array, width: number, height: number, { tiles, arrangement: { of, places }, grid, palette, top, chosen, band, turned }: Painting): { readonly first: number; readonly last: number } {
  const { columns, bit, gap, across, down } = grid
  const edge = Math.min(gap, MARK)
  pixels.fill(palette.back)
  const firstRow = Math.max(0, Math.floor((top - gap) / down))
  const lastRow = Math.min(Math.ceil(places.length / columns) - 1, Math.floor((top + height) / down))
  const first = firstRow * columns
  const last = Math.min(places.length, (lastRow + 1) * columns) - 1
  for (let place = first; place <= last; place++) {
    const held = places[place] as number
    if (held >= SPACE) continue
    const id = of === 'patterns' ? held : (tiles.ids[held] as number)
    const left = gap + (place % columns) * across
    const above = gap + Math.floor(place / columns) * down - top
    const ground = chosen.includes(id) ? palette.chosen : band && place >= band.first && place <= band.last ? palette.band : undefined
    if (ground !== undefined) fillBox(pixels, width, height, left - edge, above - edge, tiles.width * bit + 2 * edge, tiles.height * bit + 2 * edge, ground)
    const base = id * tiles.words
    const turnedBase = turned && of === 'items' ? held * tiles.words : -1
    for (let t = 0, x = 0, y = 0; t < tiles.bits; t++) {
      const on = (((tiles.patterns[base + (t >> 5)] as number) >>> (t & 31)) & 1) === 1
      const turn = turned !== undefined && turnedBase >= 0 && (((turned[turnedBase + (t >> 5)] as number) >>> (t & 31)) & 1) === 1
      const colour = turn ? (on ? palette.turnedOn : palette.turnedOff) : on ? palette.on : palette.off
      fillBox(pixels, width, height, left + x * bit, above + y * bit, bit, bit, colour)
      if (++x === tiles.width) {
        x = 0
        y++
      }
    }
  }
  return { first, last }
}

/** A box, as far as it lies within the picture. */
function fillBox(pixels: Uint32Array, width: number, height: number, left: number, top: number, across: number, down: number, colour: number): void {
  const [x0, x1, y0, y1] = [Math.max(0, left), Math.min(width, left + across), Math.max(0, top), Math.min(height, top + down)]
  for (let y = y0; y < y1; y++) for (let at = y * width + x0, end = y * width + x1; at < end; at++) pixels[at] = colour
}

/** "#rrggbb" as a pixel of a little-endian canvas. */
export function pixelOf(colour: string): number {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16)) as [number, number, number]
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0
}
