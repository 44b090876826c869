import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { coverCrop } from '../../../core/data/resample.ts'
import { isJpeg } from '../../../core/formats/jpeg.ts'
import { isPng } from '../../../core/formats/png.ts'
import { parseIdxImages } from '../../../core/formats/idx.ts'
import { peekIdxKind, readIdxFile } from '../../services/datasets/idx-file.ts'
import { decodePicture, readPictureHead } from '../../services/pictures/decode.ts'
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

/** What becomes of a picture of another size than the model takes: refused, or scaled by its shorter side and cut to the middle, as image folders are. */
export type PictureFit = 'refuse' | 'crop'

/** The pictures of a PNG or JPEG file (one) or of an IDX file of images (many, named by their place), told apart by content. */
export async function readPictures(path: string, shape: ImageShape, fit: PictureFit = 'refuse'): Promise<readonly Picture[]> {
  if ((await peekIdxKind(path)) !== undefined) return readIdxPictures(path, shape)
  const bytes = await readBounded(path, PNG_LIMIT)
  if (isPng(bytes) && fit === 'refuse') return [{ name: path, pixels: readPng(bytes, shape, path) }]
  if (isPng(bytes) || isJpeg(bytes)) return [{ name: path, pixels: fitted(bytes, shape, fit, path) }]
  throw new BitwrightError({ what: 'expected a PNG or JPEG file, or an IDX file of images, found none of these', where: path, remedy: 'save the picture as PNG or JPEG' })
}

function fitted(bytes: Uint8Array, [height, width, channels]: ImageShape, fit: PictureFit, where: string): Uint8Array {
  const head = readPictureHead(bytes, where)
  if (fit === 'refuse' && (head?.height !== height || head.width !== width)) {
    throw new BitwrightError({ what: `expected a picture of ${width} × ${height} pixels (width × height), found ${head?.width} × ${head?.height}`, where, remedy: 'scale and cut it with --fit crop, if the pictures were that the model learned from' })
  }
  const picture = decodePicture(bytes, where)
  return fitChannels(coverCrop(picture, height, width), picture.channels, channels, where)
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
