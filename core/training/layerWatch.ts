import { bankSizeOf, binaryLayers, type BinaryLayer } from '../analysis/inspection.ts'
import { magnitudesOf } from '../analysis/latent.ts'
import { distinctPerMap } from '../analysis/repetition.ts'
import { bankOfSigns, mergedClasses, type FilterBank } from '../analysis/filterBank.ts'
import { flippedWeights, signsOf, type Signs } from '../analysis/signs.ts'
import type { Parameter } from '../layers/context.ts'
import type { LayerFigures } from './position.ts'
import type { Session } from './session.ts'

/** Signs of all binary weights, by node id. */
export type NetworkBits = ReadonlyMap<string, Signs>

/**
 * Follows the binary weights of a network from epoch to epoch. Latent weights are read back for it: once an epoch, while the checkpoint
 * reads them and the optimizer's memory as well, so a reduction on the device would save little and be one more thing to trust. Sums are
 * taken in one order in float64: the same weights give the same figures.
 */
export class LayerWatch {
  readonly #session: Session
  #layers: readonly { readonly layer: BinaryLayer; readonly parameter: Parameter }[] | undefined
  #bits: NetworkBits | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /** The weights on the device are those at the beginning of an epoch. Returns their signs. */
  async begin(): Promise<NetworkBits> {
    const bits = new Map<string, Signs>()
    for await (const { layer, values } of this.#latentWeights()) bits.set(layer.name, signsOf(values))
    this.#bits = bits
    return bits
  }

  /** Training goes on within an epoch, and this is what `begin` gave at its beginning. Without it that epoch has no flip rates. */
  restore(bits: NetworkBits | undefined): void {
    this.#bits = bits
  }

  /** Figures of the epoch that has just ended, by node id, and the signs at its end. `positive`: of sign layers, the share of +1. */
  async measure(positive: ReadonlyMap<string, number>): Promise<{ readonly layers: Record<string, LayerFigures>; readonly bits: NetworkBits }> {
    const { model } = this.#session
    const before = this.#bits
    const bits = new Map<string, Signs>()
    const figures = new Map<string, LayerFigures>()
    for await (const { layer, parameter, values } of this.#latentWeights()) {
      const now = signsOf(values)
      const then = before?.get(layer.name)
      const size = bankSizeOf(layer)
      bits.set(layer.name, now)
      figures.set(layer.name, {
        ...(then?.length === now.length && { flipRate: flippedWeights(then, now) / values.length }),
        // Bop has no latent weights: its weights are -1 and 1 themselves.
        ...(model.rule(parameter).shader !== 'bop' && latentFigures(values)),
        ...(size && { distinctFraction: distinctFraction(bankOfSigns(now, size)) }),
      })
    }
    this.#bits = bits
    const layers: Record<string, LayerFigures> = {}
    for (const id of model.order) {
      const own = figures.get(id)
      const share = positive.get(id)
      if (own) layers[id] = own
      else if (share !== undefined) layers[id] = { positiveShare: share }
    }
    return { layers, bits }
  }

  /** Of every layer of binary weights, in order; values are good until the next. */
  async *#latentWeights(): AsyncGenerator<{ readonly layer: BinaryLayer; readonly parameter: Parameter; readonly values: Float32Array }> {
    const { model, memory } = this.#session
    this.#layers ??= binaryLayers(model.inference).flatMap(layer => {
      const parameter = model.parameters.get(`${layer.name}.weight`)
      return parameter?.latent === true ? [{ layer, parameter }] : []
    })
    const layers = this.#layers.values()
    for await (const bytes of memory.readEach(this.#layers.map(({ parameter }) => parameter.tensor))) {
      yield { ...(layers.next().value as { layer: BinaryLayer; parameter: Parameter }), values: new Float32Array(bytes.buffer) }
    }
  }
}

/** The share of latent weights at or beyond -1 and 1, and their mean magnitude. */
export function latentFigures(values: Float32Array): Required<Pick<LayerFigures, 'clippedShare' | 'meanLatent'>> {
  const { atClip, magnitude } = magnitudesOf(values, 1)
  return { clippedShare: atClip, meanLatent: magnitude }
}

function distinctFraction(bank: FilterBank): number {
  const classes = mergedClasses(bank)
  return distinctPerMap(bank, id => classes[id] as number).reduce((sum, count) => sum + count, 0) / bank.ids.length
}
