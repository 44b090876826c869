import { fitChannels } from '../../../core/data/channels.ts'
import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import { coverCrop } from '../../../core/data/resample.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { readBounded } from '../files.ts'
import { bytesAt } from '../datasets/unpacked.ts'
import { serveRequests } from '../workers/serve.ts'
import { decodePicture, HEAD_BYTES, readPictureHead, type PictureHead } from './decode.ts'

/** Thread that reads picture files. Trouble with a file is a finding about it, and the others of the request go on. */
export type PicturesRequest =
  | { readonly kind: 'survey'; readonly paths: readonly string[] }
  | { readonly kind: 'decode'; readonly paths: readonly string[]; readonly shape: ImageShape }

/** For each path its head, or what is wrong with it. */
export type Survey = readonly (PictureHead | string)[]

export interface Decoded {
  /** Pictures that could be decoded, one after another, each of the wanted shape. */
  readonly pixels: Uint8Array<ArrayBuffer>
  /** For each path what is wrong with it, or undefined. */
  readonly faults: readonly (string | undefined)[]
}

/** Far above any picture within MOST_PIXELS that an encoder writes. */
const FILE_LIMIT = 512 * 2 ** 20

serveRequests(async message => {
  const request = message as PicturesRequest
  if (request.kind === 'survey') {
    const reply: (PictureHead | string)[] = []
    for (const path of request.paths) reply.push(await orFault(() => headOf(path)))
    return { reply: reply satisfies Survey }
  }
  const { paths, shape } = request
  const size = bytesPerImage(shape)
  const pixels = new Uint8Array(paths.length * size)
  const faults: (string | undefined)[] = []
  let filled = 0
  for (const path of paths) {
    const picture = await orFault(() => fitted(path, shape))
    faults.push(typeof picture === 'string' ? picture : undefined)
    if (typeof picture === 'string') continue
    pixels.set(picture, filled)
    filled += size
  }
  const reply: Decoded = { pixels: filled === pixels.length ? pixels : pixels.slice(0, filled), faults }
  return { reply, transfer: [reply.pixels.buffer] }
})

async function headOf(path: string): Promise<PictureHead> {
  const beginning = await bytesAt(path, 0, HEAD_BYTES)
  const head = readPictureHead(beginning, path) ?? readPictureHead(await readBounded(path, FILE_LIMIT), path)
  if (head === undefined) throw new BitwrightError({ what: 'expected a whole JPEG file, it ends before its frame header', where: path })
  return head
}

async function fitted(path: string, shape: ImageShape): Promise<Uint8Array> {
  const [height, width, channels] = shape
  const picture = decodePicture(await readBounded(path, FILE_LIMIT), path)
  return fitChannels(coverCrop(picture, height, width), picture.channels, channels, path)
}

async function orFault<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof BitwrightError) return error.what
    throw error
  }
}
