import type { SeriesRole } from './series.ts'

/** Colours and faces of a theme, as tokens.css has them. */
export interface ChartTheme {
  readonly background: string
  readonly text: string
  readonly textSoft: string
  readonly textFaint: string
  readonly line: string
  readonly lineStrong: string
  readonly good: string
  readonly warning: string
  readonly error: string
  readonly fontText: string
  readonly fontFigures: string
  readonly roles: Readonly<Record<Exclude<SeriesRole, number>, string>>
  readonly palette: readonly string[]
}

/** How a curve is drawn: colours differ in lightness too, and beyond the first of its kind lines differ in style. */
export interface SeriesStyle {
  readonly colour: string
  /** Lengths of dash and gap in pixels; none of a whole line. */
  readonly dash: readonly number[]
}

/** Names of the tokens that curves and runs are told apart by, in their order. */
export const PALETTE = ['--flow-bits', '--flow-integers', '--flow-reals', '--family-activate', '--family-normalise', '--family-output', '--family-pool', '--family-reshape'] as const
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3]]
const ROLE_DASHES: Readonly<Record<Exclude<SeriesRole, number>, readonly number[]>> = { train: [], validation: [7, 3], test: [2, 3], plain: [] }

/** Reads the tokens of the theme that is shown, or of the one that `token` knows. */
export function readTheme(token: (name: string) => string = shownToken): ChartTheme {
  return {
    background: token('--panel'),
    text: token('--text'),
    textSoft: token('--text-soft'),
    textFaint: token('--text-faint'),
    line: token('--line'),
    lineStrong: token('--line-strong'),
    good: token('--good'),
    warning: token('--warning'),
    error: token('--error'),
    fontText: fontsOf(token('--font-text')),
    fontFigures: fontsOf(token('--font-figures')),
    roles: { train: token('--flow-bits'), validation: token('--flow-integers'), test: token('--flow-reals'), plain: token('--flow-integers') },
    palette: PALETTE.map(token),
  }
}

/** Names of fonts as an attribute of SVG can hold them: ECharts writes them between double quotes, and does not escape any. */
function fontsOf(names: string): string {
  return names.replaceAll('"', "'")
}

export function shownToken(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

/** The style of the nth of many, its colour as CSS writes a token. */
export function tokenStyle(place: number): SeriesStyle {
  return { colour: `var(${PALETTE[place % PALETTE.length] ?? '--text'})`, dash: DASHES[Math.floor(place / PALETTE.length) % DASHES.length] ?? [] }
}

export function styleOf(role: SeriesRole, theme: ChartTheme): SeriesStyle {
  if (typeof role !== 'number') return { colour: theme.roles[role], dash: ROLE_DASHES[role] }
  const { length } = theme.palette
  return { colour: theme.palette[role % length] ?? theme.text, dash: DASHES[Math.floor(role / length) % DASHES.length] ?? [] }
}
