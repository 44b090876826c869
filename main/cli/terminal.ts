/** Where a person reads what happens while it happens: standard error, with one line at its end that may be redrawn. */
export interface Notes {
  /** Whether a person watches, so that redrawing a line makes sense. */
  readonly interactive: boolean
  /** A line that stays. */
  line(text: string): void
  /** Replaces the moving line; dropped if none watches, and if the last one was drawn less than a tenth of a second ago. */
  moving(draw: (columns: number) => string): void
  /** Takes the moving line away. */
  settle(): void
}

export interface Screen {
  write(text: string): void
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

const REDRAW_MS = 100
const ERASE_LINE = '\r\u001b[2K'

export function notesOn(screen: Screen, { interactive = screen.isTTY === true, now = () => performance.now() } = {}): Notes {
  let drawn = false
  let last = -Infinity
  const settle = (): void => {
    if (drawn) screen.write(ERASE_LINE)
    drawn = false
  }
  return {
    interactive,
    line(text) {
      settle()
      screen.write(`${text}\n`)
    },
    moving(draw) {
      if (!interactive || now() - last < REDRAW_MS) return
      last = now()
      // In the last column some terminals go on to the next line.
      screen.write(`${ERASE_LINE}${draw(Math.max(20, (screen.columns ?? 80) - 1))}`)
      drawn = true
    },
    settle,
  }
}
