import { BitwrightError } from '../errors.ts'
import { adviseBatch } from './advice.ts'
import { input } from './kinds/input.ts'
import { layerKinds, type LayerKinds } from './kinds/index.ts'
import { inferArchitecture, type Inference } from './infer.ts'
import type { LayerKind, Problem } from './kind.ts'
import { parseAs, type Project } from './project.ts'
import type { PreprocessingStep, Recipe } from './recipe.ts'

/** Steps that move pixels and leave them bytes. */
export type GeometryStep = Extract<PreprocessingStep, { kind: 'resize' | 'centreCrop' | 'randomCrop' | 'randomFlip' }>
/** Steps that give values. */
export type ValueStep = Exclude<PreprocessingStep, GeometryStep>

export interface StepPlan {
  readonly geometry: readonly GeometryStep[]
  readonly values: readonly ValueStep[]
}

type PictureShape = readonly [height: number, width: number, channels: number]

const WHERE = 'recipe.preprocessing'

/** The steps of a recipe, which may give one or a list, told apart. Throws where their order makes no sense. */
export function planSteps(preprocessing: Recipe['preprocessing']): StepPlan {
  const [trouble] = orderTroubles(preprocessing)
  if (trouble) throw new BitwrightError({ ...trouble, where: WHERE })
  const steps = stepsOf(preprocessing)
  return { geometry: steps.filter(isGeometry), values: steps.filter(step => !isGeometry(step)) }
}

function stepsOf(preprocessing: Recipe['preprocessing']): readonly PreprocessingStep[] {
  return Array.isArray(preprocessing) ? preprocessing : [preprocessing]
}

function orderTroubles(preprocessing: Recipe['preprocessing']): { readonly what: string; readonly remedy: string }[] {
  const steps = stepsOf(preprocessing)
  return steps.flatMap((step, at) => {
    const last = steps.slice(0, at).findLast(other => !isGeometry(other))
    if (!last) return []
    const what = `found ${step.kind} behind ${last.kind}`
    if (isGeometry(step)) return [{ what, remedy: 'put steps that move pixels before those that give values' }]
    if (step.kind === 'scale') return [{ what, remedy: 'put scale before all other steps that give values: it says what bytes mean' }]
    return step.kind !== 'zca' && last.kind === 'zca' ? [{ what, remedy: 'put zca last' }] : []
  })
}

/** Whether the network reads bytes, which one affine map gives their meaning; else it reads float32 values. */
export function readsPixels(preprocessing: Recipe['preprocessing']): boolean {
  return stepsOf(preprocessing).every(step => isGeometry(step) || step.kind === 'scale' || (step.kind === 'standardise' && step.per !== 'channel'))
}

/** The shape of what the network reads, from that of the stored images. Throws if a step cannot take it. */
export function shapeRead(preprocessing: Recipe['preprocessing'], shape: PictureShape): PictureShape {
  return planSteps(preprocessing).geometry.reduce(shapeAfter, shape)
}

function shapeAfter([height, width, channels]: PictureShape, step: GeometryStep): PictureShape {
  if (step.kind === 'randomFlip') return [height, width, channels]
  const padding = step.kind === 'randomCrop' ? step.padding : 0
  const [tall, wide] = [step.height ?? height, step.width ?? width]
  if (step.kind === 'resize' || (tall <= height + 2 * padding && wide <= width + 2 * padding)) return [tall, wide, channels]
  throw new BitwrightError({ what: `${step.kind} wants ${tall} x ${wide} out of ${height + 2 * padding} x ${width + 2 * padding} (height x width)`, where: WHERE, remedy: 'choose a smaller size, or put resize before it' })
}

/** inferArchitecture of a project's network, with what its recipe's preprocessing puts in: 8-bit pixels or reals. Steps out of order are a problem, and so are batches too small. */
export function inferProject({ architecture, recipe }: Pick<Project, 'architecture' | 'recipe'>): Inference {
  const inference = inferArchitecture(architecture, readsPixels(recipe.preprocessing) ? layerKinds : REALS)
  const order = orderTroubles(recipe.preprocessing).slice(0, 1).map(({ what, remedy }): Problem => ({ code: 'preprocessingOrder', severity: 'error', message: `${WHERE}: ${what}; ${remedy}`, fixes: [] }))
  const batch = adviseBatch(inference.nodes, recipe.batchSize)
  return order.length + batch.length === 0 ? inference : { ...inference, problems: [...order, ...inference.problems, ...batch] }
}

/** The kinds of layers where preprocessing gives float32 values. */
const REALS: LayerKinds = new Map([...layerKinds, [input.kind, {
  ...(layerKinds.get(input.kind) as LayerKind),
  infer(inputs, attributes, node) {
    const inferred = input.infer(inputs, parseAs(input.attributes, attributes, node), node)
    if (!('cost' in inferred) || !inferred.output) return inferred
    const { coding } = attributes
    if (coding === 'recipe') return { ...inferred, output: { ...inferred.output, flow: 'reals' } }
    return {
      ...inferred,
      problems: [{
        code: 'invalidAttribute',
        severity: 'error',
        message: `${node} codes 8-bit pixels itself (${String(coding)}), and the recipe's preprocessing gives float32 values`,
        node,
        field: 'coding',
        fixes: [{ label: 'Leave the values to the recipe', node, set: { coding: 'recipe' } }],
      }],
    }
  },
}]])

function isGeometry(step: PreprocessingStep): step is GeometryStep {
  return ['resize', 'centreCrop', 'randomCrop', 'randomFlip'].includes(step.kind)
}
