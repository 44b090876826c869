import { deflateRawSync } from 'node:zlib'
import { crc32 } from '../../core/formats/zip.ts'

/** Writers of NumPy's files, made for tests: whatever a reader has to refuse can be written as well. */

export type NpyType = 'f4' | 'f8' | 'i1' | 'u1' | 'i2' | 'i4' | 'i8'

const SETTERS: Readonly<Record<NpyType, readonly [number, (view: DataView, at: number, value: number, little: boolean) => void]>> = {
  f4: [4, (view, at, value, little) => view.setFloat32(at, value, little)],
  f8: [8, (view, at, value, little) => view.setFloat64(at, value, little)],
  i1: [1, (view, at, value) => view.setInt8(at, value)],
  u1: [1, (view, at, value) => view.setUint8(at, value)],
  i2: [2, (view, at, value, little) => view.setInt16(at, value, little)],
  i4: [4, (view, at, value, little) => view.setInt32(at, value, little)],
  i8: [8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
}

export interface NpyOptions {
  readonly type?: NpyType
  readonly order?: '<' | '>' | '|'
  readonly fortran?: boolean
  readonly version?: 1 | 2
  /** Put in place of what the fields say. */
  readonly header?: string
}

/** `values` in C order whatever `fortran` says: they are turned on the way. */
export function npyFile(shape: readonly number[], values: ArrayLike<number>, { type = 'f4', order = '<', fortran = false, version = 1, header }: NpyOptions = {}): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const start = version === 1 ? 10 : 12
  const plain = header ?? `{'descr': '${order}${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${tuple}, }`
  const text = `${plain.padEnd(64 * Math.ceil((plain.length + start + 1) / 64) - start - 1)}\n`
  const [width, set] = SETTERS[type]
  const bytes = new Uint8Array(start + text.length + values.length * width)
  const view = new DataView(bytes.buffer)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0])
  if (version === 1) view.setUint16(8, text.length, true)
  else view.setUint32(8, text.length, true)
  bytes.set(new TextEncoder().encode(text), start)
  for (let i = 0; i < values.length; i++) set(view, start + text.length + (fortran ? columnMajor(i, shape) : i) * width, values[i] as number, order !== '>')
  return bytes
}

/** Where the value at place `index` of C order lies in Fortran order. */
function columnMajor(index: number, shape: readonly number[]): number {
  let rest = index
  const place = shape.map(() => 0)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % (shape[axis] as number)
    rest = Math.floor(rest / (shape[axis] as number))
  }
  return place.reduceRight((sum, at, axis) => sum * (shape[axis] as number) + at, 0)
}

export interface ZipOptions {
  readonly deflated?: boolean
  /** Sizes in zip64 fields: of the local headers as NumPy has it, or of the directory too. */
  readonly zip64?: 'local' | 'all'
  /** Put in place of a member's real sizes. */
  readonly claim?: { readonly bytes?: number; readonly packed?: number; readonly crc?: number; readonly offset?: number }
  readonly comment?: string
}

export function zipFile(members: Readonly<Record<string, Uint8Array>>, { deflated = false, zip64, claim = {}, comment = '' }: ZipOptions = {}): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const [name, data] of Object.entries(members)) {
    const packed = deflated ? deflateRawSync(data) : data
    const sizes = [claim.bytes ?? data.length, claim.packed ?? packed.length, claim.offset ?? at] as const
    const sum = claim.crc ?? crc32(data)
    const local = member({ signature: 0x04034b50, name, deflated, crc: sum, sizes, wide: zip64 !== undefined })
    directory.push(member({ signature: 0x02014b50, name, deflated, crc: sum, sizes, wide: zip64 === 'all' }))
    parts.push(local, packed)
    at += local.length + packed.length
  }
  const length = directory.reduce((total, { length: bytes }) => total + bytes, 0)
  const tail = zip64 === 'all' ? [end64(directory.length, length, at)] : []
  return Buffer.concat([...parts, ...directory, ...tail, end(directory.length, length, at, comment, zip64 === 'all')])
}

function member({ signature, name, deflated, crc, sizes: [bytes, packed, offset], wide }: { signature: number; name: string; deflated: boolean; crc: number; sizes: readonly [number, number, number]; wide: boolean }): Uint8Array {
  const local = signature === 0x04034b50
  const fixed = local ? 30 : 46
  const fields = local ? [bytes, packed] : [bytes, packed, offset]
  const extra = wide ? 4 + 8 * fields.length : 0
  const out = new Uint8Array(fixed + name.length + extra)
  const view = new DataView(out.buffer)
  const shift = local ? 0 : 2
  view.setUint32(0, signature, true)
  view.setUint16(8 + shift, deflated ? 8 : 0, true)
  view.setUint32(14 + shift, crc, true)
  view.setUint32(18 + shift, wide ? 0xffffffff : packed, true)
  view.setUint32(22 + shift, wide ? 0xffffffff : bytes, true)
  view.setUint16(26 + shift, name.length, true)
  view.setUint16(28 + shift, extra, true)
  if (!local) view.setUint32(42, wide ? 0xffffffff : offset, true)
  out.set(new TextEncoder().encode(name), fixed)
  if (wide) {
    view.setUint16(fixed + name.length, 1, true)
    view.setUint16(fixed + name.length + 2, 8 * fields.length, true)
    for (const [k, field] of fields.entries()) view.setBigUint64(fixed + name.length + 4 + 8 * k, BigInt(field), true)
  }
  return out
}

function end(count: number, length: number, start: number, comment: string, wide: boolean): Uint8Array {
  const out = new Uint8Array(22 + comment.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, 0x06054b50, true)
  view.setUint16(8, wide ? 0xffff : count, true)
  view.setUint16(10, wide ? 0xffff : count, true)
  view.setUint32(12, wide ? 0xffffffff : length, true)
  view.setUint32(16, wide ? 0xffffffff : start, true)
  view.setUint16(20, comment.length, true)
  out.set(new TextEncoder().encode(comment), 22)
  return out
}

function end64(count: number, length: number, start: number): Uint8Array {
  const out = new Uint8Array(76)
  const view = new DataView(out.buffer)
  view.setUint32(0, 0x06064b50, true)
  view.setBigUint64(4, 44n, true)
  view.setBigUint64(24, BigInt(count), true)
  view.setBigUint64(32, BigInt(count), true)
  view.setBigUint64(40, BigInt(length), true)
  view.setBigUint64(48, BigInt(start), true)
  view.setUint32(56, 0x07064b50, true)
  view.setBigUint64(64, BigInt(start + length), true)
  view.setUint32(72, 1, true)
  return out
}
