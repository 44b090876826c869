import type { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import type { Dataset, Split } from '../../../core/data/dataset.ts'
import { type engineRoutes } from '../../contract/engine.ts'
import { openDataset } from '../../services/datasets/store.ts'
import type { Network } from '../../services/models/open.ts'
import type { JobContext } from '../context.ts'
import { splitsOf } from './run.ts'
import { openTarget, withSession } from './target.ts'

type Input = z.output<typeof engineRoutes.eval.input>
type Output = z.input<typeof engineRoutes.eval.output>

/** More classes than this make a table that nobody reads, of more than 32 MiB. */
const CONFUSION_CLASSES = 2048

/** Runs a split of a data set through a trained network. Without a data set named, the run's own, split as it was in training. */
export async function evaluate(context: JobContext, { home, target: name, checkpoint: which, dataset: datasetName, split: splitName }: Input): Promise<Output> {
  const target = await openTarget(context, home, name, which)
  try {
    const dataset = await openDataset(home, datasetName ?? target.network.dataset.name, { log: message => context.log('info', message) })
    const split = chooseSplit(target.network, dataset, splitName)
    return await withSession(context, home, target, dataset, async (session, workshop) => {
      const begun = performance.now()
      const { images, loss, error, top5Error, predictions } = await session.evaluate(split)
      const seconds = (performance.now() - begun) / 1000
      const classes = [...dataset.classes]
      if (classes.length > CONFUSION_CLASSES) context.log('warning', `no confusion table: ${classes.length} classes are more than ${CONFUSION_CLASSES}`)
      const confusion = classes.length > CONFUSION_CLASSES ? [] : confusionOf(split.labels, predictions, classes.length)
      return { images, error, top5Error, loss, confusion, classes, imagesPerSecond: images / seconds, adapter: workshop.device.adapter.name }
    })
  } finally {
    await target.checkpoint.close()
  }
}

function chooseSplit({ dataset: own, limitTrain, project }: Network, dataset: Dataset, name: Input['split']): Split {
  if (name === 'test') return dataset.test
  const { training, validation } = splitsOf(dataset, project, dataset.name === own.name ? limitTrain : undefined)
  if (name === 'train') return training
  if (validation.count === 0) throw new BitwrightError({ what: 'the recipe holds no images out for validation', where: `project ${project.name}`, remedy: 'evaluate the split "test" or "train"' })
  return validation
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
