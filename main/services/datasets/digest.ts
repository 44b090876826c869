import { createHash } from 'node:crypto'

/** SHA-256 in hexadecimal. Taken in pieces, since Node refuses to hash 2 GiB or more at once and images may be twice that. */
export function sha256Of(bytes: Uint8Array, piece = 2 ** 30): string {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += piece) hash.update(bytes.subarray(at, at + piece))
  return hash.digest('hex')
}
