/** What every refusal of Bitwright carries: what was wrong, where, and what to do about it. */
export interface Trouble {
  /** What was expected and what was found, as one sentence without a full stop. */
  readonly what: string
  /** File, field path, node or step concerned. */
  readonly where?: string
  /** What the reader can do now. */
  readonly remedy?: string
  readonly cause?: unknown
}

/** An error meant for a person. Its message reads `what, where, remedy` (design.md section 6). */
export class BitwrightError extends Error {
  override readonly name: string = 'BitwrightError'
  readonly what: string
  readonly where: string | undefined
  readonly remedy: string | undefined

  constructor({ what, where, remedy, cause }: Trouble) {
    super([what, where && `at ${where}`, remedy].filter(Boolean).join('; '), cause === undefined ? {} : { cause })
    this.what = what
    this.where = where
    this.remedy = remedy
  }
}

/** Checks an invariant of our own code; the message is built only when it fails. */
export function invariant(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new Error(`internal invariant broken: ${message()}`)
}
