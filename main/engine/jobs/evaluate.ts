import type { z } from 'zod'
import { elements } from '../../../core/architecture/signal.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { mainLoss, verdictOf } from '../../../core/training/verdicts.ts'
import type { ImageSource } from '../../../core/data/source.ts'
import { type engineRoutes } from '../../contract/engine.ts'
import { openForUse, openImages, type OpenedImages } from '../../services/datasets/images.ts'
import type { StoredDataset } from '../../services/datasets/store.ts'
import type { Network } from '../../services/models/open.ts'
import type { JobContext } from '../context.ts'
import { partsOf, splitsOf } from './run.ts'
import { openTarget, withSession } from './target.ts'

type Input = z.output<typeof engineRoutes.eval.input>
type Output = z.input<typeof engineRoutes.eval.output>

/** More classes than this make a table that nobody reads, of more than 32 MiB. */
const CONFUSION_CLASSES = 2048

/** Runs a split of a data set through a trained network. Without a data set named, the run's own, split as it was in training. */
export async function evaluate(context: JobContext, { home, target: name, checkpoint: which, dataset: datasetName, split: splitName, arithmetic, predictions: withPredictions }: Input): Promise<Output> {
  const target = await openTarget(context, home, name, which)
  let images: OpenedImages | undefined
  try {
    const dataset = await openForUse(home, datasetName ?? target.network.dataset.name, { log: message => context.log('info', message) })
    const { classes: names } = dataset.stored
    images = openImages(dataset, target.network.project.recipe.preprocessing, target.checkpoint.notes.pixels)
    const split = chooseSplit(target.network, dataset.stored, images, splitName)
    return await withSession(context, home, target, { ...dataset.stored, arithmetic }, async (session, workshop) => {
      // Drivers compile a kernel when it is first used, which says nothing of how fast the network is.
      await session.scores(new Uint8Array(elements(session.model.imageShape)))
      const begun = performance.now()
      const verdicts = withPredictions ? { confidence: new Float32Array(split.count), loss: new Float32Array(split.count) } : undefined
      const kind = mainLoss(session.model)
      const { images: count, loss, error, top5Error, heads, predictions } = await session.evaluate(split, verdicts && ((image, scores) => {
        const verdict = verdictOf(scores, split.labels[image] as number, kind)
        verdicts.confidence[image] = verdict.confidence
        verdicts.loss[image] = verdict.loss
      }))
      const seconds = (performance.now() - begun) / 1000
      const classes = [...names]
      if (classes.length > CONFUSION_CLASSES) context.log('warning', `no confusion table: ${classes.length} classes are more than ${CONFUSION_CLASSES}`)
      const confusion = classes.length > CONFUSION_CLASSES ? [] : confusionOf(split.labels, predictions, classes.length)
      const perClass = perClassOf(split.labels, predictions, classes.length)
      const each = verdicts && { actual: Uint16Array.from(split.labels), predicted: Uint16Array.from(predictions), ...verdicts }
      return { arithmetic, images: count, error, top5Error, loss, heads: [...heads], perClass, confusion, classes, imagesPerSecond: count / seconds, adapter: workshop.device.adapter.name, ...(each && { predictions: each }) }
    })
  } finally {
    await images?.close()
    await target.checkpoint.close()
  }
}

function chooseSplit({ dataset: own, limitTrain, project }: Network, stored: StoredDataset, images: OpenedImages, name: Input['split']): ImageSource {
  if (name === 'test') return images.test
  const { training, validation } = splitsOf(images, partsOf(stored, project, stored.name === own.name ? limitTrain : undefined))
  if (name === 'train') return training
  if (validation.count === 0) throw new BitwrightError({ what: 'the recipe holds no images out for validation', where: `project ${project.name}`, remedy: 'evaluate the split "test" or "train"' })
  return validation
}

/** Images of each class, and how many of them were taken for another. */
export function perClassOf(labels: Uint16Array, predictions: Uint32Array, classes: number): { images: number; errors: number }[] {
  const table = Array.from({ length: classes }, () => ({ images: 0, errors: 0 }))
  for (const [image, label] of labels.entries()) {
    const row = table[label]
    if (!row) continue
    row.images += 1
    if (predictions[image] !== label) row.errors += 1
  }
  return table
}

/** Images by actual and predicted class: table[actual][predicted]. */
export function confusionOf(labels: Uint16Array, predictions: Uint32Array, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (const [image, label] of labels.entries()) {
    const row = table[label]
    const predicted = predictions[image]
    if (row && predicted !== undefined && row[predicted] !== undefined) row[predicted] += 1
  }
  return table
}
