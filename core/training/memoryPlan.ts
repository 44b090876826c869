import type { Project } from '../architecture/project.ts'
import { BitwrightError } from '../errors.ts'
import { candidatesOf } from '../gpu/families.ts'
import { STAGING_BYTES } from '../gpu/memory.ts'
import { planProgram, type ProgramPlan } from '../gpu/plan.ts'
import type { ShaderLibrary } from '../gpu/shaders.ts'
import type { BindingLimits } from '../gpu/split.ts'
import { bytesOf, type Tensor } from '../gpu/tensor.ts'
import { buildProgram } from './build.ts'
import { evaluationImages } from './session.ts'
import { Model } from './model.ts'

/** What an adapter takes: of one binding, of one buffer, and in all (undefined where nobody knows). */
export interface DeviceLimits extends BindingLimits {
  readonly maxBufferBytes: number
  readonly memoryBytes?: number | undefined
}

/** Limits that every WebGPU device has: what can be said before one is opened. */
export const LEAST_LIMITS: DeviceLimits = { name: 'an adapter with the least limits of WebGPU', maxBindingBytes: 2 ** 27, maxBufferBytes: 2 ** 28 }

/** Bytes that training takes on the device, all of them: nothing is allocated later. */
export interface MemoryPlan {
  /** Images per step. */
  readonly batchSize: number
  /** Parameters as float32, binary weights once more as bits, running statistics. */
  readonly parameters: number
  readonly optimizer: number
  /** Buffers shared by all tensors of a training step, gradients among them. */
  readonly step: number
  /** Of these, what is kept from forward to backward: the activations. */
  readonly activations: number
  /** Buffers shared by all tensors of an evaluation step. */
  readonly evaluation: number
  /** Pixels, labels, scores and metrics of both programs, uniforms, and buffers through which the host reads and writes. */
  readonly exchange: number
  /** What the tuner holds beside all that while it times a kernel of the evaluation. */
  readonly tuning: number
  readonly total: number
  /** The largest buffer there is. */
  readonly largestBuffer: { readonly name: string; readonly bytes: number }
}

const UNIFORM_BYTES = 256

/**
 * The plan of a project's training at a batch size, by the very programs that will run, without a device. Throws what keeps them
 * from running: an unsound graph, a tensor that cannot be bound even in pieces.
 */
export function planMemory(project: Project, shaders: ShaderLibrary, limits: BindingLimits, batchSize = project.recipe.batchSize): MemoryPlan {
  const model = new Model(project, { scale: 1, offset: 0 })
  // Bit planes take more than pixels do, and which of them the tuner will choose is not known yet.
  const inputPath = project.recipe.inputKernel === 'float' ? 'float' : 'planes'
  const build = (training: boolean, rows: number): ProgramPlan => planProgram(buildProgram(model, { training, rows, inputPath }).program, shaders, limits)
  const training = build(true, batchSize)
  const evaluation = build(false, evaluationImages(model))
  const persistent = new Set([...training.persistent, ...evaluation.persistent])
  const roles = { parameters: 0, optimizer: 0, ports: 0 }
  const memories = new Set(model.memories.values())
  for (const tensor of persistent) roles[memories.has(tensor) ? 'optimizer' : tensor.role === 'input' || tensor.role === 'output' ? 'ports' : 'parameters'] += bytesOf(tensor)
  const uniforms = UNIFORM_BYTES * (training.operations.length + evaluation.operations.length + 2)
  const sizes = {
    parameters: roles.parameters,
    optimizer: roles.optimizer,
    step: training.stepBytes,
    evaluation: evaluation.stepBytes,
    exchange: roles.ports + uniforms + 2 * STAGING_BYTES,
    tuning: largestTrial(evaluation),
  }
  return {
    batchSize, ...sizes,
    activations: training.savedBytes,
    total: Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0),
    largestBuffer: largest([...persistent].map(tensor => ({ name: tensor.name, bytes: bytesOf(tensor) })), [...training.slots, ...evaluation.slots].map(bytes => ({ name: 'tensors of a step', bytes }))),
  }
}

function largest(...lists: readonly (readonly MemoryPlan['largestBuffer'][])[]): MemoryPlan['largestBuffer'] {
  return lists.flat().reduce((most, one) => (one.bytes > most.bytes ? one : most), { name: 'none', bytes: 0 })
}

function largestTrial({ operations }: ProgramPlan): number {
  const choices = operations.filter(({ kernel }) => candidatesOf(kernel).length > 1)
  return Math.max(0, ...choices.map(({ tensors }) => [...new Set<Tensor>(Object.values(tensors))].reduce((sum, tensor) => sum + bytesOf(tensor), 0)))
}

/** Why a plan does not fit, as in "3.1 GiB are needed"; undefined if it does. */
function misfit({ total, largestBuffer }: MemoryPlan, { maxBufferBytes, memoryBytes, name }: DeviceLimits): string | undefined {
  if (largestBuffer.bytes > maxBufferBytes) return `"${largestBuffer.name}" needs ${inMebibytes(largestBuffer.bytes)} in one buffer, and ${name} makes them of at most ${inMebibytes(maxBufferBytes)}`
  if (memoryBytes !== undefined && total > memoryBytes) return `${inMebibytes(total)} are needed, and ${inMebibytes(memoryBytes)} are there for ${name}`
  return undefined
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`
}

/** The most images per step that fit, at most the recipe's; 0 if not even one does. Found by planning at other batch sizes. */
export function largestBatch(project: Project, shaders: ShaderLibrary, limits: DeviceLimits): number {
  const fits = (batchSize: number): boolean => {
    try {
      return misfit(planMemory(project, shaders, limits, batchSize), limits) === undefined
    } catch (error) {
      if (error instanceof BitwrightError) return false
      throw error
    }
  }
  let least = 0
  let most = project.recipe.batchSize
  if (fits(most)) return most
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2)
    if (fits(middle)) least = middle
    else most = middle
  }
  return least
}

/** The plan, if it fits. Else throws, with the largest batch that does: before anything is allocated. */
export function requireMemory(project: Project, shaders: ShaderLibrary, limits: DeviceLimits): MemoryPlan {
  // An unsound graph says so itself.
  new Model(project, { scale: 1, offset: 0 })
  const where = `training ${project.name} at batch ${project.recipe.batchSize}`
  let plan: MemoryPlan | undefined
  let what: string | undefined
  try {
    plan = planMemory(project, shaders, limits)
    what = misfit(plan, limits)
  } catch (error) {
    if (!(error instanceof BitwrightError)) throw error
    what = error.what
  }
  if (plan && what === undefined) return plan
  const batch = largestBatch(project, shaders, limits)
  throw new BitwrightError({
    what: `not enough memory: ${what}`,
    where,
    remedy: batch > 0 ? `a batch of ${batch} images fits: --batch ${batch}` : 'not even a batch of one image fits: make the network narrower, as with --width-scale 0.5',
  })
}
