import { bankSizeOf, denseSizeOf, type BinaryLayer } from '../../../core/analysis/inspection.ts'
import { denseRepetitionOf } from '../../../core/analysis/denseRows.ts'
import { bankOfSigns } from '../../../core/analysis/filterBank.ts'
import { repetitionOf } from '../../../core/analysis/repetition.ts'
import { flippedWeights, type Signs } from '../../../core/analysis/signs.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { LayerEpochs } from '../../contract/app/inspect.ts'
import type { InspectedNetwork } from './target.ts'
import { breath, type InspectedWeights } from './weights.ts'

/** How one layer repeats, and which share of its signs turned, from moment to moment. */
export async function layerEpochs(network: InspectedNetwork, layer: BinaryLayer, weights: InspectedWeights): Promise<LayerEpochs> {
  const { moments } = network
  const [fraction, fractionMerged, flipped] = [new Float64Array(moments.length), new Float64Array(moments.length), new Float64Array(moments.length)]
  let before: Signs | undefined
  let randomFractionMerged = 1
  for (const [at, moment] of moments.entries()) {
    const signs = await weights.signs(network, moment, layer)
    const found = repetition(layer, signs)
    fraction[at] = found.fraction
    fractionMerged[at] = found.fractionMerged
    randomFractionMerged = found.randomMerged.fraction
    flipped[at] = before ? flippedWeights(before, signs) / found.weights : NaN
    before = signs
    await breath()
  }
  return { epochs: Float64Array.from(moments, ({ epoch }) => epoch), fraction, fractionMerged, flipped, randomFractionMerged }
}

function repetition(layer: BinaryLayer, signs: Signs): { readonly fraction: number; readonly fractionMerged: number; readonly randomMerged: { readonly fraction: number }; readonly weights: number } {
  const [size, dense] = [bankSizeOf(layer), denseSizeOf(layer)]
  if (size) return { ...repetitionOf(bankOfSigns(signs, size)), weights: size.kernel ** 2 * size.inputs * size.outputs }
  if (dense) return { ...denseRepetitionOf(signs, dense.depth, dense.units), weights: dense.depth * dense.units }
  throw new BitwrightError({ what: `${layer.name} has no inputs that are known`, remedy: 'choose another layer' })
}
