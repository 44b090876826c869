import type { z } from 'zod'
import type { Dataset } from '../../../core/data/dataset.ts'
import type { AffinePixels } from '../../../core/data/preprocessing.ts'
import { fitPreprocessing } from '../../../core/data/preprocessing.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { loadActivations, readActivations } from '../../../core/training/activations.ts'
import { Session } from '../../../core/training/session.ts'
import type { engineRoutes } from '../../contract/engine.ts'
import { locateDataset, openDataset } from '../../services/datasets/store.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import type { JobContext } from '../context.ts'
import { splitsOf } from './run.ts'
import { openTarget } from './target.ts'

type Input = z.output<typeof engineRoutes.preview.input>
type Output = z.input<typeof engineRoutes.preview.output>

/** Sets that were read stay for the next image: reading one takes longer than computing it. */
let kept: { readonly key: string; readonly dataset: Dataset } | undefined

/** What every node of a network gives for one image. */
export async function preview(context: JobContext, input: Input): Promise<Output> {
  const { home, weights } = input
  const dataset = await datasetOf(context, home, input.dataset)
  if (weights === 'initial') return show(context, input, dataset, input.project, fitPreprocessing(input.project.recipe.preprocessing, splitsOf(dataset, input.project, undefined).training), undefined)
  const { network, checkpoint } = await openTarget(context, home, weights.run, weights.checkpoint)
  try {
    return await show(context, input, dataset, network.project, checkpoint.notes.pixels, checkpoint)
  } finally {
    await checkpoint.close()
  }
}

async function show(context: JobContext, { home, split: splitName, index, nodes }: Input, dataset: Dataset, project: Project, pixels: AffinePixels, checkpoint: Checkpoint | undefined): Promise<Output> {
  const split = dataset[splitName]
  if (index >= split.count) throw new BitwrightError({ what: `expected an image below ${split.count}, found ${index}`, where: `${splitName} split of data set ${dataset.name}`, remedy: 'choose an image that exists' })
  const wanted = nodes && new Set(nodes)
  const workshop = await context.workshop()
  const engine = await workshop.engine(home, message => context.log('warning', message))
  const session = Session.open(engine, project, pixels, dataset)
  try {
    return await workshop.guard((async () => {
      const loaded = await loadActivations(session)
      try {
        if (checkpoint) {
          checkpoint.checkTensors(session.snapshot({ optimizer: false }))
          await session.restore(name => checkpoint.values(name), { optimizer: false })
        } else await session.initialise()
        const shown = await readActivations(session, loaded, split, index, id => wanted?.has(id) ?? true)
        return {
          nodes: shown.nodes.map(node => ({ ...node, shape: [...node.shape] })),
          scores: Array.from(shown.scores),
          label: split.labels[index] as number,
          classes: [...dataset.classes],
          adapter: workshop.device.adapter.name,
        }
      } finally {
        loaded.executable.destroy()
      }
    })())
  } finally {
    if (!workshop.failure) session.close()
  }
}

async function datasetOf(context: JobContext, home: string, name: string): Promise<Dataset> {
  const { folder, manifest } = await locateDataset(home, name)
  const key = JSON.stringify([folder, manifest])
  if (kept?.key !== key) kept = { key, dataset: await openDataset(home, name, { log: message => context.log('info', message) }) }
  return kept.dataset
}
