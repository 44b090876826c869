import { download } from '../features/projects/transfer.ts'
import { useNotices } from '../stores/notices.ts'

/** The forms in which something that is shown can be taken away. */
export interface Exports {
  readonly csv?: () => string
  readonly json?: () => unknown
  /** An SVG document that stands alone. */
  readonly svg?: () => string | Promise<string>
  readonly png?: () => Promise<Blob>
}
export type ExportForm = keyof Exports

/** Gives the person a file `name` of this form, where browsers put downloads. */
export async function saveExport(form: ExportForm, name: string, exports: Exports): Promise<void> {
  await useNotices().attempt(async () => {
    const blob = await blobOf(form, exports)
    if (!blob) useNotices().add('info', `There is no ${form.toUpperCase()} of what is shown here`, { remedy: 'charts have a menu of their own for it' })
    else download(`${name.replaceAll(/[^\w.-]+/g, '-')}.${form}`, blob)
  })
}

async function blobOf(form: ExportForm, { csv, json, svg, png }: Exports): Promise<Blob | undefined> {
  switch (form) {
    case 'csv': return csv && new Blob([csv()], { type: 'text/csv' })
    case 'json': return json && new Blob([`${JSON.stringify(json(), plainArrays, 2)}\n`], { type: 'application/json' })
    case 'svg': return svg && new Blob([await svg()], { type: 'image/svg+xml' })
    case 'png': return png?.()
  }
}

/** Typed arrays as lists of numbers. */
function plainArrays(_: string, value: unknown): unknown {
  return value instanceof Float32Array || value instanceof Float64Array || value instanceof Uint32Array || value instanceof Uint8Array ? Array.from(value) : value
}

const PAINTED = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor'] as const

/** A drawing of the page as a document of its own: what style sheets say of it is written into it. */
export function svgOfElement(element: SVGSVGElement, ground: string): string {
  const copy = element.cloneNode(true) as SVGSVGElement
  const originals = [element, ...element.querySelectorAll('*')]
  for (const [at, part] of [copy, ...copy.querySelectorAll('*')].entries()) {
    const original = originals[at]
    if (!original || !(part instanceof SVGElement)) continue
    const styles = getComputedStyle(original)
    for (const name of PAINTED) part.setAttribute(name, styles.getPropertyValue(name))
    part.removeAttribute('class')
  }
  const { width, height } = element.viewBox.baseVal
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const back = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  for (const [name, value] of Object.entries({ width: String(width), height: String(height), fill: ground })) back.setAttribute(name, value)
  copy.prepend(back)
  return new XMLSerializer().serializeToString(copy)
}

const LARGEST_SIDE = 16_384

/** An SVG document as PNG, with two pixels for each of its own where there is room. */
export async function pngOfSvg(text: string, width: number, height: number): Promise<Blob> {
  const scale = Math.min(2, LARGEST_SIDE / Math.max(width, height))
  const image = new Image()
  const address = URL.createObjectURL(new Blob([text], { type: 'image/svg+xml' }))
  try {
    image.src = address
    await image.decode()
  } finally {
    URL.revokeObjectURL(address)
  }
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(width * scale)
  canvas.height = Math.round(height * scale)
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return pngOfCanvas(canvas)
}

export async function pngOfCanvas(canvas: HTMLCanvasElement): Promise<Blob> {
  const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/png'))
  if (!blob) throw new Error('the browser made no picture')
  return blob
}

/** A canvas as an SVG document: its pixels as they are, never interpolated. */
export function svgOfCanvas(canvas: HTMLCanvasElement): string {
  const { width, height } = canvas
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><image width="${width}" height="${height}" style="image-rendering:pixelated" href="${canvas.toDataURL('image/png')}"/></svg>\n`
}
