import type { Project } from '../../../core/architecture/project.ts'
import { learningRateAt } from '../../../core/architecture/schedule.ts'
import { Executable, type Toolbox } from '../../../core/gpu/executable.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import type { Parameter } from '../../../core/layers/context.ts'
import { buildProgram, type BuiltProgram } from '../../../core/training/build.ts'
import { Model } from '../../../core/training/model.ts'
import { packWeights, writeConstants, writeInitial } from '../../../core/training/weights.ts'
import { packWeights as packReference } from '../../oracle/bits.ts'
import { randomLabels, randomPixels, uniformValues } from '../../oracle/examples.ts'
import { OracleNetwork } from '../../oracle/network.ts'

export interface StepCase {
  readonly project: Project
  /** Images of the batch. */
  readonly rows: number
  readonly path: 'planes' | 'float'
}

/** The step of the run, which draws hang on, and its epoch, which the rate hangs on. */
export const [STEP, EPOCH] = [3, 2]
/** Where the step's metrics go. */
export const SLOT = 5

/** One network for both sides, with a batch drawn by the recipe's seed. Its constants have been moved (moveConstants). */
export interface Drawn {
  readonly model: Model
  readonly oracle: OracleNetwork
  readonly moved: ReadonlyMap<string, Float64Array>
  readonly images: Uint8Array
  readonly labels: Uint8Array
}

export function drawCase({ project, rows }: StepCase): Drawn {
  const pixels = { scale: 2 / 255, offset: -1 }
  const { seed } = project.recipe
  const model = new Model(project, pixels)
  const oracle = new OracleNetwork(project, pixels)
  return { model, oracle, moved: moveConstants(oracle, seed), images: randomPixels(rows * depthOf(model), seed), labels: randomLabels(rows, model.classes, seed + 1) }
}

function depthOf({ imageShape }: Model): number {
  return imageShape.reduce((product, size) => product * size, 1)
}

/**
 * Gives parameters that start as a constant, such as biases and thresholds at 0, values that differ from channel to channel, as after
 * some training; returns what they are now.
 */
function moveConstants({ parameters }: OracleNetwork, seed: number): Map<string, Float64Array> {
  const moved = new Map<string, Float64Array>()
  for (const [name, values] of parameters) {
    const [first = 0] = values
    if (name.endsWith('.weight') || !values.every(value => value === first)) continue
    moved.set(name, Float64Array.from(uniformValues(values.length, seed + moved.size, first - 0.25, first + 0.25), Math.fround))
  }
  for (const [name, values] of moved) parameters.set(name, values.slice())
  return moved
}

/** A step that the device has taken, everything of it readable. Whoever asked for it destroys executable and memory. */
export interface DeviceStep {
  readonly memory: Memory
  readonly executable: Executable
  readonly built: BuiltProgram
  /** The pixels, each image filled up to whole words. */
  readonly padded: Uint8Array<ArrayBuffer>
}

export async function stepOnDevice(toolbox: Toolbox, { model, moved, images, labels }: Drawn, { project, rows, path }: StepCase, { reals = false } = {}): Promise<DeviceStep> {
  const memory = new Memory(toolbox.device)
  const built = buildProgram(model, { training: true, rows, inputPath: path, inspect: true, reals })
  await writeInitial(model, memory)
  writeConstants(model, memory)
  for (const [name, values] of moved) memory.write((model.parameters.get(name) as Parameter).tensor, Float32Array.from(values))
  await packWeights(model, memory, toolbox)
  const executable = await Executable.compile(built.program, memory, toolbox)
  const depth = depthOf(model)
  const stride = Math.ceil(depth / 4) * 4
  const padded = new Uint8Array(rows * stride)
  for (let m = 0; m < rows; m++) padded.set(images.subarray(m * depth, (m + 1) * depth), m * stride)
  memory.write(built.ports.pixels, padded)
  memory.write(built.ports.labels, Uint32Array.from(labels))
  const { learningRate: { start, schedule }, epochs } = project.recipe
  executable.submit({ step: STEP, rows, slot: SLOT, rate: model.optimizer.rate(learningRateAt(start, schedule, EPOCH, epochs), STEP), gamma: model.optimizer.gamma(EPOCH, epochs) })
  return { memory, executable, built, padded }
}

/** The signs of latent weights as packed words, those of each tap by themselves. */
export function bitsOf(latent: Float32Array, { depth, taps, outputs }: Parameter): Uint32Array {
  const each = (depth / taps) * outputs
  const packed = Array.from({ length: taps }, (_, tap) => packReference(latent.subarray(tap * each, (tap + 1) * each), depth / taps, outputs))
  return Uint32Array.from(packed.flatMap(words => [...words]))
}
