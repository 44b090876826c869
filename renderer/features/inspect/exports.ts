import { filterTable } from '../../../core/analysis/filterTable.ts'
import { channelBalance, channelBits } from '../../../core/analysis/channelBits.ts'
import { SPACE, type Arrangement } from './atlas/arrange.ts'
import type { LookedLayer } from './atlas/tiles.ts'

/** Tiles of a vector picture; more would be a file that nothing opens. */
const MOST_TILES = 20_000

/** The filters of a layer as CSV, in the columns of `bitwright inspect --csv`; of a dense layer its units. */
export function layerCsv({ layer, signs, bank }: LookedLayer): string {
  if (bank) return filterTable([{ layer: layer.name, bank }])
  const bits = channelBits(signs, layer.inputs, layer.outputs)
  return ['layer,unit,inputs,positive', ...Array.from({ length: layer.outputs }, (_, unit) => [layer.name, unit, layer.inputs, Math.round(channelBalance(bits, unit) * layer.inputs)].join()), ''].join('\n')
}

/** The atlas as an SVG document: of each tile a ground and one path of its lit bits. Rows of `columns`; as many tiles as are written. */
export function atlasSvg({ tiles, layer, moment }: LookedLayer, { of, places }: Arrangement, columns: number, colour: (token: string) => string): string {
  const shown = Math.min(places.length, MOST_TILES)
  const [across, down] = [tiles.width + 1, tiles.height + 1]
  const [width, height] = [columns * across + 1, Math.ceil(shown / columns) * down + 1]
  let [ground, lit] = ['', '']
  for (let place = 0; place < shown; place++) {
    const held = places[place] as number
    if (held >= SPACE) continue
    const [left, top] = [1 + (place % columns) * across, 1 + Math.floor(place / columns) * down]
    ground += `M${left} ${top}h${tiles.width}v${tiles.height}h-${tiles.width}z`
    const base = (of === 'patterns' ? held : (tiles.ids[held] as number)) * tiles.words
    for (let t = 0; t < tiles.bits; t++) if ((((tiles.patterns[base + (t >> 5)] as number) >>> (t & 31)) & 1) === 1) lit += `M${left + (t % tiles.width)} ${top + Math.floor(t / tiles.width)}h1v1h-1z`
  }
  const scale = Math.max(1, Math.min(8, Math.floor(4096 / Math.max(width, height))))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width * scale}" height="${height * scale}" shape-rendering="crispEdges">`,
    `<title>Filters of ${layer.name}, ${moment}${shown < places.length ? `: the first ${shown} of ${places.length}` : ''}</title>`,
    `<rect width="${width}" height="${height}" fill="${colour('--canvas')}"/>`,
    `<path d="${ground}" fill="${colour('--bit-off')}"/>`,
    `<path d="${lit}" fill="${colour('--bit-on')}"/>`,
    '</svg>',
  ].join('\n')
}
