import { concat } from './mat-file.ts'

export interface TarEntry {
  readonly name: string
  readonly bytes?: Uint8Array
  /** The type letter; a file if left out. */
  readonly type?: string
  readonly prefix?: string
  /** Put in place of the true size. */
  readonly claimed?: number
}

/** A tar archive in the form "ustar". */
export function tarFile(entries: readonly TarEntry[], { end = 1024 } = {}): Uint8Array {
  return concat(...entries.flatMap(({ name, bytes = new Uint8Array(0), type = '0', prefix = '', claimed = bytes.length }) => {
    const header = new Uint8Array(512)
    const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at)
    put(0, name)
    put(100, '0000644\0')
    put(124, `${claimed.toString(8).padStart(11, '0')}\0`)
    put(148, ' '.repeat(8))
    put(156, type)
    put(257, 'ustar\u000000')
    put(345, prefix)
    put(148, `${header.reduce((sum, byte) => sum + byte).toString(8).padStart(6, '0')}\0 `)
    return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)]
  }), new Uint8Array(end))
}
