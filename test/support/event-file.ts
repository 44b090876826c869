/**
 * Reads TensorBoard's event files from what their formats' documentation says, sharing nothing with what writes them: TFRecords as in
 * TensorFlow's guide "TFRecord and tf.train.Example", protobuf messages as in its guide "Encoding". Throws for whatever is not right.
 */
export interface FoundEvent {
  readonly time: number
  readonly step: number
  readonly scalars: readonly (readonly [tag: string, value: number])[]
}

export function readEventFile(file: Uint8Array): { readonly version: string; readonly time: number; readonly events: readonly FoundEvent[] } {
  const [first, ...others] = [...records(Buffer.from(file))].map(fields)
  if (first === undefined) throw new Error('no record')
  const events = others.map(event => ({
    time: only(event, 1).readDoubleLE(),
    step: event.has(2) ? Number(only(event, 2).readBigUInt64LE()) : 0,
    scalars: (fields(only(event, 5)).get(1) ?? []).map(value => {
      const parts = fields(value)
      return [only(parts, 1).toString('utf8'), only(parts, 2).readFloatLE()] as const
    }),
  }))
  return { version: only(first, 3).toString('utf8'), time: only(first, 1).readDoubleLE(), events }
}

function* records(file: Buffer): Generator<Buffer> {
  for (let at = 0; at < file.length;) {
    const length = file.subarray(at, at + 8)
    requireSum(length, file.readUInt32LE(at + 8))
    const end = at + 12 + Number(length.readBigUInt64LE())
    if (end + 4 > file.length) throw new Error('a record beyond the end')
    const content = file.subarray(at + 12, end)
    requireSum(content, file.readUInt32LE(end))
    yield content
    at = end + 4
  }
}

function requireSum(bytes: Buffer, stored: number): void {
  const turned = (stored - 0xa282ead8) >>> 0
  const sum = ((turned >>> 17) | (turned << 15)) >>> 0
  if (bitByBit(bytes) !== sum) throw new Error('a wrong checksum')
}

/** CRC-32C from its definition, a bit at a time. */
function bitByBit(bytes: Buffer): number {
  let register = 0xffffffff
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++) {
      const out = (register ^ (byte >> bit)) & 1
      register = (register >>> 1) ^ (out ? 0x82f63b78 : 0)
    }
  }
  return ~register >>> 0
}

/** The fields of a message by number: contents of those with a length, else 8 or 4 bytes; whole numbers as 8 bytes. */
function fields(message: Buffer): Map<number, Buffer[]> {
  const found = new Map<number, Buffer[]>()
  let at = 0
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++)
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const take = (bytes: number): Buffer => {
    if (at + bytes > message.length) throw new Error('a field beyond the end')
    at += bytes
    return message.subarray(at - bytes, at)
  }
  while (at < message.length) {
    const key = Number(varint())
    let content: Buffer
    switch (key & 7) {
      case 0:
        content = Buffer.alloc(8)
        content.writeBigUInt64LE(varint())
        break
      case 1:
        content = take(8)
        break
      case 2:
        content = take(Number(varint()))
        break
      case 5:
        content = take(4)
        break
      default:
        throw new Error(`wire type ${key & 7}`)
    }
    found.set(key >> 3, [...(found.get(key >> 3) ?? []), content])
  }
  return found
}

function only(message: Map<number, Buffer[]>, field: number): Buffer {
  const [content, more] = message.get(field) ?? []
  if (content === undefined || more !== undefined) throw new Error(`expected field ${field} once`)
  return content
}
