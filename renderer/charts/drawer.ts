/**
 * Charts are drawn by a worker. Drawn by the page itself, an update of 20 curves of 100,000 points took 19.4 ms of its thread, more than a frame: 8.5 in
 * ECharts and 5.5 in painting the canvas; 4.6 to 4.9 are left, and the worker takes 12 (2026-11-25, Chromium 150 in software, test/bench-page/charts.ts).
 */
import { useNotices } from '../stores/notices.ts'
import type { Drawn, DrawingOrder, FontFaceRule } from './drawing.ts'
import { memoryOf, type LinePicture } from './picture.ts'

/** A chart as the worker draws it. */
export interface Drawing {
  /** The picture's points are gone from here with it, until it is drawn. */
  draw(picture: LinePicture): void
  end(): void
}

/** Milliseconds after which the frame that a picture was asked for in is on its way to the screen: where cores are few, the worker would hold it up. */
const BEHIND_FRAME = 8

let worker: Worker | undefined
let begun = 0
const waiting = new Map<number, (drawn: Drawn) => void>()

/** Gives `canvas` to the worker, for good; `onDrawn` is called after each picture. One worker, begun with the first chart, draws all in turn. */
export function beginDrawing(canvas: HTMLCanvasElement, fonts: readonly string[], onDrawn: (drawn: Drawn) => void): Drawing {
  worker ??= beginWorker(fonts)
  const chart = begun++
  const offscreen = canvas.transferControlToOffscreen()
  waiting.set(chart, onDrawn)
  order({ kind: 'begin', chart, canvas: offscreen }, [offscreen])
  return {
    draw: picture => setTimeout(() => order({ kind: 'draw', chart, picture, density: devicePixelRatio }, memoryOf(picture)), BEHIND_FRAME),
    end() {
      waiting.delete(chart)
      order({ kind: 'end', chart })
    },
  }
}

function order(message: DrawingOrder, given: Transferable[] = []): void {
  worker?.postMessage(message, given)
}

function beginWorker(shown: readonly string[]): Worker {
  const made = new Worker(new URL('./drawing.worker.ts', import.meta.url), { type: 'module', name: 'charts' })
  made.onmessage = ({ data }: MessageEvent<Drawn>) => waiting.get(data.chart)?.(data)
  made.onerror = ({ message }) => {
    // Once: what fails for one picture may fail for each.
    made.onerror = null
    useNotices().add('error', message ? `A chart cannot be drawn: ${message}` : 'Charts cannot be drawn', { remedy: 'load the page again; until then the menu of a chart has its figures as a table' })
  }
  made.postMessage({ kind: 'fonts', faces: fontFaces(), shown } satisfies DrawingOrder)
  return made
}

/** Every face that the page's own style sheets have. */
function fontFaces(): FontFaceRule[] {
  return [...document.styleSheets].flatMap(sheet => {
    const base = sheet.href ?? document.baseURI
    return [...sheet.cssRules].filter(rule => rule instanceof CSSFontFaceRule).map(({ style }) => ({
      // A rule has the name in quotes, which a face would take for a part of it.
      family: style.getPropertyValue('font-family').replaceAll(/^["']|["']$/g, ''),
      source: style.getPropertyValue('src').replaceAll(/url\("?([^")]+)"?\)/g, (_, address: string) => `url("${new URL(address, base).href}")`),
      descriptors: { weight: style.getPropertyValue('font-weight'), style: style.getPropertyValue('font-style'), unicodeRange: style.getPropertyValue('unicode-range') },
    }))
  })
}
