import { ticksOf, xTick, yTick } from './axes.ts'
import type { LineOption } from './echarts.ts'
import { MARGINS, type DrawnCurve, type LinePicture } from './picture.ts'
import type { ChartMark, ChartWindow } from './series.ts'
import { styleOf } from './theme.ts'

/** Curves of fewer points show each. */
const FEW_POINTS = 40
/** Pixels of a letter of a mark's name, about. */
const LETTER = 6

const markColours: Readonly<Record<ChartMark['kind'], 'good' | 'warning' | 'error' | 'lineStrong'>> = {
  pause: 'warning', resume: 'good', checkpoint: 'lineStrong', best: 'good', change: 'warning', stop: 'error', interrupted: 'error',
}

/** The picture as ECharts draws it, on a canvas or as SVG. */
export function lineOption(picture: LinePicture): LineOption {
  const { curves, x, y, log, window, width, height, theme, alone } = picture
  const top = alone === undefined ? MARGINS.top : 40 + 18 * legendRows(curves, width - MARGINS.left)
  const label = { color: theme.textFaint, fontFamily: theme.fontFigures, fontSize: 10 }
  const ticks = ticksOf(x.kind, window.from, window.to, Math.max(2, width / 110))
  const places = { customValues: ticks }
  return {
    animation: false,
    backgroundColor: alone === undefined ? 'transparent' : theme.background,
    textStyle: { fontFamily: theme.fontText },
    ...(alone !== undefined && {
      title: { text: alone, left: MARGINS.left, top: 8, textStyle: { color: theme.text, fontSize: 14, fontWeight: 600 } },
      legend: { left: MARGINS.left, top: 30, itemWidth: 22, itemHeight: 8, icon: 'path://M0 3h22v2h-22z', textStyle: { color: theme.textSoft, fontSize: 11 }, data: curves.map(({ name }) => name), type: 'plain' as const },
    }),
    grid: { ...MARGINS, top },
    xAxis: {
      type: 'value', min: window.from, max: window.to, name: x.label, nameLocation: 'middle', nameGap: 22, nameTextStyle: { ...label, fontFamily: theme.fontText },
      axisLine: { onZero: false, lineStyle: { color: theme.line } }, splitLine: { show: false },
      axisTick: { ...places, lineStyle: { color: theme.line } },
      axisLabel: { ...label, ...places, hideOverlap: true, formatter: (value: number) => xTick(x.kind, value, (ticks[1] ?? Infinity) - (ticks[0] ?? 0)) },
    },
    yAxis: {
      ...(log ? { type: 'log' as const, logBase: 10 } : { type: 'value' as const, scale: true }),
      // Curves that are 0 throughout leave the axis no top of its own.
      ...(y.fromZero === true && !log && { min: 0, max: ({ max }: { readonly max: number }) => (max > 0 ? null : y.unit === 'share' ? 0.03 : 3) }),
      axisLine: { show: false }, axisTick: { show: false }, splitNumber: Math.max(2, Math.round(height / 55)),
      splitLine: { lineStyle: { color: theme.line } },
      axisLabel: { ...label, formatter: (value: number) => yTick(y.unit, value) },
    },
    series: [annotations(picture, top), ...curves.flatMap(curve => linesOf(curve, picture))],
  }
}

/** Lines that the names of the curves take, so that the plot begins below them. */
function legendRows(curves: readonly DrawnCurve[], room: number): number {
  let [rows, left] = [1, room]
  for (const { name } of curves) {
    const width = 22 + 5 + LETTER * name.length + 10
    if (left < width && left < room) [rows, left] = [rows + 1, room]
    left -= width
  }
  return rows
}

type Series = Extract<NonNullable<LineOption['series']>, readonly unknown[]>[number]

function linesOf({ name, role, points, raw }: DrawnCurve, { strong, theme }: LinePicture): Series[] {
  const { colour, dash } = styleOf(role, theme)
  const line = (id: string, data: Float64Array, z: number, main: boolean): Series => ({
    type: 'line', id: `${id} ${name}`, name: main ? name : `${name} (raw)`, dimensions: ['x', 'y'], data: untyped(data), z, silent: true, clip: true,
    emphasis: { disabled: true }, symbol: 'circle', symbolSize: 5, showSymbol: main && data.length <= 2 * FEW_POINTS,
    itemStyle: { color: colour }, lineStyle: { color: colour, width: main && strong ? 1.6 : 1, opacity: main ? 1 : 0.3, type: dash.length > 0 && main ? [...dash] : 'solid' },
  })
  return raw ? [line('raw', raw, 2, false), line('values', points, 3, true)] : [line('values', points, 3, true)]
}

/** A curve that is not seen: it carries the lines and ticks, and makes the axis reach the reference lines. */
function annotations({ marks, references, theme, window, width, height, log }: LinePicture, top: number): Series {
  const shown = marks.filter(({ x }) => x >= window.from && x <= window.to)
  const lines = labelled(shown.filter(({ kind }) => kind !== 'checkpoint'), window, width)
  const seen = references.filter(({ y }) => !log || y > 0)
  const label = { show: true, color: theme.textSoft, fontSize: 10, fontFamily: theme.fontText, textBorderWidth: 0 }
  return {
    type: 'line', id: 'marks', name: 'marks', dimensions: ['x', 'y'], silent: true, symbol: 'none', lineStyle: { opacity: 0 }, z: 1,
    data: untyped(Float64Array.from(seen.flatMap(({ y }) => [window.from, y]))),
    markLine: {
      silent: true, animation: false, symbol: 'none',
      data: [
        ...seen.map(({ y, text }) => ({ yAxis: y, lineStyle: { color: theme.textSoft, type: [2, 3], width: 1.2 }, label: { ...label, position: 'insideEndTop' as const, formatter: text } })),
        ...lines.map(({ x, kind, text, align }) => ({ xAxis: x, lineStyle: { color: theme[markColours[kind]], type: [4, 3], width: 1 }, label: { ...label, align, position: 'end' as const, distance: 3, formatter: text } })),
      ],
    },
    markPoint: {
      silent: true, animation: false, symbol: 'triangle', symbolSize: 6, label: { show: false }, itemStyle: { color: theme.lineStrong },
      data: shown.filter(({ kind }) => kind === 'checkpoint').map(({ x, text }) => ({ name: text, coord: [x, 1], y: height - MARGINS.bottom - 3 })),
    },
    tooltip: { show: false },
    markArea: { data: [] },
    ...(top > MARGINS.top && { legendHoverLink: false }),
  }
}

/** Names of lines that stand too near the one before are left out; near the edges they are written inwards. */
function labelled(lines: readonly ChartMark[], { from, to }: ChartWindow, width: number): (ChartMark & { readonly align: 'left' | 'center' | 'right' })[] {
  const plot = width - MARGINS.left - MARGINS.right
  let free = -Infinity
  return [...lines].sort((a, b) => a.x - b.x).map(mark => {
    const pixel = ((mark.x - from) / (to - from)) * plot
    const half = mark.text.length * LETTER / 2
    const align = pixel < half ? 'left' : pixel > plot - half ? 'right' : 'center'
    const begin = align === 'left' ? pixel : align === 'right' ? pixel - 2 * half : pixel - half
    if (begin < free) return { ...mark, text: '', align }
    free = begin + 2 * half + LETTER
    return { ...mark, align }
  })
}

/** ECharts takes a typed array of x, y, x, y… and copies none of it; its types know of lists alone. */
function untyped(points: Float64Array): number[] {
  return points as ArrayLike<number> as number[]
}
