/** Milliseconds of a frame that drawing may take; the rest is for everything else. */
const BUDGET = 6

const waiting = new Map<object, () => void>()
let asked = false

/** Draws at the next frame that has time for it. Who asks again before that is drawn once; many charts spread over several frames. */
export function drawSoon(who: object, draw: () => void): void {
  waiting.set(who, draw)
  if (asked) return
  asked = true
  requestAnimationFrame(drawSome)
}

export function drawNever(who: object): void {
  waiting.delete(who)
}

function drawSome(): void {
  asked = false
  const begun = performance.now()
  for (const [who, draw] of waiting) {
    waiting.delete(who)
    draw()
    if (performance.now() - begun >= BUDGET) break
  }
  if (waiting.size > 0) {
    asked = true
    requestAnimationFrame(drawSome)
  }
}
