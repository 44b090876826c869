import { z } from 'zod'
import { attributesOf, input } from '../../../core/architecture/index.ts'
import type { ImageShape } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { openHome } from '../../services/home.ts'
import { openNetwork } from '../../services/models/open.ts'
import { announceAdapter, withEngine } from '../engine.ts'
import { counted, significant } from '../format/numbers.ts'
import { table } from '../format/table.ts'
import { readPictures, type PictureFit } from '../pictures/read.ts'
import type { Context, Outcome } from '../run.ts'

const PredictionSchema = z.strictObject({
  /** The file; of an IDX file, with # and the picture's number from 0. */
  image: z.string(),
  class: z.int().min(0),
  /** What the class is called. */
  name: z.string(),
  /** The network's outputs, one a class; not probabilities. */
  scores: z.array(z.number()),
})
const PredictSchema = z.strictObject({ predictions: z.array(PredictionSchema), classes: z.array(z.string()), adapter: z.string() })
type Prediction = z.infer<typeof PredictionSchema>

/** Images in one message to the engine. */
const CHUNK = 1000

export async function predict(context: Context, target: string, images: readonly string[], { checkpoint, fit }: { readonly checkpoint: 'best' | 'last'; readonly fit: PictureFit }): Promise<Outcome<typeof PredictSchema>> {
  const home = await openHome({ home: context.home })
  const shape = await shapeOf(home, target)
  const pictures = (await Promise.all(images.map(path => readPictures(path, shape, fit)))).flat()
  const value = await withEngine(context, home, async engine => {
    const adapter = await announceAdapter(engine, context)
    const predictions: Prediction[] = []
    let classes: readonly string[] = []
    for (let at = 0; at < pictures.length; at += CHUNK) {
      const chunk = pictures.slice(at, at + CHUNK)
      const reply = await engine.call('predict', { home, target, checkpoint, images: chunk.map(picture => Uint8Array.from(picture.pixels)) })
      classes = reply.classes
      reply.predictions.forEach((prediction, k) => predictions.push({ ...prediction, image: chunk[k]?.name ?? '', name: reply.classes[prediction.class] ?? String(prediction.class) }))
    }
    return { predictions, classes: [...classes], adapter: adapter.name }
  })
  return { schema: PredictSchema, value, text: predictionText(value.predictions, value.classes) }
}

/** The pictures a trained network takes: the shape of its input. */
async function shapeOf(home: string, target: string): Promise<ImageShape> {
  const { project } = await openNetwork(home, target)
  const node = project.architecture.nodes.find(node => node.kind === input.kind)
  if (node === undefined) throw new BitwrightError({ what: 'the network has no input', where: target, remedy: 'use another run' })
  const { height, width, channels } = attributesOf(input, node)
  return [height, width, channels]
}

const MOST_LINES = 100

export function predictionText(predictions: readonly Prediction[], classes: readonly string[]): string {
  const lines = table<Prediction>([
    { title: 'image', cell: prediction => prediction.image },
    { title: 'class', cell: prediction => prediction.name },
    { title: 'score', align: 'right', cell: prediction => significant(prediction.scores[prediction.class] ?? Number.NaN) },
    { title: 'next best', cell: prediction => runnerUp(prediction, classes) },
  ], predictions.slice(0, MOST_LINES))
  const more = predictions.length - MOST_LINES
  return [
    ...lines,
    ...(more > 0 ? [`and ${counted(more, 'more image')}; --json has them all`] : []),
    '',
    'Scores are the outputs of the last layer, not probabilities.',
  ].join('\n')
}

function runnerUp({ scores, class: chosen }: Prediction, classes: readonly string[]): string {
  let best: number | undefined
  scores.forEach((score, at) => {
    if (at !== chosen && (best === undefined || score > (scores[best] ?? -Infinity))) best = at
  })
  return best === undefined ? '' : `${classes[best] ?? best} (${significant(scores[best] ?? Number.NaN)})`
}
