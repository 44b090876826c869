import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { MAX_UPLOAD_BYTES } from '../../contract/app/datasets.ts'
import { diskTrouble, ensureSpace } from '../files.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'

interface File {
  readonly path: string
  readonly bytes: number
  received: number
}

interface Upload {
  readonly folder: string
  readonly owner: object
  readonly files: readonly File[]
  /** One piece after the other. */
  queue: Promise<void>
}

/** Uploads that nobody ended, of a host that was killed. */
const ABANDONED_MILLISECONDS = 24 * 3600 * 1000

/**
 * Files that a browser sends, under <home>/uploads: where they will lie and how large they are is settled before the first byte is taken.
 * An upload belongs to the connection that began it, and goes with it.
 */
export class Uploads {
  readonly #home: string
  readonly #uploads = new Map<string, Upload>()

  constructor(home: string) {
    this.#home = home
  }

  async begin(owner: object, files: readonly { readonly name: string; readonly bytes: number }[]): Promise<string> {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
    if (total > MAX_UPLOAD_BYTES) throw new BitwrightError({ what: `expected files of at most ${MAX_UPLOAD_BYTES} bytes in all, found ${total}`, remedy: 'name their folder on this machine instead' })
    if (new Set(files.map(({ name }) => name)).size !== files.length) throw new BitwrightError({ what: 'expected files of different names, found one twice', remedy: 'rename one of the two' })
    const { uploads } = homeFolders(this.#home)
    await mkdir(uploads, { recursive: true })
    await removeAbandoned(uploads)
    await ensureSpace(uploads, total)
    const id = randomBytes(12).toString('hex')
    const folder = join(uploads, id)
    await mkdir(folder)
    try {
      const placed = []
      for (const { name, bytes } of files) placed.push({ path: await resolveInside(folder, name), bytes, received: 0 })
      for (const { path } of placed) {
        await mkdir(dirname(path), { recursive: true })
        // So that a name that is also another's folder is found now.
        await (await open(path, 'wx')).close()
      }
      this.#uploads.set(id, { folder, owner, files: placed, queue: Promise.resolve() })
      return id
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw diskTrouble(error, folder, total)
    }
  }

  async piece(owner: object, id: string, index: number, offset: number, bytes: Uint8Array): Promise<void> {
    const upload = this.#of(owner, id)
    const file = upload.files[index]
    if (file === undefined) throw new BitwrightError({ what: `expected one of ${upload.files.length} files, found number ${index}`, remedy: 'begin again' })
    const work = upload.queue.then(async () => {
      if (offset !== file.received || offset + bytes.length > file.bytes) {
        throw new BitwrightError({ what: `expected the bytes after ${file.received} of ${file.bytes}, found ${bytes.length} at ${offset}`, where: file.path, remedy: 'begin again' })
      }
      try {
        const handle = await open(file.path, 'r+')
        try {
          await handle.write(bytes, 0, bytes.length, offset)
        } finally {
          await handle.close()
        }
      } catch (error) {
        throw diskTrouble(error, file.path, bytes.length)
      }
      file.received += bytes.length
    })
    upload.queue = work.catch(() => undefined)
    return work
  }

  /** The folder with all files whole. It is the caller's to remove, with `discard`. */
  folder(owner: object, id: string): string {
    const { folder, files } = this.#of(owner, id)
    const part = files.find(({ bytes, received }) => received < bytes)
    if (part) throw new BitwrightError({ what: `expected ${part.bytes} bytes, found ${part.received} so far`, where: part.path, remedy: 'send the rest first' })
    return folder
  }

  async discard(owner: object, id: string): Promise<void> {
    const { folder, queue } = this.#of(owner, id)
    this.#uploads.delete(id)
    await queue
    await rm(folder, { recursive: true, force: true })
  }

  /** When the connection ends. */
  async discardAll(owner: object): Promise<void> {
    for (const [id, upload] of this.#uploads) if (upload.owner === owner) await this.discard(owner, id)
  }

  #of(owner: object, id: string): Upload {
    const upload = this.#uploads.get(id)
    if (upload?.owner !== owner) throw new BitwrightError({ what: `there is no upload ${id}`, remedy: 'begin again' })
    return upload
  }
}

async function removeAbandoned(uploads: string): Promise<void> {
  for (const name of await readdir(uploads)) {
    const path = join(uploads, name)
    const changed = await stat(path).then(({ mtimeMs }) => mtimeMs, () => Date.now())
    if (/^[0-9a-f]{24}$/.test(name) && Date.now() - changed > ABANDONED_MILLISECONDS) await rm(path, { recursive: true, force: true })
  }
}
