import { crc32c } from './crc32c.ts'

/**
 * TensorBoard's event files. A file is a sequence of TFRecords (tensorflow/core/lib/io/record_writer.h): length as u64, its masked CRC-32C,
 * the bytes, their masked CRC-32C, all little-endian. Each record is an Event (tensorflow/core/util/event.proto) in protobuf's wire
 * format; the first one names the version, the others hold scalars.
 */
export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly time: number
  readonly step: number
  /** Values by tag; what is before the first "/" in a tag is the group it is shown in. Kept as float32. */
  readonly scalars: Readonly<Record<string, number>>
}

const FILE_VERSION = 'brain.Event:2'

/** `time`: of the file's beginning, in seconds since 1970. */
export function tensorboardEvents(time: number, events: readonly ScalarEvent[]): Uint8Array<ArrayBuffer> {
  const records = [header(time), ...events.map(scalarsOf)].map(record)
  const file = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const bytes of records) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}

function record(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 16)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(content.length), true)
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true)
  bytes.set(content, 12)
  view.setUint32(12 + content.length, masked(crc32c(content)), true)
  return bytes
}

/** A CRC of bytes that hold their own CRC says little, so it is turned and moved (tensorflow/core/lib/hash/crc32c.h). */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

function header(time: number): Uint8Array {
  return joined(double(1, time), text(3, FILE_VERSION))
}

function scalarsOf({ time, step, scalars }: ScalarEvent): Uint8Array {
  const values = Object.entries(scalars).map(([tag, value]) => nested(1, joined(text(1, tag), float(2, value))))
  return joined(double(1, time), whole(2, step), nested(5, joined(...values)))
}

/** Wire types of protobuf's encoding. */
const Wire = { varint: 0, eightBytes: 1, lengthFirst: 2, fourBytes: 5 } as const

function key(field: number, wire: number): Uint8Array {
  return varint((field << 3) | wire)
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. Not negative, up to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.from([...bytes, rest])
}

function whole(field: number, value: number): Uint8Array {
  return joined(key(field, Wire.varint), varint(value))
}

function double(field: number, value: number): Uint8Array {
  return joined(key(field, Wire.eightBytes), new Uint8Array(little(8, view => view.setFloat64(0, value, true))))
}

function float(field: number, value: number): Uint8Array {
  return joined(key(field, Wire.fourBytes), new Uint8Array(little(4, view => view.setFloat32(0, value, true))))
}

function text(field: number, value: string): Uint8Array {
  return nested(field, new TextEncoder().encode(value))
}

function nested(field: number, content: Uint8Array): Uint8Array {
  return joined(key(field, Wire.lengthFirst), varint(content.length), content)
}

function little(bytes: number, write: (view: DataView) => void): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes)
  write(new DataView(buffer))
  return buffer
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
