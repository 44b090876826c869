import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createInflate, inflateSync } from 'node:zlib'
import { BitwrightError } from '../../../core/errors.ts'
import { MAT_HEAD_LIMIT, MAT_HEADER_BYTES, MAT_TAG_BYTES, matHead, matVariable, MI_COMPRESSED, MI_MATRIX, parseMatHeader, parseMatTag, type MatHead } from '../../../core/formats/mat.ts'
import { Feed, type PullParser } from '../../../core/formats/pull.ts'
import { regularFileSize } from '../files.ts'
import type { ImportOptions } from './importing.ts'
import { bytesAt, checkUsed, CHUNK, DEFLATE_LIMIT, zlibTrouble } from './unpacked.ts'

export interface MatVariable {
  readonly path: string
  readonly head: MatHead
  readonly littleEndian: boolean
  readonly compressed: boolean
  /** Of the variable's element (its tag left out if it is compressed) within the file, and how many bytes. */
  readonly start: number
  readonly bytes: number
}

/** No file that anyone keeps has more; a hostile one could have millions. */
const MAX_VARIABLES = 1000
const DAMAGED = 'download or copy the file again: it is damaged or cut short'

/**
 * The variables of a MAT-file by name, found by reading their heads alone. Throws for a file that is not whole: every variable must
 * lie within it, and its compressed data must be able to hold what its head says.
 */
export async function listMat(path: string): Promise<ReadonlyMap<string, MatVariable>> {
  const size = await regularFileSize(path)
  const { littleEndian } = parseMatHeader(await bytesAt(path, 0, MAT_HEADER_BYTES), path)
  const found = new Map<string, MatVariable>()
  for (let at = MAT_HEADER_BYTES, count = 1; at < size; count++) {
    if (count > MAX_VARIABLES) throw new BitwrightError({ what: `expected at most ${MAX_VARIABLES} variables, found more`, where: path, remedy: 'save the variables that matter alone' })
    const tagBytes = await bytesAt(path, at, MAT_TAG_BYTES)
    if (tagBytes.length < MAT_TAG_BYTES) throw new BitwrightError({ what: `expected another variable or the end of the file at byte ${at}, found ${tagBytes.length} bytes`, where: path, remedy: DAMAGED })
    const tag = parseMatTag(tagBytes, littleEndian)
    if (tag.small || (tag.type !== MI_MATRIX && tag.type !== MI_COMPRESSED)) throw new BitwrightError({ what: `expected a variable at byte ${at} (element type ${MI_MATRIX} or ${MI_COMPRESSED}), found element type ${tag.type}`, where: path, remedy: DAMAGED })
    const next = at + MAT_TAG_BYTES + tag.bytes
    if (next > size) throw new BitwrightError({ what: `expected ${tag.bytes} bytes for variable ${count} at byte ${at}, the file ends after ${size - at - MAT_TAG_BYTES} of them`, where: path, remedy: DAMAGED })
    const compressed = tag.type === MI_COMPRESSED
    const place = compressed ? { start: at + MAT_TAG_BYTES, bytes: tag.bytes } : { start: at, bytes: MAT_TAG_BYTES + tag.bytes }
    const head = await headAt(path, place, compressed, littleEndian)
    if (head.name !== '' && found.has(head.name)) throw new BitwrightError({ what: `expected one variable ${JSON.stringify(head.name)}, found two`, where: path, remedy: 'save each variable once' })
    found.set(head.name, { path, head, littleEndian, compressed, ...place })
    at = next
  }
  return found
}

/**
 * Reads a variable that listMat has found; `body` takes its values as they come, so that nothing of it is kept twice. Data that go on
 * beyond what the head says are cut off at once, and the checksum of compressed data is held against them.
 */
export async function readMat<T>({ path, littleEndian, compressed, start, bytes, head }: MatVariable, body: (head: MatHead) => PullParser<T>, { signal, progress }: Pick<ImportOptions, 'signal' | 'progress'> = {}): Promise<T> {
  const feed = new Feed(matVariable(littleEndian, path, body), (found, ended) =>
    new BitwrightError({ what: `expected ${head.totalBytes} bytes in variable ${JSON.stringify(head.name)} as its head says, found ${ended ? 'only' : 'at least'} ${found}`, where: path, remedy: DAMAGED }))
  const raw = async function* (): AsyncGenerator<Buffer> {
    let done = 0
    for await (const chunk of createReadStream(path, { start, end: start + bytes - 1, highWaterMark: CHUNK })) {
      yield chunk as Buffer
      done += (chunk as Buffer).length
      progress?.(`reading ${basename(path)}`, done / bytes)
    }
  }
  const pass = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) feed.push(chunk)
  }
  const inflate = compressed ? createInflate({ chunkSize: CHUNK }) : undefined
  try {
    await (inflate === undefined ? pipeline(raw, pass, { signal }) : pipeline(raw, inflate, pass, { signal }))
  } catch (error) {
    throw zlibTrouble(error, path, 'compressed', signal)
  }
  if (inflate !== undefined) checkUsed(inflate.bytesWritten, bytes, path)
  return feed.finish()
}

async function headAt(path: string, { start, bytes }: Pick<MatVariable, 'start' | 'bytes'>, compressed: boolean, littleEndian: boolean): Promise<MatHead> {
  const damaged = (what: string, cause?: unknown): BitwrightError => new BitwrightError({ what, where: `${path}, byte ${start}`, remedy: DAMAGED, cause })
  let first = await bytesAt(path, start, Math.min(bytes, compressed ? 4 * MAT_HEAD_LIMIT : MAT_HEAD_LIMIT))
  if (compressed) {
    try {
      first = inflateSync(first, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: (first.length + 1) * DEFLATE_LIMIT })
    } catch (cause) {
      throw damaged('expected compressed data, found damage', cause)
    }
  }
  const feed = new Feed(matHead(littleEndian, path), () => damaged('expected a variable, found its data too short for one'))
  for (let at = 0; at < first.length && !feed.done; at++) feed.push(first.subarray(at, at + 1))
  const head = feed.finish()
  if (compressed ? head.totalBytes > bytes * DEFLATE_LIMIT : head.totalBytes !== bytes) {
    throw damaged(`expected ${head.totalBytes} bytes for variable ${JSON.stringify(head.name)} as its head says, ${bytes} bytes of ${compressed ? 'compressed ' : ''}data cannot hold them`)
  }
  return head
}
