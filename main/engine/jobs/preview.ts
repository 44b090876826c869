import type { z } from 'zod'
import { bytesPerImage } from '../../../core/data/dataset.ts'
import type { FitResult } from '../../../core/data/fit.ts'
import { Preparer } from '../../../core/data/preprocessing.ts'
import { MemoryImages, type Batch } from '../../../core/data/source.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { loadActivations, readActivations } from '../../../core/training/activations.ts'
import { Session } from '../../../core/training/session.ts'
import type { engineRoutes } from '../../contract/engine.ts'
import { ImageFile } from '../../services/datasets/image-file.ts'
import { openStored, type StoredDataset } from '../../services/datasets/store.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import type { JobContext } from '../context.ts'
import { fitFor } from './fitting.ts'
import { partsOf } from './run.ts'
import { openTarget } from './target.ts'

type Input = z.output<typeof engineRoutes.preview.input>
type Output = z.input<typeof engineRoutes.preview.output>

/** What every node of a network gives for one image. */
export async function preview(context: JobContext, input: Input): Promise<Output> {
  const { home, weights } = input
  const dataset = await openStored(home, input.dataset, { log: message => context.log('info', message) })
  if (weights === 'initial') {
    Session.check(input.project, dataset)
    return show(context, input, dataset, input.project, await fitFor({ stored: dataset }, partsOf(dataset, input.project, undefined).training, input.project), undefined)
  }
  const { network, checkpoint } = await openTarget(context, home, weights.run, weights.checkpoint)
  try {
    return await show(context, input, dataset, network.project, { fitted: checkpoint.notes.pixels }, checkpoint)
  } finally {
    await checkpoint.close()
  }
}

async function show(context: JobContext, { home, split: splitName, index, nodes }: Input, dataset: StoredDataset, project: Project, { fitted, whitening }: FitResult, checkpoint: Checkpoint | undefined): Promise<Output> {
  const { labels, file } = dataset[splitName]
  if (index >= labels.length) throw new BitwrightError({ what: `expected an image below ${labels.length}, found ${index}`, where: `${splitName} split of data set ${dataset.name}`, remedy: 'choose an image that exists' })
  const wanted = nodes && new Set(nodes)
  const workshop = await context.workshop()
  const engine = await workshop.engine(home, (level, message) => context.log(level, message))
  const session = Session.open(engine, project, fitted, dataset)
  try {
    return await workshop.guard((async () => {
      const loaded = await loadActivations(session)
      try {
        if (checkpoint) {
          checkpoint.checkTensors(session.snapshot({ optimizer: false }))
          await session.restore(name => checkpoint.values(name), { optimizer: false })
        } else await session.initialise(whitening)
        const shown = await readActivations(session, loaded, await oneImage(file, index, dataset, new Preparer(project.recipe.preprocessing, fitted, dataset.shape)), id => wanted?.has(id) ?? true)
        return {
          nodes: shown.nodes.map(node => ({ ...node, shape: [...node.shape] })),
          scores: Array.from(shown.scores),
          label: labels[index] as number,
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

/** The image as the network reads it, in a batch of its own. */
async function oneImage(path: string, index: number, { shape }: StoredDataset, preparer: Preparer): Promise<Batch> {
  const file = new ImageFile(path, bytesPerImage(shape))
  try {
    const images = new MemoryImages({ count: 1, images: file.read(index).slice(), labels: new Uint16Array(1) }, preparer)
    return await images.batches({ order: Uint32Array.of(0), first: 0, rows: 1 }).next()
  } finally {
    file.close()
  }
}
