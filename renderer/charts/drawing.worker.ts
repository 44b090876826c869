import type { Drawn, DrawingOrder, FontFaceRule } from './drawing.ts'
import { init, setPlatformAPI, type EChartsType } from './echarts.ts'
import { lineOption } from './option.ts'
import { MARGINS, memoryOf, type LinePicture } from './picture.ts'

/** Draws the charts of the page on a thread of its own, so that neither ECharts nor the painting of curves takes time from what the person does. */
interface Chart {
  readonly canvas: OffscreenCanvas
  drawing?: { readonly echarts: EChartsType; readonly density: number }
}

// The types of a page stand for those of a worker, which know this much more.
const scope = self as unknown as { readonly fonts: FontFaceSet; onmessage: (event: MessageEvent<DrawingOrder>) => void; postMessage(message: Drawn, given: Transferable[]): void }
// ECharts measures texts on a canvas; its types know of those of a document alone.
setPlatformAPI({ createCanvas: () => new OffscreenCanvas(1, 1) as unknown as HTMLCanvasElement })

// Not built for production, ECharts takes whatever has no window for Node.
Object.assign(self, { global: self })

const charts = new Map<number, Chart>()
let fonts = Promise.resolve()

scope.onmessage = ({ data: order }) => {
  switch (order.kind) {
    case 'fonts': fonts = loadFonts(order.faces, order.shown); break
    case 'begin': charts.set(order.chart, { canvas: order.canvas }); break
    case 'draw': void fonts.then(() => draw(order.chart, order.picture, order.density)); break
    case 'end':
      charts.get(order.chart)?.drawing?.echarts.dispose()
      charts.delete(order.chart)
  }
}

/** Ends when the fonts are there, or never will be: then others take their place. */
async function loadFonts(faces: readonly FontFaceRule[], shown: readonly string[]): Promise<void> {
  for (const { family, source, descriptors } of faces) scope.fonts.add(new FontFace(family, source, descriptors))
  await Promise.allSettled(shown.map(async family => scope.fonts.load(`10px ${family}`)))
}

function draw(id: number, picture: LinePicture, density: number): void {
  const chart = charts.get(id)
  if (!chart) return
  const axis = { high: NaN, low: NaN }
  try {
    const { width, height } = picture
    if (chart.drawing?.density !== density) {
      chart.drawing?.echarts.dispose()
      chart.drawing = { echarts: begun(chart.canvas, width, height, density), density }
    }
    const { echarts } = chart.drawing
    if (echarts.getWidth() !== width || echarts.getHeight() !== height) echarts.resize({ width, height, silent: true })
    echarts.setOption(lineOption(picture), { replaceMerge: ['series'], silent: true })
    axis.high = yAt(echarts, MARGINS.top)
    axis.low = yAt(echarts, height - MARGINS.bottom)
  } finally {
    // The page waits for an answer before it sends the next. ECharts has copied the points.
    const memory = memoryOf(picture)
    scope.postMessage({ chart: id, ...axis, log: picture.log, memory }, memory)
  }
}

/** Its loop of frames, which we have no animations for, ends as soon as nothing has changed, instead of ten frames later. */
function begun(canvas: OffscreenCanvas, width: number, height: number, density: number): EChartsType {
  const made = init(canvas as unknown as HTMLCanvasElement, null, { renderer: 'canvas', width, height, devicePixelRatio: density })
  made.getZr().setSleepAfterStill(1)
  return made
}

function yAt(echarts: EChartsType, pixel: number): number {
  const value: unknown = echarts.convertFromPixel({ yAxisIndex: 0 }, pixel)
  return typeof value === 'number' ? value : NaN
}
