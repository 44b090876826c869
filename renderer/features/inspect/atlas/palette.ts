import { pixelOf, type Palette } from './paint.ts'

const known = new Map<string, Palette>()

/** The colours of tokens.css as pixels, for the theme that is shown. */
export function paletteOf(theme: string): Palette {
  const styles = getComputedStyle(document.documentElement)
  const token = (name: string): number => pixelOf(styles.getPropertyValue(name).trim())
  const palette = known.get(theme) ?? { on: token('--bit-on'), off: token('--bit-off'), turnedOn: token('--bit-turned-on'), turnedOff: token('--bit-turned-off'), back: token('--canvas'), chosen: token('--focus'), band: token('--line-strong') }
  known.set(theme, palette)
  return palette
}
