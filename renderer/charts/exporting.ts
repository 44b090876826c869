import { pngOfCanvas } from '../ui/exports.ts'
import { init } from './echarts.ts'
import { lineOption } from './option.ts'
import { pictureOf, type LineModel } from './picture.ts'

/** The picture as an SVG document that stands alone, in the colours of its theme. */
export function chartSvg(model: LineModel & { readonly alone: string }): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: model.width, height: model.height })
  try {
    chart.setOption(lineOption(pictureOf(model)))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** The same as PNG, with two pixels for each. */
export async function chartPng(model: LineModel & { readonly alone: string }): Promise<Blob> {
  const room = document.createElement('div')
  const chart = init(room, null, { renderer: 'canvas', width: model.width, height: model.height })
  try {
    chart.setOption(lineOption(pictureOf(model)))
    return await pngOfCanvas(chart.renderToCanvas({ pixelRatio: 2, backgroundColor: model.theme.background }))
  } finally {
    chart.dispose()
  }
}
