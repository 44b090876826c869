import { z } from 'zod'
import { hasErrors, inferProject, savedBitsOf, totalsOf, trainingMemory, type Inference, type InferredNode, type Problem, type Project } from '../../../core/architecture/index.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { LEAST_LIMITS, planMemory, type MemoryPlan } from '../../../core/training/memoryPlan.ts'
import { MemoryPlanSchema } from '../../contract/engine.ts'
import { openShaders } from '../../services/shaders.ts'
import { changeProject, readProject, type ChangeOptions } from '../changes.ts'
import { float32Bytes, packedText } from '../format/comparison.ts'
import { bytesText, counted, grouped } from '../format/numbers.ts'
import { facts, table } from '../format/table.ts'
import type { Outcome } from '../run.ts'

const count = z.number().min(0)

const LayerSchema = z.strictObject({
  name: z.string(),
  kind: z.string(),
  /** Of the output: channels, or height, width, channels. Null while it cannot be known, and where there is none. */
  shape: z.array(count).nullable(),
  flow: z.string().nullable(),
  realParameters: count,
  binaryParameters: count,
  parameters: count,
  packedBytes: count,
  /** Per image. */
  macs: count,
  xnorWords: count,
  /** Bits per image that stay from forward to backward. */
  savedBits: count,
})
type Layer = z.infer<typeof LayerSchema>

const ProblemSchema = z.strictObject({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  node: z.string().optional(),
  fixes: z.array(z.string()),
})

const CheckSchema = z.strictObject({
  layers: z.array(LayerSchema),
  problems: z.array(ProblemSchema),
  totals: z.strictObject({
    parameters: count, realParameters: count, binaryParameters: count,
    packedBytes: count, float32Bytes: count,
    macs: count, floatMacs: count, binaryMacs: count, xnorWords: count,
    /** In training, for a whole batch. */
    batchSize: count,
    /** On the device, by the programs that training runs; null for a network that cannot be trained. */
    memoryPlan: MemoryPlanSchema.nullable(),
    trainingMemory: z.strictObject({ parameters: count, gradients: count, optimizerState: count, savedActivations: count, total: count, floatTwinActivations: count }),
  }),
})
type Check = z.infer<typeof CheckSchema>

export async function check(nameOrFile: string, options: ChangeOptions): Promise<Outcome<typeof CheckSchema>> {
  const project = changeProject(await readProject(nameOrFile), options)
  const inference = inferProject(project)
  const value = {
    layers: inOrder(inference).map(node => layerOf(node, inference, project)),
    problems: inference.problems.map(problemOf),
    totals: totalsFor(inference, project),
  }
  const errors = inference.problems.filter(problem => problem.severity === 'error').length
  return {
    schema: CheckSchema,
    value,
    text: checkText(project, value),
    ...(hasErrors(inference) && {
      failure: { what: `the network cannot be trained: ${counted(errors, 'error')}`, where: nameOrFile, remedy: 'mend what is listed under problems' },
    }),
  }
}

/** As the network computes; what stands on or behind a loop comes last. */
function inOrder({ order, nodes }: Inference): InferredNode[] {
  const ordered = order.flatMap(id => nodes.get(id) ?? [])
  return [...ordered, ...[...nodes.values()].filter(node => !ordered.includes(node))]
}

function layerOf(node: InferredNode, inference: Inference, { recipe }: Project): Layer {
  const { id, kind, signal, cost } = node
  const realParameters = cost?.realParameters ?? 0
  const binaryParameters = cost?.binaryParameters ?? 0
  return {
    name: id,
    kind,
    shape: signal ? [...signal.shape] : null,
    flow: signal?.flow ?? null,
    realParameters,
    binaryParameters,
    parameters: realParameters + binaryParameters,
    packedBytes: cost?.packedBytes ?? 0,
    macs: (cost?.floatMacs ?? 0) + (cost?.binaryMacs ?? 0),
    xnorWords: cost?.xnorWords ?? 0,
    savedBits: savedBitsOf(node, recipe.activations, inference),
  }
}

function problemOf({ severity, code, message, node, fixes }: Problem): z.infer<typeof ProblemSchema> {
  return { severity, code, message, ...(node !== undefined && { node }), fixes: fixes.map(fix => fix.label) }
}

/** Null where a tensor is too large even in pieces; training says which. */
function memoryPlanOf(project: Project): MemoryPlan | null {
  try {
    return planMemory(project, openShaders(), LEAST_LIMITS)
  } catch (error) {
    if (error instanceof BitwrightError) return null
    throw error
  }
}

function totalsFor(inference: Inference, project: Project): Check['totals'] {
  const { parameters, realParameters, binaryParameters, packedBytes, macs, floatMacs, binaryMacs, xnorWords, stateValues } = totalsOf(inference)
  return {
    parameters, realParameters, binaryParameters, packedBytes, float32Bytes: float32Bytes({ parameters, stateValues }),
    macs, floatMacs, binaryMacs, xnorWords,
    batchSize: project.recipe.batchSize, trainingMemory: trainingMemory(inference, project.recipe), memoryPlan: hasErrors(inference) ? null : memoryPlanOf(project),
  }
}

const some = (value: number): string => (value === 0 ? '' : grouped(value))

function checkText(project: Project, { layers, problems, totals }: Check): string {
  const savedBits = layers.reduce((sum, layer) => sum + layer.savedBits, 0)
  const lines = table<Layer>([
    { title: 'layer', cell: layer => layer.name },
    { title: 'kind', cell: layer => layer.kind },
    { title: 'output', cell: layer => layer.shape?.map(grouped).join(' × ') ?? '-' },
    { title: 'flow', cell: layer => layer.flow ?? '-' },
    { title: 'parameters', align: 'right', cell: layer => some(layer.parameters) },
    { title: 'packed', align: 'right', cell: layer => (layer.packedBytes === 0 ? '' : bytesText(layer.packedBytes)) },
    { title: 'MACs', align: 'right', cell: layer => some(layer.macs) },
    { title: 'XNOR words', align: 'right', cell: layer => some(layer.xnorWords) },
    { title: 'saved bits', align: 'right', cell: layer => some(layer.savedBits) },
  ], layers, ['total', '', '', '', grouped(totals.parameters), bytesText(totals.packedBytes), grouped(totals.macs), grouped(totals.xnorWords), grouped(savedBits)])
  return [
    `${project.name} on data set ${project.dataset}`,
    '',
    ...lines,
    'MACs, XNOR words and saved bits are per image.',
    '',
    ...summary(totals),
    ...problemLines(problems),
  ].join('\n')
}

function summary({ trainingMemory: memory, memoryPlan: plan, ...totals }: Check['totals']): string[] {
  return facts([
    ['size', `${grouped(totals.binaryParameters)} binary weights, ${grouped(totals.realParameters)} real parameters: ${packedText(totals)}`],
    ['work', `${grouped(totals.binaryMacs)} binary MACs an image as ${grouped(totals.xnorWords)} XNOR words, ${grouped(totals.floatMacs)} in float32`],
    ['training', plan
      ? `${bytesText(plan.total)} on the device at batch ${grouped(totals.batchSize)}: parameters ${bytesText(plan.parameters)}, optimizer ${bytesText(plan.optimizer)}, a step's tensors ${bytesText(plan.step)}, evaluation ${bytesText(plan.evaluation + plan.tuning)}, exchange ${bytesText(plan.exchange)}`
      : `${bytesText(memory.total)} at batch ${grouped(totals.batchSize)}`],
    ['activations', `${bytesText(plan?.activations ?? memory.savedActivations)} kept for backward; as float32 they would take ${bytesText(memory.floatTwinActivations)}`],
  ])
}

function problemLines(problems: Check['problems']): string[] {
  if (problems.length === 0) return ['', 'no problems']
  return ['', ...problems.flatMap(({ severity, message, fixes }) => [
    `${severity}: ${message}`,
    ...(fixes.length > 0 ? [`  what helps: ${fixes.join('; or: ')}`] : []),
  ])]
}
