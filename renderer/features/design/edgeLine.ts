import type { DrawnEdge, DrawnLayer } from './drawing.ts'

interface EdgeLine {
  /** As SVG writes it. */
  readonly path: string
  readonly dashes: string
  /** Its dashes have round ends. */
  readonly round: boolean
  /** Where it leaves, and where the note on it stands. */
  readonly note: readonly [x: number, y: number]
}

const DASHES: Readonly<Record<DrawnEdge['flow'], string>> = { bits: '0.1 4.6', ternary: '5 4 0.1 4', integers: 'none', reals: '9 2.5', pixels: '4 2', unknown: '2 4' }

/** An edge on a picture of the drawing: a curve from layer to layer, dashed by what flows. */
export function edgeLine(edge: DrawnEdge, from: DrawnLayer, to: DrawnLayer): EdgeLine {
  const share = (to.ports.indexOf(edge.port) + 1) / (to.ports.length + 1)
  const [x1, y1] = edge.sideways ? [from.x + from.width, from.y + from.height / 2] : [from.x + from.width / 2, from.y + from.height]
  const [x2, y2] = edge.sideways ? [to.x, to.y + to.height * share] : [to.x + to.width * share, to.y]
  const reach = edge.sideways ? Math.max(40, Math.abs(x2 - x1) / 2) : Math.abs(y2 - y1) / 2
  return {
    path: edge.sideways ? `M${x1} ${y1}C${x1 + reach} ${y1} ${x2 - reach} ${y2} ${x2} ${y2}` : `M${x1} ${y1}C${x1} ${y1 + reach} ${x2} ${y2 - reach} ${x2} ${y2}`,
    dashes: DASHES[edge.flow],
    round: edge.flow === 'bits' || edge.flow === 'ternary',
    note: edge.sideways ? [x1 + 7, y1 + (y2 < y1 ? 14 : -6)] : [x1 + 8, y1 + 17],
  }
}
