/** The PNG file with the content of its only IDAT chunk replaced, and marked as interlaced if asked for. */
export function withData(png: Buffer, data: Buffer, { interlaced = false } = {}): Buffer {
  const at = png.indexOf('IDAT') - 4
  const head = Buffer.from(png.subarray(0, at))
  if (interlaced) {
    head.writeUInt8(1, 28)
    head.writeUInt32BE(crc32(head.subarray(12, 29)), 29)
  }
  return Buffer.concat([head, chunk('IDAT', data), png.subarray(at + 12 + png.readUInt32BE(at))])
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data])
  const frame = Buffer.alloc(4)
  frame.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([frame, body, sum])
}

/** PNG specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1
  }
  return (sum ^ 0xffffffff) >>> 0
}
