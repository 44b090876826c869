import type { HeadAttributes } from '../architecture/kinds/head.ts'
import { wordsOf } from '../architecture/signal.ts'
import { invariant } from '../errors.ts'
import { asReals } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels } from './values.ts'

/** The loss on class scores, its gradient, and what is counted: losses, errors, top-5 errors, predictions. */
export const buildHead: Builder<HeadAttributes> = (context, site, [input], attributes) => {
  invariant(input && site.head, () => `head ${site.id} has no input`)
  const { program, rows, recipe, ports } = context
  const classes = channels(input)
  const loss = recipe.loss === 'head' ? attributes.loss : recipe.loss
  const { weight } = attributes
  const scores = asReals(context, input)
  const gradient = program.tensor('score gradient', 'f32', [rows, classes])
  const losses = program.tensor('losses', 'f32', [rows])
  const ranks = program.tensor('ranks', 'u32', [2, rows])
  program.launch(loss === 'squaredHinge' ? 'head_squared_hinge' : 'head_cross_entropy', { scores, labels: ports.labels, loss: losses, ranks, gradient }, { rows, classes, weight })
  program.launch(
    'metrics',
    { loss: losses, ranks, metrics: ports.metrics, predictions: ports.predictions, health: ports.health, head_errors: ports.headErrors },
    { rows, weight, first_head: Number(site.head.first), main_head: Number(site.head.main), place: context.healthPlace(site), head: site.head.ordinal, heads: site.head.count },
  )
  if (site.head.main) program.launch('apply_mask', { x: scores, mask: scores, y: ports.scores }, { rows, outputs: classes, words: wordsOf(classes), scale: 1 }, { MASKED: 0 })
  return { backward: () => [{ data: gradient, masks: [], scale: 1 }] }
}
