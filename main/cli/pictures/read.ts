import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { isPng } from '../../../core/formats/png.ts'
import { parseIdxImages } from '../../../core/formats/idx.ts'
import { peekIdxKind, readIdxFile } from '../../services/datasets/idx-file.ts'
import { readBounded } from '../../services/files.ts'
import { fitChannels } from '../../../core/data/channels.ts'
import { readPng } from './png.ts'

/** One picture as the model takes it, and what to call it. */
export interface Picture {
  readonly name: string
  readonly pixels: Uint8Array
}

/** Far above what a picture of any model's size takes, and little enough to read at once. */
const PNG_LIMIT = 64 * 2 ** 20

/** The pictures of a PNG file (one) or of an IDX file of images (many, named by their place), told apart by content. */
export async function readPictures(path: string, shape: ImageShape): Promise<readonly Picture[]> {
  if ((await peekIdxKind(path)) !== undefined) return readIdxPictures(path, shape)
  const bytes = await readBounded(path, PNG_LIMIT)
  if (isPng(bytes)) return [{ name: path, pixels: readPng(bytes, shape, path) }]
  throw new BitwrightError({ what: 'expected a PNG file or an IDX file of images, found neither', where: path, remedy: 'save the picture as PNG' })
}

async function readIdxPictures(path: string, shape: ImageShape): Promise<readonly Picture[]> {
  const { bytes } = await readIdxFile(path, 'images')
  const { count, height, width, pixels } = parseIdxImages(bytes, path)
  const [wantedHeight, wantedWidth, channels] = shape
  if (height !== wantedHeight || width !== wantedWidth) {
    throw new BitwrightError({ what: `expected pictures of ${wantedWidth} × ${wantedHeight} pixels (width × height), found ${width} × ${height}`, where: path, remedy: 'give pictures of the size the model learned from' })
  }
  const size = bytesPerImage([height, width, 1])
  return Array.from({ length: count }, (_, at) => ({
    name: `${path}#${at}`,
    pixels: fitChannels(pixels.subarray(at * size, (at + 1) * size), 1, channels, path),
  }))
}
