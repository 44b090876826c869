import { parentPort, workerData } from 'node:worker_threads'
import type { Recipe } from '../../../core/architecture/recipe.ts'
import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import { fitPreprocessing } from '../../../core/data/fit.ts'
import { serveRequests } from '../workers/serve.ts'
import { ImageFile } from './image-file.ts'

/** Thread that fits preprocessing on stored images; tells how far it is on the way. */
export interface FitData {
  readonly file: string
  readonly shape: ImageShape
  /** The first so many are the training split. */
  readonly count: number
  readonly preprocessing: Recipe['preprocessing']
}

serveRequests(async () => {
  const { file: path, shape, count, preprocessing } = workerData as FitData
  const file = new ImageFile(path, bytesPerImage(shape))
  const result = fitPreprocessing(preprocessing, { count, shape, read: image => file.read(image) }, (what, share) => parentPort?.postMessage({ progress: { what, share } }))
  return { reply: result, transfer: result.whitening ? [result.whitening.buffer] : [] }
})
