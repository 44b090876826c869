import { constants, gunzipSync } from 'node:zlib'
import { BitwrightError } from '../../../core/errors.ts'
import { checkIdxLength, idxKind, IMAGES_HEADER_BYTES, LABELS_HEADER_BYTES, parseIdxHeader, type IdxHeader, type IdxKind } from '../../../core/formats/idx.ts'
import { regularFileSize } from '../files.ts'
import { MAX_IMAGES_BYTES, type SourceFile } from './manifest.ts'
import { takeBytes } from './memory.ts'
import { bytesAt, DEFLATE_LIMIT, isGzip, startsGzip, streamUnpacked } from './unpacked.ts'

export interface IdxFile {
  /** The whole file, gunzipped; its length is what its header says. */
  readonly bytes: Uint8Array
  /** The file as it lies on disk. */
  readonly source: SourceFile
}

/**
 * Reads an IDX file, gzipped or not (told by its content). The header comes first and says the size of the whole, so exactly
 * that much memory is taken, and a stream that goes on beyond it, such as a gzip bomb, is cut off at once.
 */
export async function readIdxFile(path: string, kind: IdxKind, signal?: AbortSignal): Promise<IdxFile> {
  const sink = new IdxSink(path, kind, await regularFileSize(path), await isGzip(path))
  const source = await streamUnpacked(path, chunk => sink.add(chunk), signal)
  return { bytes: sink.finish(), source }
}

/** What a file announces in its first bytes, gunzipped if need be; undefined if it is no IDX of images or labels. */
export async function peekIdxKind(path: string): Promise<IdxKind | undefined> {
  await regularFileSize(path)
  const first = await bytesAt(path, 0, 1024)
  if (!startsGzip(first)) return idxKind(first)
  try {
    return idxKind(gunzipSync(first, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * DEFLATE_LIMIT + 1024 }))
  } catch {
    return undefined
  }
}

/** Collects a stream into the memory that its header asks for. */
class IdxSink {
  private readonly gzipped: boolean
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
    return takeBytes(header.totalBytes, this.path)
  }
}
