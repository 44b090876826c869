import { z } from 'zod'
import { inferArchitecture, type Project } from '../../../core/architecture/index.ts'
import { averagesOf, bankOf, binaryLayers, inspectNetwork, PAPER_FRACTION, type ConvolutionInspection, type DenseInspection, type Inspection, type TensorValues } from '../../../core/analysis/inspection.ts'
import { topFilters } from '../../../core/analysis/repetition.ts'
import { openHome } from '../../services/home.ts'
import { openNetwork } from '../../services/models/open.ts'
import { writeAtomic } from '../../services/files.ts'
import { counted, grouped, percent, times } from '../format/numbers.ts'
import { table } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'

const count = z.number().min(0)
const fraction = z.number().min(0).max(1)
const channelGroups = z.array(z.strictObject({ same: z.array(count), opposite: z.array(count) }))

const LayerSchema = z.strictObject({
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

const DenseSchema = z.strictObject({
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

const InspectSchema = z.strictObject({
  name: z.string(),
  layers: z.array(LayerSchema),
  dense: z.array(DenseSchema),
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
type Inspect = z.infer<typeof InspectSchema>

/** How the binary weights of a trained network repeat. Needs no adapter. */
export async function inspect(context: Context, target: string, { checkpoint: which, csv }: { readonly checkpoint: 'best' | 'last'; readonly csv?: string }): Promise<Outcome<typeof InspectSchema>> {
  const home = await openHome({ home: context.home })
  const network = await openNetwork(home, target)
  const checkpoint = await network.weights(which, message => context.notes.line(`warning: ${message}`))
  try {
    const values: TensorValues = name => checkpoint.values(name)
    const inspection = inspectNetwork(network.project, values)
    const averages = averagesOf(inspection)
    const value: Inspect = {
      name: network.id,
      layers: inspection.convolutions.map(layerOf),
      dense: inspection.dense.map(denseOf),
      averages: averages ? { ...averages, paperFraction: PAPER_FRACTION } : null,
    }
    if (csv !== undefined) await writeAtomic(csv, csvOf(network.project, values))
    return { schema: InspectSchema, value, text: [inspectionText(network.id, inspection), ...(csv === undefined ? [] : ['', `every filter is in ${csv}`])].join('\n') }
  } finally {
    await checkpoint.close()
  }
}

function layerOf({ name, kernel, inputs, outputs, places, repetition, nearRepeats, top, repeatedChannels, deadChannels }: ConvolutionInspection): Inspect['layers'][number] {
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

function denseOf({ name, repetition, deadUnits }: DenseInspection): Inspect['dense'][number] {
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

/**
 * Every filter of every convolution with its opposite, the most frequent first. By layer, count and opposite add up to outputs *
 * inputs, and maps to inputs * uniquePerMapMerged.
 */
function csvOf(project: Project, values: TensorValues): string {
  const rows = binaryLayers(inferArchitecture(project.architecture)).flatMap(layer => {
    const bank = bankOf(layer, values)
    return bank ? topFilters(bank, Infinity).map(({ key, count: found, opposite, maps }) => [layer.name, bank.kernel, key, found, opposite, maps].join()) : []
  })
  return ['layer,kernel,key,count,opposite,maps', ...rows, ''].join('\n')
}

export function inspectionText(id: string, inspection: Inspection): string {
  return [`2D filters of ${id}: those that have to be computed when each is computed once an input map`, '', ...convolutionLines(inspection), ...denseLines(inspection)].join('\n')
}

function convolutionLines(inspection: Inspection): string[] {
  const { convolutions } = inspection
  const averages = averagesOf(inspection)
  if (!averages) return ['no convolution with binary weights']
  const lines = table<ConvolutionInspection>([
    { title: 'layer', cell: layer => layer.name },
    { title: 'filters', align: 'right', cell: ({ outputs, inputs, kernel }) => `${grouped(outputs)} × ${grouped(inputs)} of ${kernel} × ${kernel}` },
    { title: 'distinct', align: 'right', cell: ({ repetition }) => percent(repetition.fraction) },
    { title: 'random', align: 'right', cell: ({ repetition }) => percent(repetition.random.fraction) },
    { title: 'opposites merged', align: 'right', cell: ({ repetition }) => percent(repetition.fractionMerged) },
    { title: 'random', align: 'right', cell: ({ repetition: { randomMerged } }) => `${percent(randomMerged.fraction)} (${(100 * randomMerged.low).toFixed(1)} to ${(100 * randomMerged.high).toFixed(1)})` },
    { title: 'popcounts fall by', align: 'right', cell: ({ repetition }) => times(1 / repetition.fractionMerged) },
    { title: 'entropy', align: 'right', cell: ({ repetition, kernel }) => `${repetition.entropy.toFixed(2)} of ${kernel * kernel} bits` },
    { title: 'equal channels', align: 'right', cell: ({ repetition, outputs }) => none(outputs - repetition.distinctChannelsMerged) },
    { title: 'dead channels', align: 'right', cell: ({ deadChannels }) => none(deadChannels?.length) },
  ], convolutions, ['mean', '', percent(averages.fraction), percent(averages.randomFraction), percent(averages.fractionMerged), percent(averages.randomFractionMerged), times(averages.popcountReduction), '', '', ''])
  return [
    ...lines,
    '',
    `Of random signs, ${percent(averages.randomFractionMerged)} would be distinct; the paper reports ${(100 * PAPER_FRACTION).toFixed(0)} % for its CIFAR-10 network, and popcounts that fall by 3.`,
    'random: in brackets, the bounds that 95 of 100 random layers keep. The last factor is weighted by the work of the layers.',
  ]
}

function denseLines({ dense }: Inspection): string[] {
  if (dense.length === 0) return []
  return ['', ...table<DenseInspection>([
    { title: 'dense layer', cell: layer => layer.name },
    { title: 'units', align: 'right', cell: ({ repetition }) => counted(repetition.units, 'unit') },
    { title: 'equal or opposite', align: 'right', cell: ({ repetition }) => none(repetition.units - repetition.distinctUnitsMerged) },
    { title: 'dead', align: 'right', cell: ({ deadUnits }) => none(deadUnits?.length) },
    { title: 'distinct words', align: 'right', cell: ({ repetition }) => percent(repetition.fraction) },
    { title: 'random', align: 'right', cell: ({ repetition }) => percent(repetition.random.fraction) },
  ], dense)]
}

/** What is unknown leaves no mark, and what is 0 a small one. */
function none(number: number | undefined): string {
  return number === undefined ? '' : number === 0 ? '·' : grouped(number)
}
