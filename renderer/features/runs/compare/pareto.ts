/** Something that is better the smaller both of its figures are. */
export interface Candidate {
  readonly x: number
  readonly y: number
}

/**
 * Those that no other one beats: none is at most as large in both figures and smaller in one. By growing x, so by falling y.
 * Of equal ones all are kept; what has a figure that is no number takes no part.
 */
export function paretoFront<T extends Candidate>(candidates: readonly T[]): readonly T[] {
  const sorted = candidates.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).sort((a, b) => a.x - b.x || a.y - b.y)
  const front: T[] = []
  for (const candidate of sorted) {
    const last = front.at(-1)
    if (!last || candidate.y < last.y || (candidate.y === last.y && candidate.x === last.x)) front.push(candidate)
  }
  return front
}
