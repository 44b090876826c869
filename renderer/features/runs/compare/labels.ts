/** A point of a picture with the text that should stand beside it; y grows downwards. */
export interface LabelledPoint {
  readonly x: number
  readonly y: number
  readonly text: string
}

export interface LabelPlace {
  readonly x: number
  /** Of the base line. */
  readonly y: number
  readonly anchor: 'start' | 'end'
}

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Of text of 11 pixels: wide letters as a rule, so that a box is rather too large. */
const LETTER = 6.4
const [ASCENT, DESCENT, RADIUS, BESIDE] = [10, 3, 6, 10]
/** Base lines above and below a point, the nearest first. */
const LINES = [-5, 14, -18, 27]

/**
 * A place for each label beside its point, where it covers neither another label nor a point and stays within the picture; the first points choose first. Undefined
 * where there is none: a label that cannot be read says less than no label.
 */
export function placeLabels(points: readonly LabelledPoint[], { width, height }: { readonly width: number; readonly height: number }): readonly (LabelPlace | undefined)[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - RADIUS, right: x + RADIUS, top: y - RADIUS, bottom: y + RADIUS }))
  return points.map(({ x, y, text }) => {
    for (const line of LINES) {
      for (const anchor of ['start', 'end'] as const) {
        const place: LabelPlace = { x: anchor === 'start' ? x + BESIDE : x - BESIDE, y: y + line, anchor }
        const box = boxOf(place, text)
        if (box.left < 0 || box.right > width || box.top < 0 || box.bottom > height || taken.some(other => overlap(box, other))) continue
        taken.push(box)
        return place
      }
    }
    return undefined
  })
}

function boxOf({ x, y, anchor }: LabelPlace, text: string): Box {
  const width = LETTER * text.length
  return { left: anchor === 'start' ? x : x - width, right: anchor === 'start' ? x + width : x, top: y - ASCENT, bottom: y + DESCENT }
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

/** A title in at most two lines of `most` letters; what is longer ends in dots. */
export function titleLines(title: string, most: number): readonly string[] {
  if (title.length <= most) return [title]
  const space = title.lastIndexOf(' ', most)
  const [first, rest] = space > 0 ? [title.slice(0, space), title.slice(space + 1)] : ['', title]
  const second = rest.length > most ? `${rest.slice(0, most - 1)}…` : rest
  return first === '' ? [second] : [first, second]
}
