import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError, invariant } from '../../../core/errors.ts'
import { headerLength, parseHeader, withoutChecksum, type ParsedHeader } from '../../../core/formats/safetensors.ts'
import type { Position } from '../../../core/training/position.ts'
import { diskTrouble, openToRead, regularFileSize } from '../files.ts'
import { decodeNotes, type CheckpointNotes } from './checkpoint-format.ts'
import { projectFingerprint } from './fingerprint.ts'

const REMEDY = 'use another checkpoint of the run'
const CHUNK = 2 ** 20

export interface TensorShape {
  readonly name: string
  readonly shape: readonly number[]
}

/** A checkpoint whose checksum was found right. It stays open, so that what is read is what was checked, until `close`. */
export class Checkpoint {
  readonly path: string
  readonly notes: CheckpointNotes
  readonly #header: ParsedHeader
  readonly #file: FileHandle

  private constructor(path: string, notes: CheckpointNotes, header: ParsedHeader, file: FileHandle) {
    this.path = path
    this.notes = notes
    this.#header = header
    this.#file = file
  }

  /** Opens and checks a file from outside: header, metadata, and the SHA-256 of all of it. Throws a BitwrightError for any damage. */
  static async open(path: string): Promise<Checkpoint> {
    const { file, totalBytes } = await opened(path)
    try {
      const { header, headerBytes, notes } = await readHeader(file, totalBytes, path)
      await checkSum(file, header, headerBytes, path)
      return new Checkpoint(path, notes, header, file)
    } catch (error) {
      await file.close()
      throw diskTrouble(error, path)
    }
  }

  /** The same of a file that must have been written for this project. */
  static async of(project: Project, path: string): Promise<Checkpoint> {
    const checkpoint = await Checkpoint.open(path)
    try {
      checkpoint.checkProject(projectFingerprint(project))
      return checkpoint
    } catch (error) {
      await checkpoint.close()
      throw error
    }
  }

  /** What a checkpoint says of its place in training. Its header is read alone: nothing tells whether the rest is whole. */
  static async position(path: string): Promise<Position> {
    const { file, totalBytes } = await opened(path)
    try {
      return (await readHeader(file, totalBytes, path)).notes.position
    } finally {
      await file.close()
    }
  }

  /** Throws unless it was written for the network of `project`, a fingerprint. */
  checkProject(project: string): void {
    if (this.notes.project !== project) throw new BitwrightError({ what: 'this checkpoint was written for another network or another recipe', where: this.path, remedy: 'use it with the project it was trained with' })
  }

  /** Throws unless every tensor of `expected` is there in its shape; others may be there too. */
  checkTensors(expected: readonly TensorShape[]): void {
    for (const { name, shape } of expected) {
      const found = this.#header.tensors.get(name)
      const wanted = `F32 [${shape.join(', ')}]`
      if (!found) throw new BitwrightError({ what: `expected a tensor "${name}" of ${wanted}, found none of that name`, where: this.path, remedy: REMEDY })
      const text = `${found.dtype} [${found.shape.join(', ')}]`
      if (text !== wanted) throw new BitwrightError({ what: `expected tensor "${name}" as ${wanted}, found ${text}`, where: this.path, remedy: REMEDY })
    }
  }

  /** Values of a tensor that checkTensors found right. Synchronous: who restores a model takes one tensor at a time. */
  values(name: string): Float32Array<ArrayBuffer> | undefined {
    const entry = this.#header.tensors.get(name)
    if (!entry) return undefined
    const bytes = new Uint8Array(entry.end - entry.begin)
    for (let done = 0; done < bytes.length;) {
      const taken = readSync(this.#file.fd, bytes, done, Math.min(2 ** 30, bytes.length - done), this.#header.dataStart + entry.begin + done)
      if (taken === 0) throw cutShort(this.path)
      done += taken
    }
    return new Float32Array(bytes.buffer)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

async function opened(path: string): Promise<{ readonly file: FileHandle; readonly totalBytes: number }> {
  const totalBytes = await regularFileSize(path)
  return { file: await openToRead(path), totalBytes }
}

async function readHeader(file: FileHandle, totalBytes: number, path: string): Promise<{ readonly header: ParsedHeader; readonly headerBytes: Uint8Array; readonly notes: CheckpointNotes }> {
  const start = await readAt(file, 0, Math.min(8, totalBytes), path)
  const headerBytes = await readAt(file, 0, headerLength(start, totalBytes, path), path)
  const header = parseHeader(headerBytes, { where: path, totalBytes })
  return { header, headerBytes, notes: decodeNotes(header.metadata, path) }
}

async function checkSum(file: FileHandle, { checksum, dataStart, totalBytes }: ParsedHeader, headerBytes: Uint8Array, path: string): Promise<void> {
  if (!checksum) throw new BitwrightError({ what: 'expected a SHA-256 of the file in its metadata, found none', where: path, remedy: REMEDY })
  const hash = createHash('sha256').update(withoutChecksum(headerBytes, checksum.offset))
  for (let position = dataStart; position < totalBytes; position += CHUNK) hash.update(await readAt(file, position, Math.min(CHUNK, totalBytes - position), path))
  const found = hash.digest('hex')
  if (found !== checksum.hex) throw new BitwrightError({ what: `expected SHA-256 ${checksum.hex}, found ${found}: the file is damaged`, where: path, remedy: REMEDY })
}

async function readAt(file: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  invariant(length >= 0, () => `${length} bytes at ${position}`)
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw cutShort(path)
    done += bytesRead
  }
  return bytes
}

function cutShort(path: string): BitwrightError {
  return new BitwrightError({ what: 'the file became shorter while it was read', where: path, remedy: REMEDY })
}
