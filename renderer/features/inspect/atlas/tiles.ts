import { bankOfSigns, slicesOf, type BankSize, type FilterBank } from '../../../../core/analysis/filterBank.ts'
import { channelBits } from '../../../../core/analysis/channelBits.ts'
import { flips, type Signs } from '../../../../core/analysis/signs.ts'
import type { InspectLayer } from '../../../../main/contract/app/inspect.ts'

/** What an atlas draws: patterns of bits, each a tile, and the items that have them. */
export interface Tiles {
  /** Of a tile, in bits; bit t of a pattern is at column t % width, row t / width. */
  readonly width: number
  readonly height: number
  /** Bits of a pattern. */
  readonly bits: number
  readonly words: number
  readonly patterns: Uint32Array
  /** Pattern of every item: a 2D filter of a convolution (input * outputs + output), a unit of a dense layer. */
  readonly ids: Uint32Array
}

/** A layer's weights at one moment, ready to be looked at. */
export interface LookedLayer {
  readonly layer: InspectLayer
  readonly moment: string
  readonly signs: Signs
  readonly tiles: Tiles
  /** Of a convolution. */
  readonly bank: FilterBank | undefined
}

export function look(layer: InspectLayer, moment: string, signs: Signs): LookedLayer {
  if (layer.kind === 'conv2d') {
    const bank = bankOfSigns(signs, layer)
    const { kernel, words, patterns, ids } = bank
    return { layer, moment, signs, bank, tiles: { width: kernel, height: kernel, bits: kernel * kernel, words, patterns, ids } }
  }
  return { layer, moment, signs, bank: undefined, tiles: unitTiles(layer, signs) }
}

/** A tile for every unit: as the picture it reads, its channels side by side; else its inputs in rows, folded to about a square. */
function unitTiles(layer: InspectLayer, signs: Signs): Tiles {
  const { words, channels } = channelBits(signs, layer.inputs, layer.outputs)
  const ids = Uint32Array.from({ length: layer.outputs }, (_, unit) => unit)
  const [height, width, depth] = pictureOf(layer)
  if (depth === 1) return { width, height, bits: layer.inputs, words, patterns: channels, ids }
  return { width: width * depth, height, bits: layer.inputs, words, patterns: sideBySide(channels, words, [height, width, depth]), ids }
}

function pictureOf({ picture, inputs }: InspectLayer): readonly [number, number, number] {
  if (picture && picture[0] * picture[1] * picture[2] === inputs) return picture
  const side = Math.ceil(Math.sqrt(inputs))
  return [Math.ceil(inputs / side), side, 1]
}

/** Bit (y, x, channel) goes to (y, channel, x). */
function sideBySide(rows: Uint32Array, words: number, [height, width, depth]: readonly [number, number, number]): Uint32Array {
  const moved = new Uint32Array(rows.length)
  for (let base = 0; base < rows.length; base += words) {
    for (let place = 0, from = 0; place < height * width; place++) {
      for (let channel = 0; channel < depth; channel++, from++) {
        if ((((rows[base + (from >> 5)] as number) >>> (from & 31)) & 1) === 0) continue
        const to = (Math.floor(place / width) * depth + channel) * width + (place % width)
        moved[base + (to >> 5)] = (moved[base + (to >> 5)] as number) | (1 << (to & 31))
      }
    }
  }
  return moved
}

/** For every item the bits whose sign differs between two moments of one layer, in the order of its tile. */
export function turnedBits({ layer, signs }: LookedLayer, before: Signs): Uint32Array {
  const turned = flips(before, signs)
  return layer.kind === 'conv2d' ? slicesOf(turned, layer satisfies BankSize) : unitTiles(layer, turned).patterns
}
