import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atMost, exactly, Feed, skip, type PullParser } from '../../../core/formats/pull.ts'

/** A byte that says a length, that many bytes as a whole, a byte that says a length, that many bytes in pieces; twice. */
function* example(): PullParser<number[]> {
  const all: number[] = []
  for (let round = 0; round < 2; round++) {
    const whole = (yield* exactly(1))[0] ?? 0
    if (whole > 0) all.push(...(yield* exactly(whole)))
    const pieces = (yield* exactly(1))[0] ?? 0
    for (let left = pieces; left > 0;) {
      const piece = yield* atMost(left)
      all.push(...piece)
      left -= piece.length
    }
    yield* skip(2)
  }
  return all
}

const refuse = (found: number, ended: boolean): Error => new Error(ended ? `ended after ${found}` : `went on after ${found}`)

describe('a feed', () => {
  it('gives a parser the same bytes however the stream is cut', () => {
    const block = fc.uint8Array({ maxLength: 20 })
    fc.assert(fc.property(block, block, block, block, fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (a, b, c, d, cuts) => {
      const stream = Uint8Array.of(a.length, ...a, b.length, ...b, 7, 7, c.length, ...c, d.length, ...d, 7, 7)
      const feed = new Feed(example(), refuse)
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const end = at + Math.max((cuts[turn % cuts.length] ?? 1), turn % 2)
        // The memory of a chunk may be used again once it was taken.
        const chunk = stream.slice(at, end)
        feed.push(chunk)
        chunk.fill(255)
        at = end
      }
      expect(feed.done).toBe(true)
      expect(feed.finish()).toEqual([...a, ...b, ...c, ...d])
    }))
  })

  it('tells a stream that ends too early from one that goes on', () => {
    const short = new Feed(example(), refuse)
    short.push(Uint8Array.of(3, 1, 2))
    expect(short.done).toBe(false)
    expect(() => short.finish()).toThrow('ended after 3')
    const long = new Feed(exactly(2), refuse)
    expect(() => long.push(Uint8Array.of(1, 2, 3))).toThrow('went on after 3')
  })

  it('does not hold pieces of any size together', () => {
    const feed = new Feed(exactly(65_537), refuse)
    expect(() => feed.push(Uint8Array.of(1))).toThrow(/asked for 65537 bytes/)
  })
})
