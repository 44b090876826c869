import { BitwrightError } from '../errors.ts'

/**
 * Headers of tar archives (POSIX.1-1988 "ustar", which V7 and GNU archives share in what is read here): blocks of 512 bytes, one
 * header before each file, its content filled up to whole blocks, two blocks of zeros at the end.
 */
export const TAR_BLOCK = 512

export interface TarHeader {
  /** As it stands there: not to be trusted as a path. */
  readonly name: string
  readonly size: number
  /** `note`: about the archive or the next entry, such as a long name (GNU) or more fields (pax). */
  readonly kind: 'file' | 'folder' | 'link' | 'note' | 'other'
}

/** Reads a header block; undefined for a block of zeros, which ends the archive. Throws for what is no header. */
export function parseTarHeader(block: Uint8Array, where: string): TarHeader | undefined {
  if (block.every(byte => byte === 0)) return undefined
  const damaged = (what: string): BitwrightError => new BitwrightError({ what, where, remedy: 'download or copy the archive again' })
  // The sum of all bytes, with those of the sum itself taken as blanks.
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
  if (octal(block.subarray(148, 156)) !== sum) throw damaged('expected a header of a tar archive, found other data or damage')
  const size = octal(block.subarray(124, 136))
  if (size === undefined) throw damaged('expected the size of a file in a tar archive, found no number')
  const prefix = text(block.subarray(257, 262)) === 'ustar' ? text(block.subarray(345, 500)) : ''
  const name = text(block.subarray(0, 100))
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, kind: KINDS[String.fromCharCode(block[156] ?? 0)] ?? 'other' }
}

const KINDS: Readonly<Record<string, TarHeader['kind']>> = { '\0': 'file', '0': 'file', '7': 'file', '5': 'folder', '1': 'link', '2': 'link', x: 'note', g: 'note', L: 'note', K: 'note' }

function octal(field: Uint8Array): number | undefined {
  const digits = text(field).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

function text(field: Uint8Array): string {
  const end = field.indexOf(0)
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)))
}
