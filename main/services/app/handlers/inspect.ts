import { join } from 'node:path'
import { latentStatistics } from '../../../../core/analysis/latent.ts'
import { BitwrightError } from '../../../../core/errors.ts'
import type { inspectRoutes, InspectTarget } from '../../../contract/app/inspect.ts'
import type { Fault } from '../../../contract/engine.ts'
import { faultOf } from '../../../contract/faults.ts'
import { homeFolders } from '../../home.ts'
import { layerEpochs } from '../../inspect/layerEpochs.ts'
import { describeLayer, layerNamed, momentNamed, openInspected } from '../../inspect/target.ts'
import { InspectedWeights, withCheckpoint } from '../../inspect/weights.ts'
import { modelNames, readModel } from '../../models/store.ts'
import type { Handlers, Services } from '../handling.ts'

const MAX_WEIGHTS = 2 ** 22
/** Latent weights are clipped to +-1 (Hubara et al. 2016, section 1.2). */
const CLIP = 1

export function inspectHandlers({ home }: Pick<Services, 'home'>): Handlers<keyof typeof inspectRoutes> {
  const weights = new InspectedWeights()
  /** Latent weights of a layer; throws where only signs were kept. */
  const latentOf = async ({ target, moment: name, layer }: { target: InspectTarget; moment: string; layer: string }, most = Infinity) => {
    const network = await openInspected(home, target)
    const moment = momentNamed(network, name)
    layerNamed(network, layer)
    if (moment.checkpoint === undefined) throw new BitwrightError({ what: `of ${name} only the signs of the weights are kept`, where: network.name, remedy: 'choose a moment that has a checkpoint' })
    return withCheckpoint(network.project, moment.checkpoint, async checkpoint => {
      const values = checkpoint.values(`${layer}.weight`)
      if (!values || values.length === 0) throw new BitwrightError({ what: `expected weights of ${layer}, found none`, where: network.name, remedy: 'choose another layer or moment' })
      if (values.length > most) throw new BitwrightError({ what: `expected at most ${most} weights to show, found ${values.length}`, where: layer, remedy: 'look at their signs and their histogram instead' })
      return { network, values }
    })
  }
  return {
    'models.list': async () => {
      const models: Awaited<ReturnType<Handlers['models.list']>>['models'] = []
      const damaged: { name: string; fault: Fault }[] = []
      for (const name of await modelNames(home)) {
        try {
          const { record, project } = await readModel(join(homeFolders(home).models, name))
          models.push({ name, created: record.created, project: project.name, dataset: record.dataset.name, source: record.source.name })
        } catch (error) {
          if (!(error instanceof BitwrightError)) throw error
          damaged.push({ name, fault: faultOf(error) })
        }
      }
      return { models, damaged }
    },
    'inspect.target': async ({ target }) => {
      const { name, project, dataset, layers, inference, moments } = await openInspected(home, target)
      return { name, project, dataset, layers: layers.flatMap(layer => describeLayer(layer, inference)), moments: moments.map(({ name, epoch, best, latent }) => ({ name, epoch, best, latent })) }
    },
    'inspect.figures': async ({ target, moment }) => {
      const network = await openInspected(home, target)
      return weights.figures(network, momentNamed(network, moment))
    },
    'inspect.filters': async ({ target, moment, layer }) => {
      const network = await openInspected(home, target)
      return { signs: await weights.signs(network, momentNamed(network, moment), layerNamed(network, layer)) }
    },
    'inspect.latent': async ({ cells, ...place }) => {
      const { network, values } = await latentOf(place)
      const clip = network.project.recipe.clip === 'off' ? null : CLIP
      return { ...latentStatistics(values, cells, clip ?? undefined), clip }
    },
    'inspect.weights': async place => ({ values: (await latentOf(place, MAX_WEIGHTS)).values }),
    'inspect.epochs': async ({ target, layer }) => {
      const network = await openInspected(home, target)
      return layerEpochs(network, layerNamed(network, layer), weights)
    },
  }
}
