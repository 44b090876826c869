import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { invariant } from '../../../core/errors.ts'
import { encodeHeader, type TensorSpec } from '../../../core/formats/safetensors.ts'
import { diskTrouble, writeAtomic } from '../files.ts'
import { encodeNotes, type CheckpointNotes } from './checkpoint-format.ts'

/** A tensor of float32 values that can be read when its turn comes (Session.snapshot gives these). */
export interface TensorSource {
  readonly name: string
  readonly shape: readonly number[]
  /** Little-endian float32, row-major. */
  read(): Promise<Uint8Array>
}

/**
 * Writes a checkpoint so that `path` holds the old one or the whole new one. One tensor is in memory at a time; the SHA-256
 * is taken on the way and patched into the header at the end. Returns the bytes written. Throws, with `path` untouched,
 * when the disk is full, telling the bytes needed.
 */
export async function writeCheckpoint(path: string, sources: readonly TensorSource[], notes: CheckpointNotes): Promise<number> {
  const specs = sources.map(({ name, shape }): TensorSpec => ({ name, dtype: 'F32', shape }))
  const header = encodeHeader(specs, encodeNotes(notes), { checksum: true })
  const byName = new Map(sources.map(source => [source.name, source]))
  await writeAtomic(path, async file => {
    const hash = createHash('sha256').update(header.bytes)
    await writeFully(file, header.bytes, path)
    for (const { name, begin, end } of header.tensors) {
      const bytes = await byName.get(name)?.read()
      invariant(bytes?.length === end - begin, () => `tensor ${name}: ${end - begin} bytes expected, ${bytes?.length ?? 0} found`)
      hash.update(bytes)
      await writeFully(file, bytes, path)
    }
    invariant(header.checksumOffset !== undefined, () => 'a header with a place for its checksum')
    await file.write(hash.digest('hex'), header.checksumOffset, 'latin1')
  }, { bytes: header.totalBytes })
  return header.totalBytes
}

const MOST_AT_ONCE = 2 ** 30

/** A write may take only part of what it is given, as when a disk is nearly full. */
async function writeFully(file: FileHandle, bytes: Uint8Array, path: string): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(MOST_AT_ONCE, bytes.length - done))
    if (bytesWritten === 0) throw diskTrouble(Object.assign(new Error(`the disk took ${done} of ${bytes.length} bytes`), { code: 'ENOSPC' }), path, bytes.length)
    done += bytesWritten
  }
}
