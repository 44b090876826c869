import { BitwrightError } from '../errors.ts'

/**
 * Zip archives as NumPy writes them (APPNOTE.TXT, PKWARE): members stored or deflated, zip64 or not. What the central directory
 * says is held against the bytes that are there: members must lie within the file, one behind the other.
 */
export interface ZipMember {
  readonly name: string
  readonly deflated: boolean
  /** Of the data as it lies in the file, and how many bytes it has once unpacked. */
  readonly start: number
  readonly packedBytes: number
  readonly bytes: number
  readonly crc32: number
}

/** Raw deflate data unpacked; throws for damage, and once more than `limit` bytes come out. */
export type InflateRaw = (data: Uint8Array, limit: number) => Uint8Array

const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
const END_BYTES = 22
const MAX_COMMENT = 65535
const ENTRY_BYTES = 46
const LOCAL_BYTES = 30
const MAX_MEMBERS = 10000
const UNKNOWN_32 = 0xffffffff
/** Deflate cannot do better: 258 bytes take two bits (M. Adler, zlib technical details, "Maximum Expansion Factor"). */
const DEFLATE_LIMIT = 1032
const REMEDY = 'download or save the file again'

/** Members in the order of the directory. `bytes` is the whole file. */
export function zipMembers(bytes: Uint8Array, where: string): ZipMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { count, start, end } = directory(view, where)
  const members: ZipMember[] = []
  let at = start
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY) throw damaged(`expected member ${index + 1} of ${count} in the directory at byte ${at}, found something else`, where)
    const [nameBytes, extraBytes, commentBytes] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)]
    const next = at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes
    if (next > end) throw damaged(`expected the directory to end at byte ${end}, member ${index + 1} goes on to ${next}`, where)
    members.push(readEntry(view, bytes, at, where))
    at = next
  }
  checkApart(members, start, where)
  return members
}

/** The data of one member, unpacked and held against its checksum. */
export function unzipMember(bytes: Uint8Array, member: ZipMember, where: string, inflateRaw: InflateRaw): Uint8Array {
  const place = `${where}, ${member.name}`
  const packed = bytes.subarray(member.start, member.start + member.packedBytes)
  let data = packed
  if (member.deflated) {
    try {
      data = inflateRaw(packed, member.bytes)
    } catch (cause) {
      throw new BitwrightError({ what: `expected ${member.bytes} bytes of deflated data, found damage or more of it`, where: place, remedy: REMEDY, cause })
    }
  }
  if (data.length !== member.bytes) throw damaged(`expected ${member.bytes} bytes once unpacked, found ${data.length}`, place)
  const found = crc32(data)
  if (found !== member.crc32) throw damaged(`expected the checksum ${hex(member.crc32)}, found ${hex(found)}`, place)
  return data
}

function directory(view: DataView, where: string): { readonly count: number; readonly start: number; readonly end: number } {
  const size = view.byteLength
  for (let at = size - END_BYTES; at >= Math.max(0, size - END_BYTES - MAX_COMMENT); at--) {
    // A comment may hold the signature as well; only the true end reaches to the end of the file.
    if (view.getUint32(at, true) !== END || at + END_BYTES + view.getUint16(at + 20, true) !== size) continue
    let [count, length, start] = [view.getUint16(at + 10, true), view.getUint32(at + 12, true), view.getUint32(at + 16, true)]
    let end = at
    if (at >= 20 && view.getUint32(at - 20, true) === LOCATOR_64) {
      const record = whole(view, at - 12)
      if (record + 56 > at - 20 || view.getUint32(record, true) !== END_64) throw damaged(`expected the zip64 record at byte ${record}, found something else`, where)
      ;[count, length, start, end] = [whole(view, record + 32), whole(view, record + 40), whole(view, record + 48), record]
    }
    if (count > MAX_MEMBERS) throw damaged(`expected at most ${MAX_MEMBERS} members, found ${count}`, where)
    if (start + length !== end) throw damaged(`expected the directory to end at byte ${end}, found it to lie from byte ${start} to ${start + length}`, where)
    return { count, start, end }
  }
  throw new BitwrightError({ what: 'expected a zip archive, found none of its directory at the end', where, remedy: REMEDY })
}

function readEntry(view: DataView, bytes: Uint8Array, at: number, where: string): ZipMember {
  const nameBytes = view.getUint16(at + 28, true)
  const name = new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes))
  const place = `${where}, ${name}`
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
  if ((flags & 1) !== 0) throw new BitwrightError({ what: 'expected a member without a password', where: place, remedy: 'save it without encryption' })
  if (method !== 0 && method !== 8) throw new BitwrightError({ what: `expected a member stored or deflated (method 0 or 8), found method ${method}`, where: place, remedy: 'save it with numpy.savez or numpy.savez_compressed' })
  const fields = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
  const [size, packedBytes, offset] = wideFields(view, at + ENTRY_BYTES + nameBytes, view.getUint16(at + 30, true), fields, place) as [number, number, number]
  if (method === 0 ? packedBytes !== size : size > (packedBytes + 1) * DEFLATE_LIMIT) throw damaged(`expected ${size} bytes once unpacked, ${packedBytes} bytes of data cannot hold them`, place)
  if (offset + LOCAL_BYTES > view.byteLength || view.getUint32(offset, true) !== LOCAL) throw damaged(`expected the member at byte ${offset}, found something else`, place)
  const start = offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
  return { name, deflated: method === 8, start, packedBytes, bytes: size, crc32: view.getUint32(at + 16, true) }
}

/** Fields that do not fit 32 bits stand, in their order, in the zip64 extra field (id 1). */
function wideFields(view: DataView, start: number, length: number, fields: readonly number[], where: string): number[] {
  if (!fields.includes(UNKNOWN_32)) return [...fields]
  for (let at = start; at + 4 <= start + length;) {
    const [id, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)]
    const end = at + 4 + size
    if (end > start + length) break
    if (id === 1) {
      let next = at + 4
      return fields.map(field => {
        if (field !== UNKNOWN_32) return field
        if (next + 8 > end) throw damaged('expected sizes in its zip64 field, found it too short', where)
        next += 8
        return whole(view, next - 8)
      })
    }
    at = end
  }
  throw damaged('expected a zip64 field with its sizes, found none', where)
}

/** Data that lies twice in the directory is how a small file unpacks to an endless one (D. Fifield, "A better zip bomb"). */
function checkApart(members: readonly ZipMember[], directoryStart: number, where: string): void {
  let end = 0
  for (const { name, start, packedBytes } of [...members].sort((a, b) => a.start - b.start)) {
    if (start < end + LOCAL_BYTES) throw damaged(`expected its data behind byte ${end}, found it to begin at ${start}, within another member`, `${where}, ${name}`)
    end = start + packedBytes
    if (end > directoryStart) throw damaged(`expected its data to end by byte ${directoryStart}, where the directory begins, found ${end}`, `${where}, ${name}`)
  }
  const names = new Set(members.map(({ name }) => name))
  if (names.size !== members.length) throw damaged(`expected members of different names, found ${members.length - names.size} twice`, where)
}

/** A 64-bit whole number; past 2^53, which no file reaches, it is Infinity. */
function whole(view: DataView, at: number): number {
  const value = Number(view.getBigUint64(at, true))
  return Number.isSafeInteger(value) ? value : Infinity
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

/** The checksum of zip (ISO 3309), as an unsigned number. */
export function crc32(data: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of data) value = (value >>> 8) ^ (TABLE[(value ^ byte) & 255] as number)
  return (value ^ 0xffffffff) >>> 0
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function damaged(what: string, where: string): BitwrightError {
  return new BitwrightError({ what, where, remedy: REMEDY })
}
