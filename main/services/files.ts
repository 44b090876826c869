import { randomBytes } from 'node:crypto'
import { lstat, open, readdir, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { z } from 'zod'
import { parseAs } from '../../core/architecture/project.ts'
import { BitwrightError } from '../../core/errors.ts'

/** A whole content, or a function that writes it to the open file in as many pieces as it likes. */
export type AtomicContent = Uint8Array | string | ((file: FileHandle) => Promise<void>)

/** Room left free beyond what is written: other programs, and the file system's own books, need some. */
const SPARE_BYTES = 16 * 2 ** 20

/**
 * Writes a file so that `path` holds either its old content or the whole new one, also after a crash or a power cut:
 * a temporary file in the same folder, fsynced, renamed over `path`, the folder fsynced. On failure the temporary
 * file is removed and `path` is untouched. `bytes` is what will be written, for the message when the disk is full;
 * left out, it is the length of the content.
 */
export async function writeAtomic(path: string, content: AtomicContent, { bytes }: { readonly bytes?: number } = {}): Promise<void> {
  const needed = bytes ?? (typeof content === 'function' ? undefined : Buffer.byteLength(content))
  const temporary = join(dirname(path), `.${basename(path)}.${uniqueSuffix()}.tmp`)
  try {
    await writeSynced(temporary, content)
    await rename(temporary, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw diskTrouble(error, path, needed)
  }
}

/** Writes a new file and fsyncs it; an existing one is an error. Errors are the system's own. */
export async function writeSynced(path: string, content: AtomicContent): Promise<void> {
  const file = await open(path, 'wx')
  try {
    if (typeof content === 'function') await content(file)
    else await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes renames within a folder last. Windows cannot open a folder, and does not need it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Whether anything has this name, a link to nothing included. */
export function pathExists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false)
}

/** Names of what is in a folder; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw diskTrouble(error, folder)
  }
}

/** Part of a name that no other writer uses: process id and random characters, joined by "-". */
export function uniqueSuffix(): string {
  return `${process.pid}-${randomBytes(6).toString('hex')}`
}

/** Reads a whole regular file of at most `limit` bytes, as long as it is when it is opened: it may grow or be cut meanwhile, or another take its place. */
export async function readBounded(path: string, limit: number): Promise<Uint8Array> {
  // A pipe would be waited for in open().
  await regularFileSize(path)
  return opened(path, async file => {
    const { size } = await file.stat()
    if (size > limit) throw new BitwrightError({ what: `expected a file of at most ${limit} bytes, found ${size}`, where: path, remedy: 'use the right file' })
    const bytes = new Uint8Array(size)
    return bytes.subarray(0, await fill(file, bytes))
  })
}

/** Reads a file that must have exactly `expected` bytes. The size is compared before memory is taken. */
export async function readExactly(path: string, expected: number): Promise<Uint8Array<ArrayBuffer>> {
  const size = await regularFileSize(path)
  if (size !== expected) throw wrongSize(path, expected, size)
  return opened(path, async file => {
    const bytes = new Uint8Array(expected)
    const filled = await fill(file, bytes)
    if (filled < expected) throw wrongSize(path, expected, filled)
    return bytes
  })
}

/** Opens a file to be read; what keeps it from that is said with its name. */
export function openToRead(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((error: unknown) => {
    throw diskTrouble(error, path)
  })
}

async function opened<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openToRead(path)
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}

/** Reads from the beginning until all of `bytes` is filled or the file ends; the number of bytes read. One read returns 2 GiB at most. */
async function fill(file: FileHandle, bytes: Uint8Array): Promise<number> {
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, Math.min(bytes.length - filled, 2 ** 30), filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}

/** Size of a regular file; a folder, pipe or device is refused, as is a name that does not exist. */
export async function regularFileSize(path: string): Promise<number> {
  const status = await stat(path).catch((error: unknown) => {
    throw diskTrouble(error, path)
  })
  if (!status.isFile()) throw new BitwrightError({ what: `expected a file, found ${status.isDirectory() ? 'a folder' : 'something that is neither file nor folder'}`, where: path, remedy: 'name a file' })
  return status.size
}

/** Reads a JSON file and parses it against `schema`. `limit` bounds the size, 16 MiB if left out. */
export async function readJson<T extends z.ZodType>(path: string, schema: T, { limit = 16 * 2 ** 20 }: { readonly limit?: number } = {}): Promise<z.infer<T>> {
  return parseJson(await readBounded(path, limit), schema, path)
}

/** Parses JSON text or UTF-8 bytes from outside against `schema`; a "__proto__" anywhere in it is refused. */
export function parseJson<T extends z.ZodType>(text: string | Uint8Array, schema: T, where: string): z.infer<T> {
  const refusePrototype = (key: string, item: unknown): unknown => {
    if (key === '__proto__') throw new BitwrightError({ what: 'the field name "__proto__" is not allowed', where, remedy: 'remove the field' })
    return item
  }
  let value: unknown
  try {
    const json = typeof text === 'string' ? text : new TextDecoder('utf-8', { fatal: true }).decode(text)
    // The name can only occur as it stands or with an escape in it; without either the slow walk is not needed.
    value = /__proto__|\\u/.test(json) ? JSON.parse(json, refusePrototype) : JSON.parse(json)
  } catch (cause) {
    if (cause instanceof BitwrightError) throw cause
    throw new BitwrightError({ what: `expected JSON in UTF-8: ${cause instanceof Error ? cause.message : String(cause)}`, where, remedy: 'correct the file, or restore it from a copy', cause })
  }
  return parseAs(schema, value, where)
}

/** Throws if the disk that holds `folder` (which exists) has not `bytes` free, and a little over. */
export async function ensureSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytes(folder)
  if (free === undefined || free >= bytes + SPARE_BYTES) return
  throw new BitwrightError({ what: `expected ${bytes} bytes free on the disk and ${SPARE_BYTES} to spare, found ${free}`, where: folder, remedy: 'free some space, or use another disk with --home' })
}

/** Free space for this user; undefined where the file system does not tell. */
async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}

/** The system's code of an error, such as ENOENT; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Codes of what a person can mend while a program waits: room, permissions, a disk that is back. */
const MENDABLE = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOENT', 'ENOTDIR']

/** Whether an error is the disk's, and not the program's. */
export function isDiskTrouble(error: unknown): boolean {
  return error instanceof BitwrightError && MENDABLE.includes(codeOf(error.cause) ?? '')
}

/** What to say instead of an error code of the system. Other errors, and those that already speak to a person, are returned as they are. */
export function diskTrouble(error: unknown, path: string, bytes?: number): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  const trouble = (what: string, remedy: string): BitwrightError => new BitwrightError({ what, where: path, remedy, cause: error })
  switch (codeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return trouble(`the disk is full${bytes === undefined ? '' : `: ${bytes} bytes were needed`}; nothing was changed`, 'free some space, or use another disk with --home')
    case 'EFBIG':
      return trouble(`the file would be larger than is allowed here${bytes === undefined ? '' : `: ${bytes} bytes were needed`}; nothing was changed`, 'raise the file size limit, or use another disk with --home')
    case 'ENOENT':
      return trouble('expected a file or folder, found nothing of this name', 'check the name')
    case 'EACCES':
    case 'EPERM':
      return trouble('the system does not allow access', 'change the permissions, or use another folder')
    case 'EROFS':
      return trouble('the disk is read-only', 'use another disk with --home')
    case 'ENOTDIR':
      return trouble('expected a folder in the path, found a file', 'check the path')
    case 'EISDIR':
      return trouble('expected a file, found a folder', 'name a file')
    case 'EMFILE':
    case 'ENFILE':
      return trouble('too many files are open', 'close some programs, or raise the limit on open files')
    case 'EIO':
      return trouble('the disk reported a read or write error', 'check the disk, and restore the file from a copy')
    default:
      return error
  }
}

function wrongSize(path: string, expected: number, found: number): BitwrightError {
  return new BitwrightError({ what: `expected a file of ${expected} bytes, found ${found}`, where: path, remedy: 'restore the file: it was changed or cut short' })
}
