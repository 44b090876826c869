import { stat } from 'node:fs/promises'
import { gathered, inspectLayer, type KeptWeights, type LayerInspection } from '../../../core/analysis/inspection.ts'
import { signsOf, type Signs } from '../../../core/analysis/signs.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { figuresOf, type InspectionFigures } from '../../contract/inspection.ts'
import { diskTrouble } from '../files.ts'
import { Checkpoint } from '../runs/checkpoint-read.ts'
import { projectFingerprint } from '../runs/fingerprint.ts'
import type { InspectedNetwork, KeptMoment } from './target.ts'

/** Packed signs that are kept in memory, in all. */
const KEPT_BYTES = 96 * 2 ** 20

/** What is small enough to be kept of a checkpoint beside the signs: what normalises sums. */
const NORMS = ['gamma', 'beta', 'runningMean', 'runningVariance', 'runningInverseStd', 'bias']

interface Loaded extends KeptWeights {
  readonly bytes: number
  figures?: Promise<InspectionFigures>
}

/**
 * The weights of moments, as signs. A checkpoint is read and checked once, whichever layers are asked for; what was not used for longest
 * is forgotten first.
 */
export class InspectedWeights {
  readonly #loaded = new Map<string, Promise<Loaded>>()

  async signs(network: InspectedNetwork, moment: KeptMoment, layer: string): Promise<Signs> {
    const signs = (await this.#load(network, moment)).signs(layer)
    if (!signs) throw new BitwrightError({ what: `there are no weights of ${layer}`, where: moment.path, remedy: 'choose another layer or moment' })
    return signs
  }

  /** Everything there is to say; a layer at a time, so that other questions are answered in between. */
  async figures(network: InspectedNetwork, moment: KeptMoment): Promise<InspectionFigures> {
    const loaded = await this.#load(network, moment)
    loaded.figures ??= inspectInTurn(network, loaded)
    return loaded.figures
  }

  async #load(network: InspectedNetwork, moment: KeptMoment): Promise<Loaded> {
    const { mtimeMs, size } = await stat(moment.path).catch((error: unknown) => {
      throw diskTrouble(error, moment.path)
    })
    const key = JSON.stringify([moment.path, mtimeMs, size])
    const known = this.#loaded.get(key) ?? loadSigns(network, moment.path)
    this.#loaded.delete(key)
    this.#loaded.set(key, known)
    try {
      const loaded = await known
      await this.#forgetOldest(key)
      return loaded
    } catch (error) {
      this.#loaded.delete(key)
      throw error
    }
  }

  async #forgetOldest(used: string): Promise<void> {
    let bytes = 0
    for (const [key, loaded] of [...this.#loaded].reverse()) {
      bytes += await loaded.then(({ bytes }) => bytes, () => 0)
      if (bytes > KEPT_BYTES && key !== used) this.#loaded.delete(key)
    }
  }
}

async function loadSigns({ project, layers, inference }: InspectedNetwork, path: string): Promise<Loaded> {
  const signs = new Map<string, Signs>()
  const norms = new Map<string, Float32Array>()
  await withCheckpoint(project, path, async checkpoint => {
    for (const { name } of layers) {
      const latent = checkpoint.values(`${name}.weight`)
      if (latent) signs.set(name, signsOf(latent))
      await breath()
    }
    for (const id of inference.order) {
      for (const part of NORMS) {
        const values = checkpoint.values(`${id}.${part}`)
        if (values) norms.set(`${id}.${part}`, values)
      }
    }
  })
  return {
    signs: layer => signs.get(layer),
    values: tensor => norms.get(tensor),
    bytes: [...signs.values(), ...norms.values()].reduce((sum, { byteLength }) => sum + byteLength, 0),
  }
}

/** Opens a checkpoint of this project, checked, for as long as `work` takes. */
export async function withCheckpoint<T>(project: InspectedNetwork['project'], path: string, work: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await Checkpoint.open(path)
  try {
    checkpoint.checkProject(projectFingerprint(project))
    return await work(checkpoint)
  } finally {
    await checkpoint.close()
  }
}

async function inspectInTurn({ name, layers, inference }: InspectedNetwork, kept: KeptWeights): Promise<InspectionFigures> {
  const found: LayerInspection[] = []
  for (const layer of layers) {
    found.push(inspectLayer(layer, inference, kept))
    await breath()
  }
  return figuresOf(name, gathered(found))
}

/** Lets whatever else waits be done. */
export function breath(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

