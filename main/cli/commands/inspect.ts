import { inferArchitecture, type Project } from '../../../core/architecture/index.ts'
import { averagesOf, bankOf, binaryLayers, inspectNetwork, keptByValues, PAPER_FRACTION, type ConvolutionInspection, type DenseInspection, type Inspection, type TensorValues } from '../../../core/analysis/inspection.ts'
import { filterTable } from '../../../core/analysis/filterTable.ts'
import { figuresOf, InspectionFiguresSchema } from '../../contract/inspection.ts'
import { openHome } from '../../services/home.ts'
import { openNetwork } from '../../services/models/open.ts'
import { writeAtomic } from '../../services/files.ts'
import { counted, grouped, percent, times } from '../format/numbers.ts'
import { table } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'

/** How the binary weights of a trained network repeat. Needs no adapter. */
export async function inspect(context: Context, target: string, { checkpoint: which, csv }: { readonly checkpoint: 'best' | 'last'; readonly csv?: string }): Promise<Outcome<typeof InspectionFiguresSchema>> {
  const home = await openHome({ home: context.home })
  const network = await openNetwork(home, target)
  const checkpoint = await network.weights(which, message => context.notes.line(`warning: ${message}`))
  try {
    const values: TensorValues = name => checkpoint.values(name)
    const inspection = inspectNetwork(network.project, values)
    const value = figuresOf(network.id, inspection)
    if (csv !== undefined) await writeAtomic(csv, csvOf(network.project, values))
    return { schema: InspectionFiguresSchema, value, text: [inspectionText(network.id, inspection), ...(csv === undefined ? [] : ['', `every filter is in ${csv}`])].join('\n') }
  } finally {
    await checkpoint.close()
  }
}

/** Every filter of every convolution with its opposite, the most frequent first. */
function csvOf(project: Project, values: TensorValues): string {
  return filterTable(binaryLayers(inferArchitecture(project.architecture)).flatMap(layer => {
    const bank = bankOf(layer, keptByValues(values))
    return bank ? [{ layer: layer.name, bank }] : []
  }))
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
