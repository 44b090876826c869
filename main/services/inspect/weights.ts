import { stat } from 'node:fs/promises'
import { bankSizeOf, denseSizeOf, gathered, inspectLayer, type BinaryLayer, type LayerInspection } from '../../../core/analysis/inspection.ts'
import { signsOf, signWords, type Signs } from '../../../core/analysis/signs.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { figuresOf, type InspectionFigures } from '../../contract/inspection.ts'
import { diskTrouble } from '../files.ts'
import { bitsPath, readBits } from '../runs/bits.ts'
import { Checkpoint } from '../runs/checkpoint-read.ts'
import type { InspectedNetwork, KeptMoment } from './target.ts'

/** Packed signs that are kept in memory, in all. */
const KEPT_BYTES = 96 * 2 ** 20

/** What normalises sums: small beside the weights. */
const NORMS = ['gamma', 'beta', 'runningMean', 'runningVariance', 'runningInverseStd', 'bias']

interface Loaded {
  readonly signs: ReadonlyMap<string, Signs>
  readonly bytes: number
  figures?: Promise<InspectionFigures>
}

/**
 * The weights of moments, as signs. A file is read and checked once, whichever layers are asked for; what was not used for longest
 * is forgotten first.
 */
export class InspectedWeights {
  readonly #loaded = new Map<string, Promise<Loaded>>()

  async signs(network: InspectedNetwork, moment: KeptMoment, layer: BinaryLayer): Promise<Signs> {
    const signs = (await this.#load(network, moment)).signs.get(layer.name)
    const [conv, dense] = [bankSizeOf(layer), denseSizeOf(layer)]
    const wanted = conv ? signWords(conv.kernel ** 2 * conv.inputs * conv.outputs) : dense ? signWords(dense.depth * dense.units) : undefined
    if (!signs || signs.length !== wanted) throw new BitwrightError({ what: `expected ${wanted ?? 'known'} words of signs of ${layer.name}, found ${signs?.length ?? 'none'}`, where: fileOf(moment), remedy: 'choose another layer or moment' })
    return signs
  }

  /** Everything there is to say; a layer at a time, so that other questions are answered in between. */
  async figures(network: InspectedNetwork, moment: KeptMoment): Promise<InspectionFigures> {
    const loaded = await this.#load(network, moment)
    loaded.figures ??= inspectInTurn(network, moment, loaded)
    loaded.figures.catch(() => delete loaded.figures)
    return loaded.figures
  }

  async #load(network: InspectedNetwork, moment: KeptMoment): Promise<Loaded> {
    const path = fileOf(moment)
    const { mtimeMs, size } = await stat(path).catch((error: unknown) => {
      throw diskTrouble(error, path)
    })
    const key = JSON.stringify([path, mtimeMs, size])
    const known = this.#loaded.get(key) ?? loadSigns(network, moment)
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

/** The file that signs come from: that of the signs alone, a 32nd of the other, where there is one. */
function fileOf({ bits, checkpoint = '' }: KeptMoment): string {
  return bits ? bitsPath(bits.directory, bits.epoch) : checkpoint
}

async function loadSigns({ project, layers }: InspectedNetwork, { bits, checkpoint }: KeptMoment): Promise<Loaded> {
  const signs = new Map<string, Signs>()
  if (bits) for (const [node, kept] of (await readBits(bits.directory, bits.epoch)) ?? []) signs.set(node, kept)
  else if (checkpoint !== undefined) {
    await withCheckpoint(project, checkpoint, async ({ values }) => {
      for (const { name } of layers) {
        const latent = values(`${name}.weight`)
        if (latent) signs.set(name, signsOf(latent))
        await breath()
      }
    })
  }
  return { signs, bytes: [...signs.values()].reduce((sum, { byteLength }) => sum + byteLength, 0) }
}

/** Opens a checkpoint of this project, checked, for as long as `work` takes. */
export async function withCheckpoint<T>(project: InspectedNetwork['project'], path: string, work: (checkpoint: Pick<Checkpoint, 'values'>) => Promise<T>): Promise<T> {
  const checkpoint = await Checkpoint.of(project, path)
  try {
    return await work({ values: name => checkpoint.values(name) })
  } finally {
    await checkpoint.close()
  }
}

async function inspectInTurn(network: InspectedNetwork, moment: KeptMoment, { signs }: Loaded): Promise<InspectionFigures> {
  const { name, layers, inference } = network
  const norms = await normsOf(network, moment)
  const found: LayerInspection[] = []
  for (const layer of layers) {
    found.push(inspectLayer(layer, inference, { signs: node => signs.get(node), values: tensor => norms.get(tensor) }))
    await breath()
  }
  return figuresOf(name, gathered(found))
}

/** Empty where there is no checkpoint. */
async function normsOf({ project, inference }: InspectedNetwork, { checkpoint }: KeptMoment): Promise<ReadonlyMap<string, Float32Array>> {
  const norms = new Map<string, Float32Array>()
  if (checkpoint === undefined) return norms
  await withCheckpoint(project, checkpoint, async ({ values }) => {
    for (const id of inference.order) {
      for (const part of NORMS) {
        const found = values(`${id}.${part}`)
        if (found) norms.set(`${id}.${part}`, found)
      }
    }
  })
  return norms
}

/** Lets whatever else waits be done. */
export function breath(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
