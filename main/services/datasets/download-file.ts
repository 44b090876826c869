import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { diskTrouble, ensureSpace, pathExists, readJson, syncFolder, writeAtomic } from '../files.ts'
import { get, networkTrouble, Refusal, Setback } from './http.ts'
import type { RemoteFile } from './sources.ts'
import { CHUNK } from './unpacked.ts'

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  readonly log?: ((message: string) => void) | undefined
  /** Bytes of the file that are here, of how many. */
  readonly progress?: ((file: RemoteFile, done: number) => void) | undefined
  readonly patience?: Partial<Patience> | undefined
}

export interface Patience {
  /** How many setbacks in a row, without a byte gained, make an address be given up. */
  readonly attempts: number
  /** Wait after the first of them in milliseconds; each further one doubles it. */
  readonly firstWaitMs: number
  /** How long nothing may come before it counts as a setback, in milliseconds. */
  readonly stallMs: number
}

const PATIENCE: Patience = { attempts: 4, firstWaitMs: 1000, stallMs: 60_000 }

/** What the server said of the file of which a part is here, so that the rest is asked of the same version. */
const MarkSchema = z.strictObject({ url: z.string(), etag: z.string().nullable(), lastModified: z.string().nullable() })
type Mark = z.infer<typeof MarkSchema>

/**
 * Fetches `file` into `folder` (which exists and which no other process writes to), from the first of `bases` that has it. What came of
 * it stays in NAME.part when it is broken off, and the next call goes on from there. The file appears under its name when it is
 * complete, has its size and agrees with its digest. Returns its path.
 */
export async function downloadFile(folder: string, file: RemoteFile, bases: readonly string[], options: DownloadOptions = {}): Promise<string> {
  const path = join(folder, file.name)
  const part = `${path}.part`
  if (await pathExists(path)) {
    if ((await sizeOf(path)) === file.bytes && (await agrees(path, file, options.signal))) {
      options.log?.(`${file.name} is here already`)
      return path
    }
    await rm(path, { force: true })
  }
  await ensureSpace(folder, file.bytes - Math.min(await sizeOf(part), file.bytes))
  const failures: string[] = []
  for (const base of bases) {
    const url = new URL(file.name, base).href
    try {
      await fetchFrom(url, part, file, options)
      await rename(part, path)
      await rm(markOf(part), { force: true })
      await syncFolder(folder)
      return path
    } catch (error) {
      if (!(error instanceof Refusal) && !(error instanceof Setback)) throw diskTrouble(error, part, file.bytes)
      failures.push(`${url}: ${error.message}`)
      options.log?.(`${url}: ${error.message}`)
    }
  }
  const kept = await sizeOf(part)
  throw new BitwrightError({
    what: `expected ${file.name} (${file.bytes} bytes) from one of ${bases.length} addresses, none gave it: ${failures.join('; ')}`,
    where: folder,
    remedy: `check the network and ${kept > 0 ? `try again, which goes on after the ${kept} bytes that are here` : 'try again'}; or get the file in another way, put it in this folder and try again`,
  })
}

/** Asks one address until the part is whole and good, or it is given up. */
async function fetchFrom(url: string, part: string, file: RemoteFile, options: DownloadOptions): Promise<void> {
  const { attempts, firstWaitMs, stallMs } = { ...PATIENCE, ...options.patience }
  let furthest = await sizeOf(part)
  for (let setbacks = 0; ;) {
    const before = await sizeOf(part)
    try {
      await fetchRest(url, part, file, stallMs, options)
      if (await agrees(part, file, options.signal)) return
      await discard(part)
      const what = `its ${file.bytes} bytes do not agree with the published ${file.digest?.algorithm.toUpperCase()} ${file.digest?.hex}`
      // Parts of two versions may have been put together: then it is worth fetching the whole.
      throw before > 0 ? new Setback(what) : new Refusal(what)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof Setback)) throw error
      const reached = await sizeOf(part)
      setbacks = reached > furthest ? 1 : setbacks + 1
      furthest = Math.max(furthest, reached)
      if (setbacks >= attempts) throw error
      const wait = error.wait ?? firstWaitMs * 2 ** (setbacks - 1)
      options.log?.(`${url}: ${error.message}; trying again in ${wait / 1000} s`)
      await setTimeout(wait, undefined, { signal: options.signal })
    }
  }
}

/** Appends what is missing to the part, or begins it anew if the server does not go on where it ends. */
async function fetchRest(url: string, part: string, file: RemoteFile, stallMs: number, options: DownloadOptions): Promise<void> {
  const { signal } = options
  const start = await usablePart(url, part, file)
  if (start.bytes === file.bytes) return
  const response = await get(url, { headers: start.headers, signal, stallMs })
  try {
    if (response.statusCode === 416) {
      await discard(part)
      throw new Setback(`the server does not go on after ${start.bytes} bytes`)
    }
    const from = response.statusCode === 206 ? start.bytes : 0
    checkAnnounced(response, from, file)
    if (from === 0) await discard(part)
    const mark: Mark = { url, etag: response.headers.etag ?? null, lastModified: response.headers['last-modified'] ?? null }
    await writeAtomic(markOf(part), JSON.stringify(mark))
    const output = await open(part, 'a')
    try {
      await receive(response, output, from, file, options)
      await output.sync()
    } finally {
      await output.close()
    }
  } finally {
    response.destroy()
  }
}

async function receive(response: IncomingMessage, output: FileHandle, from: number, file: RemoteFile, { signal, progress }: DownloadOptions): Promise<void> {
  let done = from
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  while (true) {
    const next = await chunks.next().catch((error: unknown) => {
      throw error instanceof Setback || signal?.aborted ? error : networkTrouble(error)
    })
    if (next.done === true) break
    if (done + next.value.length > file.bytes) throw new Refusal(`more than the expected ${file.bytes} bytes`)
    await output.writeFile(next.value)
    done += next.value.length
    progress?.(file, done)
  }
  if (done < file.bytes) throw new Setback(`the connection ended after ${done} of ${file.bytes} bytes`)
}

/** How much of a part can be gone on from, and what to ask for it. */
async function usablePart(url: string, part: string, file: RemoteFile): Promise<{ bytes: number; headers: Record<string, string> }> {
  const bytes = await sizeOf(part)
  if (bytes === 0 || bytes > file.bytes) return { bytes: 0, headers: {} }
  const mark = await readJson(markOf(part), MarkSchema, { limit: 2 ** 16 }).catch(() => undefined)
  // A weak ETag does not promise the same bytes, and If-Range must not have it (RFC 9110, section 13.1.5).
  const version = mark?.url === url ? (mark.etag?.startsWith('W/') === false ? mark.etag : mark.lastModified) : null
  // Without a version only a digest can tell afterwards whether the two pieces belong together.
  if (version === null && file.digest === undefined) return { bytes: 0, headers: {} }
  return { bytes, headers: { range: `bytes=${bytes}-`, ...(version !== null && { 'if-range': version }) } }
}

/** Sizes that cannot be right are refused before anything is written: a page that explains an error, another file. */
function checkAnnounced({ statusCode, headers }: { readonly statusCode?: number | undefined; readonly headers: IncomingHttpHeaders }, from: number, { bytes }: RemoteFile): void {
  if (statusCode === 206) {
    const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? []
    if (Number(first) !== from) throw new Refusal(`expected to go on at byte ${from}, the server answers ${headers['content-range'] ?? 'without Content-Range'}`)
    if (total !== '*' && Number(total) !== bytes) throw new Refusal(`expected a file of ${bytes} bytes, the server has one of ${total}`)
  }
  const length = headers['content-length']
  if (length !== undefined && Number(length) !== bytes - from) throw new Refusal(`expected ${bytes - from} bytes, the server announces ${length}`)
}

async function agrees(path: string, { digest }: RemoteFile, signal: AbortSignal | undefined): Promise<boolean> {
  if (digest === undefined) return true
  const hash = createHash(digest.algorithm)
  await pipeline(createReadStream(path, { highWaterMark: CHUNK }), hash, { signal })
  return hash.digest('hex') === digest.hex
}

async function discard(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(markOf(part), { force: true })
}

function markOf(part: string): string {
  return `${part}.json`
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(({ size }) => size, () => 0)
}
