import { open, type FileHandle } from 'node:fs/promises'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { codeOf, diskTrouble, parseJson, readBounded } from '../files.ts'

const LIMIT = 2 ** 30
const [LINE_END, OPENING, CLOSING] = [0x0a, 0x7b, 0x7d]

export interface StoredLine<T> {
  readonly value: T
  /** Bytes of the file up to the end of this line. */
  readonly end: number
}

export interface LinesOptions {
  readonly log?: ((message: string) => void) | undefined
  /** Where to begin: the beginning of a line. */
  readonly from?: ((bytes: Uint8Array) => number) | undefined
}

/**
 * Values of a file of JSON lines, in order; none if there is no file. What follows the last line end was torn by a crash and is
 * left out; a damaged line elsewhere is left out too and named to `log`.
 */
export async function readLines<T extends z.ZodType>(path: string, schema: T, { log, from }: LinesOptions = {}): Promise<StoredLine<z.infer<T>>[]> {
  const bytes = await readBounded(path, LIMIT).catch((error: unknown) => {
    if (error instanceof BitwrightError && codeOf(error.cause) === 'ENOENT') return new Uint8Array()
    throw error
  })
  const first = from?.(bytes) ?? 0
  const ends: number[] = []
  for (let end = bytes.indexOf(LINE_END, first); end >= 0; end = bytes.indexOf(LINE_END, end + 1)) ends.push(end)
  const objects = ends.every((end, at) => bytes[at === 0 ? first : (ends[at - 1] as number) + 1] === OPENING && bytes[end - 1] === CLOSING)
  const whole = objects ? allAtOnce(bytes.subarray(first, ends.at(-1)), ends.length, schema) : undefined
  if (whole) return ends.map((end, at) => ({ value: whole[at] as z.infer<T>, end: end + 1 }))
  return ends.flatMap((end, at) => {
    const place = `${path}, line ${at + 1}${first > 0 ? ` after byte ${first}` : ''}`
    try {
      return [{ value: parseJson(bytes.subarray(at === 0 ? first : (ends[at - 1] as number) + 1, end), schema, place), end: end + 1 }]
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      log?.(`a damaged line is left out: ${error.message}`)
      return []
    }
  })
}

/** All lines as one text, which takes a quarter of the time; undefined if any is damaged, or pretends to be more than one. */
function allAtOnce<T extends z.ZodType>(bytes: Uint8Array, count: number, schema: T): z.infer<T>[] | undefined {
  if (count === 0) return []
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const values = parseJson(`[${text.replaceAll('\n', ',')}]`, z.array(schema), '')
    return values.length === count ? values : undefined
  } catch {
    return undefined
  }
}

/** A file of JSON lines that grows at its end. One writer at a time: the run's lock sees to that. */
export class LineWriter {
  readonly #path: string
  readonly #file: FileHandle
  #length: number

  private constructor(path: string, file: FileHandle, length: number) {
    this.#path = path
    this.#file = file
    this.#length = length
  }

  /**
   * Opens for appending after `length` bytes, a line end before them; what follows is cut off. Left out, it is the end of
   * the last whole line. The file is made if there is none.
   */
  static async open(path: string, length?: number): Promise<LineWriter> {
    try {
      const file = await open(path, 'a+')
      try {
        const end = length ?? (await lastLineEnd(file))
        if ((await file.stat()).size > end) {
          await file.truncate(end)
          await file.sync()
        }
        return new LineWriter(path, file, end)
      } catch (error) {
        await file.close()
        throw error
      }
    } catch (error) {
      throw diskTrouble(error, path)
    }
  }

  /** Values, a line each: on the disk when this returns, unless `sync` is off. What could not be written whole is taken back. */
  async append(values: readonly unknown[], { sync = true } = {}): Promise<void> {
    const lines = Buffer.from(values.map(value => `${JSON.stringify(value)}\n`).join(''))
    try {
      await this.#file.appendFile(lines)
      if (sync) await this.#file.datasync()
      this.#length += lines.length
    } catch (error) {
      await this.#file.truncate(this.#length).catch(() => undefined)
      throw diskTrouble(error, this.#path, lines.length)
    }
  }

  /** All that was appended is on the disk when this returns. */
  async sync(): Promise<void> {
    await this.#file.datasync().catch((error: unknown) => {
      throw diskTrouble(error, this.#path)
    })
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

const CHUNK = 64 * 1024

async function lastLineEnd(file: FileHandle): Promise<number> {
  const chunk = Buffer.alloc(CHUNK)
  for (let end = (await file.stat()).size; end > 0; end -= CHUNK) {
    const begin = Math.max(0, end - CHUNK)
    const { bytesRead } = await file.read(chunk, 0, end - begin, begin)
    const at = chunk.subarray(0, bytesRead).lastIndexOf(LINE_END)
    if (at >= 0) return begin + at + 1
  }
  return 0
}
