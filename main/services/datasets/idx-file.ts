import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { BitwrightError } from '../../../core/errors.ts'
import { checkIdxLength, idxKind, IMAGES_HEADER_BYTES, LABELS_HEADER_BYTES, parseIdxHeader, type IdxHeader, type IdxKind } from '../../../core/formats/idx.ts'
import { codeOf, diskTrouble, regularFileSize } from '../files.ts'
import { MAX_IMAGES_BYTES, type SourceFile } from './manifest.ts'

export interface IdxFile {
  /** The whole file, gunzipped; its length is what its header says. */
  readonly bytes: Uint8Array
  /** The file as it lies on disk. */
  readonly source: SourceFile
}

/** Deflate cannot do better: 258 bytes take two bits (M. Adler, zlib technical details, "Maximum Expansion Factor"). */
const DEFLATE_LIMIT = 1032

/**
 * Reads an IDX file, gzipped or not (told by its content). The header comes first and says the size of the whole, so exactly
 * that much memory is taken, and a stream that goes on beyond it, such as a gzip bomb, is cut off at once.
 */
export async function readIdxFile(path: string, kind: IdxKind, signal?: AbortSignal): Promise<IdxFile> {
  const size = await regularFileSize(path)
  const hash = createHash('sha256')
  const sink = new IdxSink(path, kind, size, await isGzip(path))
  const raw = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 })) {
      hash.update(chunk as Buffer)
      yield chunk as Buffer
    }
  }
  const consume = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of chunks) sink.add(chunk)
  }
  try {
    await (sink.gzipped ? pipeline(raw, createGunzip({ chunkSize: 2 ** 18 }), consume, { signal }) : pipeline(raw, consume, { signal }))
  } catch (error) {
    throw gzipTrouble(error, path)
  }
  return { bytes: sink.finish(), source: { name: basename(path), bytes: size, sha256: hash.digest('hex') } }
}

/** What a file announces in its first bytes, gunzipped if need be; undefined if it is no IDX of images or labels. */
export async function peekIdxKind(path: string): Promise<IdxKind | undefined> {
  await regularFileSize(path)
  const first = await firstBytes(path, 1024)
  if (!startsGzip(first)) return idxKind(first)
  try {
    return idxKind(gunzipSync(first, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * DEFLATE_LIMIT + 1024 }))
  } catch {
    return undefined
  }
}

/** Collects a stream into the memory that its header asks for. */
class IdxSink {
  readonly gzipped: boolean
  private readonly path: string
  private readonly kind: IdxKind
  private readonly size: number
  private head = Buffer.alloc(0)
  private header: IdxHeader | undefined
  private bytes = new Uint8Array(0)
  private received = 0

  constructor(path: string, kind: IdxKind, size: number, gzipped: boolean) {
    this.path = path
    this.kind = kind
    this.size = size
    this.gzipped = gzipped
  }

  add(chunk: Buffer): void {
    if (this.header !== undefined) {
      this.store(chunk)
      return
    }
    this.head = Buffer.concat([this.head, chunk])
    if (this.head.length < (this.kind === 'images' ? IMAGES_HEADER_BYTES : LABELS_HEADER_BYTES)) return
    this.header = parseIdxHeader(this.head, this.kind, this.path)
    this.bytes = this.allocate(this.header)
    this.store(this.head)
  }

  /** The bytes, if as many came as the header says. */
  finish(): Uint8Array {
    checkIdxLength(this.received, this.header ?? parseIdxHeader(this.head, this.kind, this.path), this.path)
    return this.bytes
  }

  private store(chunk: Buffer): void {
    if (this.header !== undefined && this.received + chunk.length > this.bytes.length) checkIdxLength(this.received + chunk.length, this.header, this.path, true)
    this.bytes.set(chunk, this.received)
    this.received += chunk.length
  }

  private allocate(header: IdxHeader): Uint8Array<ArrayBuffer> {
    if (!this.gzipped) checkIdxLength(this.size, header, this.path)
    else if (header.totalBytes > this.size * DEFLATE_LIMIT) {
      throw new BitwrightError({ what: `expected ${header.totalBytes} bytes as the header says, ${this.size} bytes of gzip data cannot hold them: the file is cut short or its header is false`, where: this.path, remedy: 'download or copy the file again' })
    }
    if (header.totalBytes > MAX_IMAGES_BYTES) throw new BitwrightError({ what: `expected at most ${MAX_IMAGES_BYTES} bytes, the header asks for ${header.totalBytes}`, where: this.path, remedy: 'split the data set' })
    try {
      return new Uint8Array(header.totalBytes)
    } catch (cause) {
      throw new BitwrightError({ what: `expected ${header.totalBytes} bytes of memory, the system does not give them`, where: this.path, remedy: 'close other programs, or split the data set', cause })
    }
  }
}

async function isGzip(path: string): Promise<boolean> {
  return startsGzip(await firstBytes(path, 2))
}

function startsGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r')
    try {
      const { bytesRead, buffer } = await file.read(new Uint8Array(count), 0, count, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw diskTrouble(error, path)
  }
}

function gzipTrouble(error: unknown, path: string): Error {
  const code = codeOf(error)
  if (error instanceof BitwrightError || !code?.startsWith('Z_')) return diskTrouble(error, path)
  const what = code === 'Z_BUF_ERROR' ? 'expected a whole gzip file, it ends too early' : `expected gzip data, found damage: ${error instanceof Error ? error.message : code}`
  return new BitwrightError({ what, where: path, remedy: 'download or copy the file again', cause: error })
}
