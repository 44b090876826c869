import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeFrame, encodeFrame } from '../../../main/contract/app/frames.ts'

const array = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.uint16Array({ maxLength: 9 }),
  fc.uint32Array({ maxLength: 9 }),
  fc.float32Array({ maxLength: 9 }),
  fc.float64Array({ maxLength: 9 }),
)
const key = fc.string({ maxLength: 6 }).filter(name => !['__proto__', 'constructor', 'prototype'].includes(name))
const { message } = fc.letrec(tie => ({
  message: fc.oneof({ depthSize: 'small' }, fc.string(), fc.integer(), fc.boolean(), fc.constant(null), array, fc.array(tie('message'), { maxLength: 4 }), fc.dictionary(key, tie('message'), { maxKeys: 4, noNullPrototype: true })),
}))

describe('frames', () => {
  it('carry any message of JSON values and typed arrays', () => {
    fc.assert(fc.property(message, value => {
      // At the top an array has no place in the text to point at.
      expect(decodeFrame(encodeFrame({ value }), 'test')).toEqual({ value })
    }))
  })

  it('give arrays of their own, whatever place the frame lies at', () => {
    const frame = encodeFrame({ values: Float64Array.of(1, NaN, -0), more: [Uint8Array.of(1, 2, 3)] })
    const shifted = new Uint8Array(frame.length + 3)
    shifted.set(frame, 3)
    const decoded = decodeFrame(shifted.subarray(3), 'test') as { values: Float64Array; more: Uint8Array[] }
    expect(decoded).toEqual({ values: Float64Array.of(1, NaN, -0), more: [Uint8Array.of(1, 2, 3)] })
    expect(decoded.values.buffer.byteLength).toBe(24)
    // A socket gives a Buffer, often a part of a larger one.
    expect(decodeFrame(Buffer.from(frame), 'test')).toEqual(decoded)
  })

  it('refuse, or survive, every change of a byte and every cut', () => {
    const frame = encodeFrame({ id: 3, input: { pixels: Uint8Array.of(1, 2, 3), name: 'x' }, list: [Float32Array.of(1)] })
    for (let length = 0; length < frame.length; length++) expect(() => decodeFrame(frame.subarray(0, length), 'test')).toThrow(/./)
    fc.assert(fc.property(fc.nat(frame.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
      const damaged = frame.slice()
      damaged[place] = (damaged[place] ?? 0) ^ change
      try {
        decodeFrame(damaged, 'test')
      } catch (error) {
        expect(error).toHaveProperty('name', 'BitwrightError')
      }
    }), { numRuns: 2000 })
  })

  const framed = (text: string, tail = 0): Uint8Array => {
    const bytes = new TextEncoder().encode(text)
    const frame = new Uint8Array(4 + bytes.length + tail)
    new DataView(frame.buffer).setUint32(0, bytes.length, true)
    frame.set(bytes, 4)
    return frame
  }

  it.each([
    ['a key that reaches for a prototype', '{"message":{"__proto__":{"a":1}},"arrays":[]}'],
    ['an array on a prototype', '{"message":{},"arrays":[{"path":["toString"],"type":"u8","length":0}]}'],
    ['an array in place of something else', '{"message":{"a":1},"arrays":[{"path":["a"],"type":"u8","length":0}]}'],
    ['an array longer than the frame', '{"message":{"a":null},"arrays":[{"path":["a"],"type":"f64","length":9007199254740991}]}'],
    ['an array within an array', '{"message":{"a":null},"arrays":[{"path":["a"],"type":"u8","length":0},{"path":["a",0],"type":"u8","length":0}]}'],
    ['nesting without end', `{"message":${'['.repeat(100000)}${']'.repeat(100000)},"arrays":[]}`],
    ['no JSON', '{"message":'],
    ['other fields', '{"message":{},"arrays":[],"more":1}'],
  ])('refuse %s', (_, text) => {
    expect(() => decodeFrame(framed(text), 'test')).toThrow(expect.objectContaining({ name: 'BitwrightError' }))
  })

  it('refuse bytes that belong to nothing', () => {
    expect(() => decodeFrame(framed('{"message":{},"arrays":[]}', 1), 'test')).toThrow('found')
  })
})
