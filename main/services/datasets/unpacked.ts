import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { BitwrightError } from '../../../core/errors.ts'
import { codeOf, diskTrouble, regularFileSize } from '../files.ts'
import type { SourceFile } from './manifest.ts'

/** Deflate cannot do better: 258 bytes take two bits (M. Adler, zlib technical details, "Maximum Expansion Factor"). */
export const DEFLATE_LIMIT = 1032

export const CHUNK = 2 ** 18

/**
 * Reads a file from beginning to end, gunzipped if it is gzip data (told by its content), and hands it on piece by piece; nothing of
 * it is kept. What `consume` throws ends the reading at once and is thrown. Returns what the file is as it lies on disk.
 */
export async function streamUnpacked(path: string, consume: (chunk: Buffer) => void, signal?: AbortSignal): Promise<SourceFile> {
  const bytes = await regularFileSize(path)
  const hash = createHash('sha256')
  const raw = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      hash.update(chunk as Buffer)
      yield chunk as Buffer
    }
  }
  const pass = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) consume(chunk)
  }
  const gunzip = (await isGzip(path)) ? createGunzip({ chunkSize: CHUNK }) : undefined
  try {
    await (gunzip === undefined ? pipeline(raw, pass, { signal }) : pipeline(raw, gunzip, pass, { signal }))
  } catch (error) {
    throw zlibTrouble(error, path, 'gzip', signal)
  }
  if (gunzip !== undefined) checkUsed(gunzip.bytesWritten, bytes, path)
  return { name: basename(path), bytes, sha256: hash.digest('hex') }
}

export async function isGzip(path: string): Promise<boolean> {
  return startsGzip(await bytesAt(path, 0, 2))
}

export function startsGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Up to `count` bytes from byte `start` on; fewer if the file ends. */
export async function bytesAt(path: string, start: number, count: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(count), 0, count, start)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskTrouble(error, path)
  }
}

/** What to say instead of zlib's own errors; others as diskTrouble has them. */
export function zlibTrouble(error: unknown, path: string, kind: 'gzip' | 'compressed', signal: AbortSignal | undefined): Error {
  const code = codeOf(error)
  // zlib closes its stream at the end of its data, whatever is still to come, and the pipeline gives up what comes.
  if ((code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR') && signal?.aborted !== true) return trailing(path, error)
  if (error instanceof BitwrightError || !code?.startsWith('Z_')) return diskTrouble(error, path)
  const what = code === 'Z_BUF_ERROR' ? `expected ${kind === 'gzip' ? 'a whole gzip file' : 'whole compressed data'}, it ends too early` : `expected ${kind} data, found damage: ${error instanceof Error ? error.message : code}`
  return new BitwrightError({ what, where: path, remedy: 'download or copy the file again', cause: error })
}

/** zlib passes over what stands after its data; here nothing may. */
export function checkUsed(used: number, bytes: number, path: string): void {
  if (used !== bytes) throw trailing(path)
}

function trailing(path: string, cause?: unknown): BitwrightError {
  return new BitwrightError({ what: 'expected no bytes after the compressed data, found some', where: path, remedy: 'download or copy the file again, with nothing after it', cause })
}

/** A file as it lies on disk, read from beginning to end. */
export async function describeFile(path: string, signal?: AbortSignal): Promise<SourceFile> {
  const bytes = await regularFileSize(path)
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path, { highWaterMark: CHUNK }), hash, { signal })
  } catch (error) {
    throw diskTrouble(error, path)
  }
  return { name: basename(path), bytes, sha256: hash.digest('hex') }
}
