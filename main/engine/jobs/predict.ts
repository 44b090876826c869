import type { z } from 'zod'
import { bytesPerImage } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { type engineRoutes } from '../../contract/engine.ts'
import type { JobContext } from '../context.ts'
import { openTarget, withSession } from './target.ts'

type Input = z.output<typeof engineRoutes.predict.input>
type Output = z.input<typeof engineRoutes.predict.output>

/** Class and scores of single images. */
export async function predict(context: JobContext, { home, target: name, checkpoint: which, images }: Input): Promise<Output> {
  const target = await openTarget(context, home, name, which)
  try {
    const { name: dataset, classes } = target.network.dataset
    return await withSession(context, home, target, { name: dataset, classes }, async (session, workshop) => {
      const shape = session.model.imageShape
      const size = bytesPerImage(shape)
      for (const [index, image] of images.entries()) {
        if (image.length !== size) throw new BitwrightError({ what: `expected ${size} bytes (${shape.join(' x ')}: height, width, channels), found ${image.length}`, where: `image ${index + 1}`, remedy: 'scale the image to the size of the network\'s input' })
      }
      const all = new Uint8Array(size * images.length)
      for (const [index, image] of images.entries()) all.set(image, index * size)
      const predictions = (await session.scores(all)).map(scores => ({ class: winner(scores), scores: Array.from(scores) }))
      return { classes: [...classes], predictions, adapter: workshop.device.adapter.name }
    })
  } finally {
    await target.checkpoint.close()
  }
}

/** The lowest class of the highest score. */
function winner(scores: Float32Array): number {
  let best = 0
  for (const [index, score] of scores.entries()) if (score > (scores[best] as number)) best = index
  return best
}
