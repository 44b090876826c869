import { BitwrightError } from '../errors.ts'
import { shapeWords, widenHalves, type NdArray, type Values } from './ndarray.ts'

/**
 * NumPy's array files (NEP 1, "A Simple File Format for NumPy Arrays"; versions 1.0 to 3.0): a magic string, the length of a
 * header, the header as a Python dict of descr, fortran_order and shape, then the data. Arrays of objects are pickles, which
 * can run anything, and are refused.
 */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const MAX_HEADER_BYTES = 65536
const MAX_RANK = 32
const REMEDY = 'save the array again with numpy.save or numpy.savez'

interface Dtype {
  readonly bytes: number
  read(bytes: Uint8Array<ArrayBuffer>): Values
}

const wide = (values: BigInt64Array | BigUint64Array): Float64Array => Float64Array.from(values, Number)

/** By NumPy's kind and size; bytes arrive little-endian and aligned. */
const DTYPES: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['f2', { bytes: 2, read: bytes => widenHalves(new Uint16Array(bytes.buffer)) }],
  ['f4', { bytes: 4, read: bytes => new Float32Array(bytes.buffer) }],
  ['f8', { bytes: 8, read: bytes => new Float64Array(bytes.buffer) }],
  ['i1', { bytes: 1, read: bytes => new Int8Array(bytes.buffer) }],
  ['i2', { bytes: 2, read: bytes => new Int16Array(bytes.buffer) }],
  ['i4', { bytes: 4, read: bytes => new Int32Array(bytes.buffer) }],
  ['i8', { bytes: 8, read: bytes => wide(new BigInt64Array(bytes.buffer)) }],
  ['u1', { bytes: 1, read: bytes => bytes }],
  ['u2', { bytes: 2, read: bytes => new Uint16Array(bytes.buffer) }],
  ['u4', { bytes: 4, read: bytes => new Uint32Array(bytes.buffer) }],
  ['u8', { bytes: 8, read: bytes => wide(new BigUint64Array(bytes.buffer)) }],
  ['b1', { bytes: 1, read: bytes => bytes }],
])

interface Header {
  readonly dtype: Dtype
  readonly bigEndian: boolean
  readonly fortran: boolean
  readonly shape: readonly number[]
  readonly dataStart: number
}

/** Reads a whole .npy file. `where` names it in errors. The data must have exactly the bytes that dtype and shape say. */
export function parseNpy(bytes: Uint8Array, where: string): NdArray {
  const { dtype, bigEndian, fortran, shape, dataStart } = parseHeader(bytes, where)
  const count = shape.reduce((product, size) => product * size, 1)
  const expected = count * dtype.bytes
  const found = bytes.length - dataStart
  if (!Number.isSafeInteger(expected) || expected !== found) {
    throw new BitwrightError({ what: `expected ${Number.isSafeInteger(expected) ? `${expected} bytes` : 'more bytes than any file has'} of data for ${shapeWords(shape)}, found ${found}`, where, remedy: REMEDY })
  }
  // Not slice(), which of a Node Buffer is no copy.
  const data = new Uint8Array(found)
  data.set(bytes.subarray(dataStart))
  if (bigEndian) reverseBytes(data, dtype.bytes)
  const values = dtype.read(data)
  return { shape, values: fortran && shape.length > 1 ? rowMajor(values, shape) : values }
}

function parseHeader(bytes: Uint8Array, where: string): Header {
  if (bytes.length < 10 || MAGIC.some((byte, at) => bytes[at] !== byte)) throw new BitwrightError({ what: 'expected a NumPy array file, found another beginning', where, remedy: REMEDY })
  const major = bytes[6] as number
  if (major < 1 || major > 3) throw new BitwrightError({ what: `expected version 1 to 3 of NumPy's array format, found ${major}`, where, remedy: REMEDY })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const start = major === 1 ? 10 : 12
  const length = major === 1 ? view.getUint16(8, true) : bytes.length < 12 ? Infinity : view.getUint32(8, true)
  if (length > MAX_HEADER_BYTES || start + length > bytes.length) throw new BitwrightError({ what: `expected a header of at most ${Math.min(MAX_HEADER_BYTES, bytes.length - start)} bytes, found a length of ${length}`, where, remedy: REMEDY })
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, start + length))
  const { descr, fortran, shape } = parseDict(text, where)
  const [, order = '', kind = ''] = /^([<>|=]?)([a-z]\d{1,2})$/.exec(descr) ?? []
  const dtype = DTYPES.get(kind)
  if (!dtype) throw new BitwrightError({ what: `expected an array of numbers (${[...DTYPES.keys()].join(', ')}), found ${JSON.stringify(descr)}`, where, remedy: 'convert it with astype("float32") before saving' })
  return { dtype, bigEndian: order === '>', fortran, shape, dataStart: start + length }
}

/** The three fields, in any order, and nothing else: what NumPy writes. A shape reads (), (3,) or (3, 4). */
function parseDict(text: string, where: string): { readonly descr: string; readonly fortran: boolean; readonly shape: readonly number[] } {
  const refuse = (found: string): BitwrightError => new BitwrightError({ what: `expected a header of descr, fortran_order and shape, found ${found}`, where, remedy: REMEDY })
  const inner = /^\{([^]*)\}\s*$/.exec(text)?.[1]
  if (inner === undefined) throw refuse(JSON.stringify(text.slice(0, 80)))
  const fields = new Map<string, string>()
  const field = /\s*(?:'(\w+)'|"(\w+)")\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\d\s,]*\))\s*(?:,|$)/y
  while (field.lastIndex < inner.length && inner.slice(field.lastIndex).trim() !== '') {
    const match = field.exec(inner)
    if (!match) throw refuse(JSON.stringify(text.slice(0, 80)))
    const name = (match[1] ?? match[2]) as string
    if (fields.has(name)) throw refuse(`"${name}" twice`)
    fields.set(name, match[3] as string)
  }
  const [descr, fortran, shape] = ['descr', 'fortran_order', 'shape'].map(name => fields.get(name))
  if (fields.size !== 3 || !descr || !/^['"]/.test(descr) || !fortran || !/^(True|False)$/.test(fortran) || !shape?.startsWith('(')) throw refuse(JSON.stringify(text.slice(0, 80)))
  const sides = shape.slice(1, -1).split(',').map(side => side.trim())
  // Python writes a comma behind a tuple's only element, and may behind its last.
  if (sides.at(-1) === '') sides.pop()
  if (sides.length > MAX_RANK || sides.some(side => !/^\d{1,15}$/.test(side))) throw refuse(`the shape ${shape.slice(0, 80)}`)
  return { descr: descr.slice(1, -1), fortran: fortran === 'True', shape: sides.map(Number) }
}

function reverseBytes(data: Uint8Array, width: number): void {
  for (let at = 0; at < data.length; at += width) data.subarray(at, at + width).reverse()
}

/** Column-major values in row-major order. */
function rowMajor(values: Values, shape: readonly number[]): Values {
  const out = values.slice()
  const place = shape.map(() => 0)
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1))
  let from = 0
  for (let at = 0; at < out.length; at++) {
    out[at] = values[from] as number
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [size, stride] = [shape[axis] as number, strides[axis] as number]
      const next = (place[axis] as number) + 1
      if (next < size) {
        place[axis] = next
        from += stride
        break
      }
      place[axis] = 0
      from -= stride * (size - 1)
    }
  }
  return out
}
