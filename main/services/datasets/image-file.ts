import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { BitwrightError } from '../../../core/errors.ts'
import { diskTrouble } from '../files.ts'

/** Records that are read at once where they are wanted one after another. */
const RUN_BYTES = 2 ** 20

/** Stored images of one size, read where they lie. For threads: reading blocks. The file stays open until `close`, or as long as the thread lives. */
export class ImageFile {
  readonly #path: string
  readonly #descriptor: number
  readonly #bytes: number
  readonly #count: number
  readonly #buffer: Uint8Array
  /** Image at the beginning of the buffer, and how many follow it. */
  #first = 0
  #held = 0
  #last = -1

  constructor(path: string, bytes: number) {
    this.#path = path
    this.#bytes = bytes
    this.#buffer = new Uint8Array(bytes * Math.max(1, Math.floor(RUN_BYTES / bytes)))
    try {
      this.#descriptor = openSync(path, 'r')
      this.#count = Math.floor(fstatSync(this.#descriptor).size / bytes)
    } catch (error) {
      throw diskTrouble(error, path)
    }
  }

  /** The bytes of an image; good until the next call. */
  read(image: number): Uint8Array {
    const held = image - this.#first
    if (held >= 0 && held < this.#held) return this.#buffer.subarray(held * this.#bytes, (held + 1) * this.#bytes)
    // After two neighbours more of them are likely to follow.
    const wanted = image === this.#last + 1 ? this.#buffer.length / this.#bytes : 1
    this.#held = 0
    const length = Math.min(wanted, Math.max(1, this.#count - image)) * this.#bytes
    for (let filled = 0; filled < length;) {
      const read = this.#readAt(filled, length - filled, image * this.#bytes + filled)
      if (read === 0) throw new BitwrightError({ what: `expected image ${image} at byte ${image * this.#bytes}, the file ends before it does`, where: this.#path, remedy: 'import the data set again: its file was cut short' })
      filled += read
    }
    this.#first = image
    this.#held = length / this.#bytes
    this.#last = image + this.#held - 1
    return this.#buffer.subarray(0, this.#bytes)
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #readAt(at: number, length: number, position: number): number {
    try {
      return readSync(this.#descriptor, this.#buffer, at, length, position)
    } catch (error) {
      throw diskTrouble(error, this.#path)
    }
  }
}
