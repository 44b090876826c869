import { invariant } from '../errors.ts'
import { Executable, type Toolbox } from '../gpu/executable.ts'
import type { Memory } from '../gpu/memory.ts'
import { Program } from '../gpu/program.ts'
import { lengthOf } from '../gpu/tensor.ts'
import { fillUniform } from '../random.ts'
import { wordsOfTaps, type Parameter } from '../layers/context.ts'
import type { Model } from './model.ts'

/** A parameter's values before training: float32, the same on every machine for the same seed. */
export function initialValues(parameter: Parameter): Float32Array<ArrayBuffer> {
  const { tensor, initial, centred } = parameter
  const values = new Float32Array(lengthOf(tensor))
  if (initial.kind === 'constant') return values.fill(initial.value)
  fillUniform(values, initial.key, initial.low, initial.high)
  if (initial.signs) return values.map(value => (value >= 0 ? 1 : -1))
  if (centred) centre(values, parameter)
  return values
}

/** Subtracts the mean over the input channels of each tap and output, as shaders/centre_weights.wgsl does after every step. */
function centre(values: Float32Array, { depth, taps, outputs }: Parameter): void {
  const channels = depth / taps
  for (let tap = 0; tap < taps; tap++) {
    for (let n = 0; n < outputs; n++) {
      const first = tap * channels * outputs + n
      let sum = 0
      for (let c = 0; c < channels; c++) sum += values[first + c * outputs] ?? 0
      for (let c = 0; c < channels; c++) values[first + c * outputs] = (values[first + c * outputs] ?? 0) - sum / channels
    }
  }
}

/** Writes the starting values of everything the model keeps. Layers must have asked for their parameters before. */
export async function writeInitial(model: Model, memory: Memory): Promise<void> {
  for (const parameter of model.parameters.values()) await memory.fill(parameter.tensor, initialValues(parameter))
  for (const { tensor, initial } of model.states.values()) await memory.fill(tensor, new Float32Array(lengthOf(tensor)).fill(initial))
  for (const tensor of model.memories.values()) memory.clear(tensor)
  writeConstants(model, memory)
}

export function writeConstants(model: Model, memory: Memory): void {
  for (const { tensor, values } of model.constants) memory.write(tensor, values)
  memory.write(model.health, new Uint32Array(lengthOf(model.health)))
}

/** Makes the bit weights from the latent ones, after these were written by the host. */
export async function packWeights(model: Model, memory: Memory, toolbox: Toolbox): Promise<void> {
  const program = new Program()
  for (const { node, tensor, packed, depth, taps, outputs } of model.parameters.values()) {
    program.enter(node, 'forward')
    if (packed) program.launch('pack_weights', { latent: tensor, packed }, { outputs, depth, ...wordsOfTaps(depth, taps) })
  }
  if (program.operations.length === 0) return
  const executable = await Executable.compile(program, memory, toolbox)
  executable.submit({ step: 0, rows: 0, slot: 0, rate: 0 })
  await toolbox.device.device.queue.onSubmittedWorkDone()
  executable.destroy()
}

/** Restores tensors by name; each must be there with the right length. */
export async function writeStored(model: Model, memory: Memory, values: (name: string) => Float32Array<ArrayBuffer> | undefined, { optimizer }: { readonly optimizer: boolean }): Promise<void> {
  for (const { name, tensor } of model.stored({ optimizer })) {
    const data = values(name)
    invariant(data?.length === lengthOf(tensor), () => `${name}: ${lengthOf(tensor)} values expected, ${data?.length ?? 'none'} found`)
    await memory.fill(tensor, data)
  }
}
