import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import type { PictureHead } from '../pictures/decode.ts'
import type { Decoded } from '../pictures/reader.ts'
import type { PictureThreads } from '../pictures/threads.ts'

/** What the heads of many pictures say. */
export interface Surveyed {
  /** Numbers of pictures by size, as "HEIGHTxWIDTH", in the order in which the sizes first came. */
  readonly sizes: ReadonlyMap<string, number>
  /** A picture of each size. */
  readonly examples: ReadonlyMap<string, string>
  readonly colour: boolean
  /** Files that are no pictures, by their beginnings. */
  readonly faults: readonly { readonly path: string; readonly fault: string }[]
}

interface Watch {
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((what: string, done: number) => void) | undefined
}

/** Files in one request: enough that threads seldom wait for the next. */
const SURVEY_FILES = 256
const DECODE_FILES = 64
const DECODE_BYTES = 2 ** 22

/** Reads the heads of all files in threads. */
export async function surveyPictures(pool: PictureThreads, paths: readonly string[], watch: Watch): Promise<Surveyed> {
  const sizes = new Map<string, number>()
  const examples = new Map<string, string>()
  const faults: { path: string; fault: string }[] = []
  let colour = false
  for await (const { reply, first } of inOrder(paths, SURVEY_FILES, pool.threads, chunk => pool.survey(chunk), 'looking at pictures', watch)) {
    for (const [index, head] of reply.entries()) {
      const path = paths[first + index] as string
      if (typeof head === 'string') faults.push({ path, fault: head })
      else note(head, path)
    }
  }
  return { sizes, examples, colour, faults }

  function note({ height, width, channels }: PictureHead, path: string): void {
    const size = `${height}x${width}`
    sizes.set(size, (sizes.get(size) ?? 0) + 1)
    if (!examples.has(size)) examples.set(size, path)
    if (channels === 3) colour = true
  }
}

/** Decodes all files in threads to pictures of `shape`, chunk by chunk in their order; `first` is the place of a chunk's first file. */
export async function* decodeInOrder(pool: PictureThreads, paths: readonly string[], shape: ImageShape, what: string, watch: Watch): AsyncGenerator<Decoded & { readonly first: number }> {
  const size = Math.max(1, Math.min(DECODE_FILES, Math.floor(DECODE_BYTES / bytesPerImage(shape))))
  for await (const { reply, first } of inOrder(paths, size, pool.threads, chunk => pool.decode(chunk, shape), `decoding ${what} pictures`, watch)) yield { ...reply, first }
}

/** Replies in the order of the items, with a few more asked than there are threads, so that these never wait and memory stays bounded. */
async function* inOrder<Reply>(items: readonly string[], size: number, threads: number, ask: (chunk: readonly string[]) => Promise<Reply>, what: string, { signal, progress }: Watch): AsyncGenerator<{ readonly reply: Reply; readonly first: number }> {
  const open: Promise<Reply>[] = []
  for (let first = 0, asked = 0; first < items.length; first += size) {
    signal?.throwIfAborted()
    for (; asked < items.length && open.length < threads + 2; asked += size) {
      const reply = ask(items.slice(asked, asked + size))
      // Whoever ends early leaves some unawaited; their failure is then nobody's.
      reply.catch(() => undefined)
      open.push(reply)
    }
    yield { reply: await (open.shift() as Promise<Reply>), first }
    progress?.(what, Math.min(1, (first + size) / items.length))
  }
}
