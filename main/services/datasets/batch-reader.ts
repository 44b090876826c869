import { workerData } from 'node:worker_threads'
import type { Recipe } from '../../../core/architecture/recipe.ts'
import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import type { Chance } from '../../../core/data/geometry.ts'
import { Preparer, type FittedStep } from '../../../core/data/preprocessing.ts'
import { serveRequests } from '../workers/serve.ts'
import { ImageFile } from './image-file.ts'

/** What a thread that reads stored images is given at its start. */
export interface ReaderData {
  readonly shape: ImageShape
  readonly preprocessing: Recipe['preprocessing']
  readonly values?: readonly FittedStep[]
}

export interface BatchRequest {
  readonly file: string
  /** Places in the file. */
  readonly images: Uint32Array
  readonly chance: Chance | undefined
  /** Moves here and back. Rows beyond the images become zeros. */
  readonly buffer: ArrayBuffer
}

export interface BatchReply {
  readonly buffer: ArrayBuffer
}

const { shape, preprocessing, values } = workerData as ReaderData
const preparer = new Preparer(preprocessing, values ? { values } : {}, shape)
const files = new Map<string, ImageFile>()

serveRequests(async message => {
  const { file: path, images, chance, buffer } = message as BatchRequest
  let file = files.get(path)
  if (!file) files.set(path, (file = new ImageFile(path, bytesPerImage(shape))))
  const rows = new Uint8Array(buffer)
  const stride = preparer.rowBytes
  for (const [row, image] of images.entries()) preparer.prepare(file.read(image), image, chance, rows.subarray(row * stride, (row + 1) * stride))
  rows.fill(0, images.length * stride)
  return { reply: { buffer } satisfies BatchReply, transfer: [buffer] }
})
