import { useProject } from '../../stores/project.ts'
import { useNotices } from '../../stores/notices.ts'
import { pngOfSvg } from '../../ui/exports.ts'
import { download } from '../projects/transfer.ts'
import { useCanvas } from './canvasStore.ts'
import type { DrawnLayer, Drawing } from './drawing.ts'
import { edgeLine } from './edgeLine.ts'

const MARGIN = 32

/** Colours of a theme by the names of tokens.css. */
type Tokens = (name: string) => string

/** The drawing as an SVG document that stands alone: text stays text, colours are those of the theme. */
export function svgOf({ layers, edges }: Drawing, token: Tokens, title: string): { readonly text: string; readonly width: number; readonly height: number } {
  const left = Math.min(0, ...layers.map(layer => layer.x)) - MARGIN
  const top = Math.min(0, ...layers.map(layer => layer.y)) - MARGIN
  const width = Math.max(1, ...layers.map(layer => layer.x + layer.width)) + MARGIN - left
  const height = Math.max(1, ...layers.map(layer => layer.y + layer.height)) + MARGIN - top
  const places = new Map(layers.map(layer => [layer.id, layer]))
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}" font-family="Inter, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${token('--canvas')}"/>`,
    ...layers.filter(layer => layer.type === 'frame').map(layer => `<g><rect x="${layer.x}" y="${layer.y}" width="${layer.width}" height="${layer.height}" rx="12" fill="none" stroke="${token('--line-strong')}" stroke-dasharray="4 3"/><text x="${layer.x + 14}" y="${layer.y + 20}" font-size="11" font-weight="600" fill="${token('--text-soft')}">${escaped(layer.title)}</text></g>`),
    ...edges.map(edge => edgeSvg(edge, places, token)),
    ...layers.filter(layer => layer.type !== 'frame').map(layer => layerSvg(layer, token)),
    '</svg>',
  ]
  return { text: parts.join('\n'), width, height }
}

function edgeSvg(edge: Drawing['edges'][number], places: ReadonlyMap<string, DrawnLayer>, token: Tokens): string {
  const from = places.get(edge.source)
  const to = places.get(edge.target)
  if (!from || !to) return ''
  const { path, dashes, round, note: [x, y] } = edgeLine(edge, from, to)
  const colour = edge.flow === 'unknown' ? token('--line-strong') : token(`--flow-${edge.flow}`)
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${edge.flow === 'bits' ? 2.4 : 1.5}" stroke-dasharray="${dashes}" stroke-linecap="${round ? 'round' : 'butt'}"/><text x="${x}" y="${y}" font-size="10" font-family="JetBrains Mono, monospace" fill="${token('--text-faint')}">${escaped(edge.shape)}</text>`
}

function layerSvg(layer: DrawnLayer, token: Tokens): string {
  const { x, y, width, height } = layer
  const family = layer.family === 'group' ? token('--line-strong') : token(`--family-${layer.family}`)
  const border = layer.severity === 'error' ? token('--error') : layer.severity === 'warning' ? token('--warning') : token('--line')
  return `<g><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="9" fill="${token('--card')}" stroke="${border}"/><rect x="${x + 11}" y="${y + 13}" width="8" height="8" rx="2" fill="${family}"/>`
    + `<text x="${x + 26}" y="${y + 21}" font-size="12.5" font-weight="600" fill="${token('--text')}">${escaped(layer.title)}</text>`
    + `<text x="${x + 11}" y="${y + 42}" font-size="11" font-family="JetBrains Mono, monospace" fill="${token('--text-faint')}">${escaped(layer.shape)}</text>`
    + `<text x="${x + width - 11}" y="${y + 42}" text-anchor="end" font-size="11" font-family="JetBrains Mono, monospace" fill="${token('--text-faint')}">${escaped(layer.weights)}</text>`
    + `<rect x="${x + 9}" y="${y + height - 5}" width="${(width - 18) * layer.work}" height="2" fill="${token('--action')}"/></g>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, sign => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)
}

/** Gives the person the whole drawing as a file, in the colours of the theme that is shown. */
export async function savePicture(form: 'svg' | 'png'): Promise<void> {
  const { project } = useProject()
  const styles = getComputedStyle(document.documentElement)
  const { text, width, height } = svgOf(useCanvas().drawing, name => styles.getPropertyValue(name).trim(), project.name)
  const name = project.name.replaceAll(/[^\w.-]+/g, '-')
  const vector = new Blob([text], { type: 'image/svg+xml' })
  if (form === 'svg') {
    download(`${name}.svg`, vector)
    return
  }
  await useNotices().attempt(async () => download(`${name}.png`, await pngOfSvg(text, width, height)))
}
