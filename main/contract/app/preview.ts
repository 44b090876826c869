import { z } from 'zod'
import { DatasetNameSchema, ProjectSchema } from '../../../core/architecture/project.ts'
import { PreviewResultSchema } from '../activations.ts'
import { RunIdSchema } from '../engine.ts'
import { route } from '../route.ts'
import { SplitNameSchema } from './datasets.ts'
import { ModelNameSchema } from './inspect.ts'

export type { Activation, PreviewResult } from '../activations.ts'

/** One image on its way through a network. */
export const previewRoutes = {
  /** With the weights of a run or an imported model it is their own network that is shown, not `project`. `nodes`: only these. Refused while a run trains. */
  'preview.sample': route(
    z.strictObject({
      project: ProjectSchema,
      dataset: DatasetNameSchema,
      split: SplitNameSchema,
      index: z.int().min(0),
      weights: z.union([
        z.literal('initial'),
        z.strictObject({ run: RunIdSchema, checkpoint: z.string().regex(/^(best|last|epoch-\d{1,7})$/, 'expected best, last or epoch-N') }),
        z.strictObject({ model: ModelNameSchema }),
      ]).default('initial'),
      nodes: z.array(z.string().max(64)).max(4096).optional(),
    }),
    PreviewResultSchema,
  ),
}
