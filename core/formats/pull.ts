import { invariant } from '../errors.ts'

/**
 * Parsers of byte streams that arrive in pieces of any size (files of gigabytes, unpacked as they are read). A parser is a
 * generator that asks for bytes and is given them, so that it reads as if it had the whole; a Feed hands the pieces on.
 */
export interface Want {
  readonly bytes: number
  /** As many as are there, from 1 to `bytes`, instead of exactly so many. */
  readonly partial: boolean
}

/** What it is given is valid until it asks again. */
export type PullParser<T> = Generator<Want, T, Uint8Array>

/** Pieces that must come whole are copied together: small ones only. */
const MAX_WHOLE = 2 ** 16

/** Exactly so many bytes, at most 65,536. */
export function* exactly(bytes: number): PullParser<Uint8Array> {
  return yield { bytes, partial: false }
}

/** From 1 to `most` bytes, without a copy. */
export function* atMost(most: number): PullParser<Uint8Array> {
  return yield { bytes: most, partial: true }
}

/** Reads over bytes that do not matter. */
export function* skip(bytes: number): PullParser<void> {
  for (let left = bytes; left > 0;) left -= (yield* atMost(left)).length
}

export class Feed<T> {
  readonly #parser: PullParser<T>
  readonly #refuse: (found: number, ended: boolean) => Error
  #state: IteratorResult<Want, T>
  /** The beginning of a whole piece whose rest has not come yet. */
  #held = new Uint8Array(0)
  #filled = 0
  #received = 0

  /** `refuse` makes the error for a stream that ended too early (`ended`) or went on after the parser was done; `found` bytes came by then. */
  constructor(parser: PullParser<T>, refuse: (found: number, ended: boolean) => Error) {
    this.#parser = parser
    this.#refuse = refuse
    this.#state = parser.next()
  }

  /** Whether the parser has all it wants. */
  get done(): boolean {
    return this.#state.done === true
  }

  /** Takes the next piece of the stream. Throws what the parser throws. */
  push(chunk: Uint8Array): void {
    this.#received += chunk.length
    for (let at = 0; at < chunk.length;) {
      if (this.#state.done === true) throw this.#refuse(this.#received, false)
      at += this.#give(this.#state.value, chunk, at)
    }
  }

  /** What the parser made of the stream, which has ended. */
  finish(): T {
    if (this.#state.done !== true) throw this.#refuse(this.#received, true)
    return this.#state.value
  }

  /** Returns how many bytes of `chunk`, from `at` on, were used. */
  #give({ bytes, partial }: Want, chunk: Uint8Array, at: number): number {
    invariant(bytes > 0 && (partial || bytes <= MAX_WHOLE), () => `a parser asked for ${bytes} bytes`)
    const there = Math.min(bytes - this.#filled, chunk.length - at)
    const piece = chunk.subarray(at, at + there)
    if (partial || there === bytes) {
      this.#state = this.#parser.next(piece)
      return there
    }
    if (this.#filled === 0 && this.#held.length < bytes) this.#held = new Uint8Array(bytes)
    this.#held.set(piece, this.#filled)
    this.#filled += there
    if (this.#filled === bytes) {
      this.#filled = 0
      this.#state = this.#parser.next(this.#held.subarray(0, bytes))
    }
    return there
  }
}
