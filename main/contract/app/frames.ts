import { z } from 'zod'
import { parseAs } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { parseStrictJson } from '../../../core/formats/json-keys.ts'

/**
 * Messages with typed arrays in them as bytes, for carriers that know no more than bytes: the length of a JSON text (u32, little-endian),
 * the text, then the arrays, each at a multiple of 8. The text holds the message with null in place of each array, and where they belong.
 */
const ALIGNMENT = 8
const MAX_DEPTH = 64

const arrayTypes = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array, f64: Float64Array } as const
type ArrayType = keyof typeof arrayTypes
type Numbers = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array

const count = z.int().min(0)
const FrameSchema = z.strictObject({
  message: z.unknown(),
  arrays: z.array(z.strictObject({
    path: z.array(z.union([z.string(), count])).min(1).max(MAX_DEPTH),
    type: z.enum(['u8', 'u16', 'u32', 'f32', 'f64']),
    length: count,
  })).max(65536),
})
type Frame = z.infer<typeof FrameSchema>
type Path = Frame['arrays'][number]['path']

/** The message must be plain data: JSON values and typed arrays. */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  const arrays: Frame['arrays'] = []
  const contents: Numbers[] = []
  const plain = withoutArrays(message, [], (path, type, content) => {
    arrays.push({ path, type, length: content.length })
    contents.push(content)
  })
  const text = new TextEncoder().encode(JSON.stringify({ message: plain, arrays }))
  let size = 4 + text.length
  const places = contents.map(content => {
    const place = aligned(size)
    size = place + content.byteLength
    return place
  })
  const bytes = new Uint8Array(size)
  new DataView(bytes.buffer).setUint32(0, text.length, true)
  bytes.set(text, 4)
  for (const [index, { buffer, byteOffset, byteLength }] of contents.entries()) bytes.set(new Uint8Array(buffer, byteOffset, byteLength), places[index])
  return bytes
}

/** Throws for whatever encodeFrame does not make, and for keys that reach for a prototype. Takes no more memory than the frame has. */
export function decodeFrame(bytes: Uint8Array, where: string): unknown {
  const damaged = (what: string): BitwrightError => new BitwrightError({ what, where, remedy: 'reload the page; both ends must be of one version' })
  if (bytes.length < 4) throw damaged(`expected a frame of at least 4 bytes, found ${bytes.length}`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  if (length > bytes.length - 4) throw damaged(`expected ${length} bytes of text in a frame, found ${bytes.length - 4}`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(4, 4 + length))
  } catch {
    throw damaged('expected UTF-8 in a frame')
  }
  const { message, arrays } = parseAs(FrameSchema, parseStrictJson(text, MAX_DEPTH, where), where)
  let end = 4 + length
  for (const { path, type, length } of arrays) {
    const place = aligned(end)
    const size = length * arrayTypes[type].BYTES_PER_ELEMENT
    end = place + size
    if (end > bytes.length) throw damaged(`expected ${size} bytes of ${path.join('.')} in a frame, found ${Math.max(0, bytes.length - place)}`)
    // A copy: an array of its own, at whatever place the frame lies in memory. Not slice(), which a Buffer makes a view of.
    const content = new Uint8Array(bytes.subarray(place, end))
    if (!put(message, path, new arrayTypes[type](content.buffer))) throw damaged(`expected a place for ${path.join('.')} in a frame, found none`)
  }
  if (end !== bytes.length) throw damaged(`expected a frame of ${end} bytes, found ${bytes.length}`)
  return message
}

function aligned(place: number): number {
  return Math.ceil(place / ALIGNMENT) * ALIGNMENT
}

function withoutArrays(value: unknown, path: Path, found: (path: Path, type: ArrayType, content: Numbers) => void): unknown {
  if (typeof value !== 'object' || value === null) return value
  const type = typeOf(value)
  if (type !== undefined) {
    found(path, type, value as Numbers)
    return null
  }
  if (Array.isArray(value)) return value.map((item: unknown, index) => withoutArrays(item, [...path, index], found))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutArrays(item, [...path, key], found)]))
}

function typeOf(value: object): ArrayType | undefined {
  return (Object.keys(arrayTypes) as ArrayType[]).find(type => value instanceof arrayTypes[type])
}

/** Puts `content` where the message has null for it; false if it has not. */
function put(message: unknown, path: Path, content: Numbers): boolean {
  let holder = message
  for (const [depth, key] of path.entries()) {
    if (typeof holder !== 'object' || holder === null || ArrayBuffer.isView(holder) || !Object.hasOwn(holder, key)) return false
    const record = holder as Record<string | number, unknown>
    if (depth === path.length - 1) {
      if (record[key] !== null) return false
      record[key] = content
      return true
    }
    holder = record[key]
  }
  return false
}
