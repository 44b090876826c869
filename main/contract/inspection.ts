import { z } from 'zod'
import { averagesOf, PAPER_FRACTION, type ConvolutionInspection, type DenseInspection, type Inspection } from '../../core/analysis/inspection.ts'

/** How the binary weights of a network repeat, in figures: what `bitwright inspect --json` prints and the workbench shows. */

const count = z.number().min(0)
const fraction = z.number().min(0).max(1)
const channelGroups = z.array(z.strictObject({ same: z.array(count), opposite: z.array(count) }))

export const ConvolutionFiguresSchema = z.strictObject({
  name: z.string(),
  kernel: count,
  outputs: count,
  inputs: count,
  /** Distinct 2D filters of an input map, in the mean over the maps; merged: opposite signs count as one. */
  uniquePerMap: count,
  uniquePerMapMerged: count,
  /** Of all 2D filters of the layer: uniquePerMap / outputs. */
  fraction,
  fractionMerged: fraction,
  /** What random signs would give, and the bounds that 95 of 100 random layers keep. */
  randomFraction: fraction,
  randomFractionMerged: fraction,
  randomInterval: z.tuple([fraction, fraction]),
  randomIntervalMerged: z.tuple([fraction, fraction]),
  /** 2D XNOR-popcounts of an image: all, and those saved when each distinct filter (merged) is computed once a map. */
  popcounts: count,
  popcountsSaved: count,
  /** Additions of their results: all, and those saved when equal or opposite output channels are computed once. */
  additions: count,
  additionsSaved: count,
  /** Distinct 2D filters in the whole layer, and bits of entropy. */
  layerUnique: count,
  layerUniqueMerged: count,
  entropy: count,
  entropyMerged: count,
  /** Output channels of distinct weights. */
  uniqueChannels: count,
  uniqueChannelsMerged: count,
  repeatedChannels: channelGroups,
  /** Output channels whose sign never changes; null where that cannot be said. */
  deadChannels: z.array(count).nullable(),
  /** 2D filters with another in their map that differs, or whose opposite differs, in at most one tap. */
  nearRepeats: count,
  top: z.array(z.strictObject({ key: z.string(), count, opposite: count, maps: count })),
})

export const DenseFiguresSchema = z.strictObject({
  name: z.string(),
  units: count,
  inputs: count,
  uniqueUnits: count,
  uniqueUnitsMerged: count,
  repeatedUnits: channelGroups,
  deadUnits: z.array(count).nullable(),
  /** 32-bit words of weights, and the share of distinct ones among those that meet the same inputs. */
  words: count,
  fraction,
  fractionMerged: fraction,
  randomFraction: fraction,
  randomFractionMerged: fraction,
})

export const InspectionFiguresSchema = z.strictObject({
  name: z.string(),
  layers: z.array(ConvolutionFiguresSchema),
  dense: z.array(DenseFiguresSchema),
  /** Null without convolutions. */
  averages: z.strictObject({
    fraction, fractionMerged: fraction, randomFraction: fraction, randomFractionMerged: fraction,
    /** Weighted by the work of the layers. */
    weightedFractionMerged: fraction, weightedRandomFractionMerged: fraction,
    popcountReduction: count,
    /** What Hubara et al. report for their CIFAR-10 network. */
    paperFraction: fraction,
  }).nullable(),
})
export type InspectionFigures = z.infer<typeof InspectionFiguresSchema>
export type ConvolutionFigures = InspectionFigures['layers'][number]
export type DenseFigures = InspectionFigures['dense'][number]

/** The figures of an inspection of the run or model `name`. */
export function figuresOf(name: string, inspection: Inspection): InspectionFigures {
  const averages = averagesOf(inspection)
  return {
    name,
    layers: inspection.convolutions.map(convolutionFigures),
    dense: inspection.dense.map(denseFigures),
    averages: averages ? { ...averages, paperFraction: PAPER_FRACTION } : null,
  }
}

function convolutionFigures({ name, kernel, inputs, outputs, places, repetition, nearRepeats, top, repeatedChannels, deadChannels }: ConvolutionInspection): ConvolutionFigures {
  const { slices, distinct, distinctMerged, random, randomMerged } = repetition
  return {
    name, kernel, outputs, inputs,
    uniquePerMap: distinct / inputs,
    uniquePerMapMerged: distinctMerged / inputs,
    fraction: repetition.fraction,
    fractionMerged: repetition.fractionMerged,
    randomFraction: random.fraction,
    randomFractionMerged: randomMerged.fraction,
    randomInterval: [random.low, random.high],
    randomIntervalMerged: [randomMerged.low, randomMerged.high],
    popcounts: slices * places,
    popcountsSaved: (slices - distinctMerged) * places,
    additions: slices * places,
    additionsSaved: (outputs - repetition.distinctChannelsMerged) * inputs * places,
    layerUnique: repetition.layerDistinct,
    layerUniqueMerged: repetition.layerDistinctMerged,
    entropy: repetition.entropy,
    entropyMerged: repetition.entropyMerged,
    uniqueChannels: repetition.distinctChannels,
    uniqueChannelsMerged: repetition.distinctChannelsMerged,
    repeatedChannels: repeatedChannels.map(plainGroup),
    deadChannels: deadChannels ? [...deadChannels] : null,
    nearRepeats,
    top: top.map(({ key, count: found, opposite, maps }) => ({ key, count: found, opposite, maps })),
  }
}

function denseFigures({ name, repetition, deadUnits }: DenseInspection): DenseFigures {
  const { units, depth, distinctUnits, distinctUnitsMerged, repeated, words, random, randomMerged } = repetition
  return {
    name, units, inputs: depth,
    uniqueUnits: distinctUnits, uniqueUnitsMerged: distinctUnitsMerged, repeatedUnits: repeated.map(plainGroup), deadUnits: deadUnits ? [...deadUnits] : null,
    words, fraction: repetition.fraction, fractionMerged: repetition.fractionMerged, randomFraction: random.fraction, randomFractionMerged: randomMerged.fraction,
  }
}

function plainGroup({ same, opposite }: { readonly same: readonly number[]; readonly opposite: readonly number[] }): { same: number[]; opposite: number[] } {
  return { same: [...same], opposite: [...opposite] }
}
