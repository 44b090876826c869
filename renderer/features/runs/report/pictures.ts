import { h, render, type Component } from 'vue'
import type { XAxis } from '../../../charts/axes.ts'
import { chartSvg } from '../../../charts/exporting.ts'
import { extentOf, SeriesCache, type ChartSeries, type ReferenceLine } from '../../../charts/series.ts'
import { readTheme } from '../../../charts/theme.ts'

/** Tokens by name, as colours and lengths. */
export type Tokens = (name: string) => string

/** Runs `work` with the tokens of the light theme, whichever is shown. */
export function onPaper<T>(work: (token: Tokens) => T): T {
  const paper = document.createElement('div')
  paper.className = 'on-paper'
  paper.hidden = true
  document.body.append(paper)
  try {
    const styles = getComputedStyle(paper)
    return work(name => styles.getPropertyValue(name).trim())
  } finally {
    paper.remove()
  }
}

/** A picture that a component draws, as SVG in which every token is its colour. The component draws nothing but one `svg`, at once. */
export function drawnSvg(component: Component, props: Readonly<Record<string, unknown>>, token: Tokens): string {
  const room = document.createElement('div')
  render(h(component, props), room)
  const svg = room.querySelector('svg')?.outerHTML ?? ''
  render(null, room)
  return svg.replaceAll(/<!--.*?-->/gs, '').replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => token(name))
}

/** Curves as SVG, with their title and names in it. */
export function curvesSvg(title: string, series: readonly ChartSeries[], x: XAxis, y: { readonly label: string; readonly unit: 'share' | 'number' | 'rate'; readonly exact?: boolean }, references: readonly ReferenceLine[], token: Tokens): string {
  const window = extentOf(series)
  return chartSvg({
    series: new SeriesCache().prepare(series, y.exact ? undefined : { kind: 'average', weight: 0.6 }), x, y, log: false, marks: [], references, window: { from: 0, to: Math.max(window.to, 1) }, width: 560, height: 320, theme: readTheme(token), alone: y.label === '' ? title : `${title}, ${y.label}`,
  })
}
