import { bankOf, binaryLayers, keptByValues, type BinaryLayer, type TensorValues } from '../../../core/analysis/inspection.ts'
import { attributesOf, channels, conv2d, inferArchitecture, windowOfConvolution, wordsOf, type Project } from '../../../core/architecture/index.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { fitsRepeated, forwardParams, operationsOf, planRepeated, recordRepeated, repeatedTensors, type Geometry } from '../../../core/inference/repeatedFilters.ts'
import { fillUniform, Stream, streamKey } from '../../../core/random.ts'
import type { Engine } from '../../../core/training/session.ts'
import type { BenchEntry } from '../../contract/engine.ts'
import { entryOf, prepareProgram, race } from './kernels.ts'

const ROUNDS = 5
const IMAGES = 8

/**
 * Every convolution of bits of a network in two ways: XNOR and popcount on whole words, by the tuner's choice, and each distinct 2D
 * filter once an input map, summed by index. Without `values` the filters are random.
 */
export async function benchFilters(engine: Engine, project: Project, values: TensorValues | undefined, log: (message: string) => void): Promise<BenchEntry[]> {
  const entries: BenchEntry[] = []
  for (const layer of binaryLayers(inferArchitecture(project.architecture))) {
    const [input] = layer.node.inputs
    if (layer.kind !== 'conv2d' || input?.flow !== 'bits') continue
    log(`timing the filters of ${layer.name}`)
    entries.push(...(await benchLayer(engine, layer, values ?? randomValues(layer, project.recipe.seed))))
  }
  return entries
}

async function benchLayer(engine: Engine, layer: BinaryLayer, values: TensorValues): Promise<BenchEntry[]> {
  const bank = bankOf(layer, keptByValues(values))
  if (!bank || !fitsRepeated(bank)) return []
  const geometry = geometryOf(layer)
  const plan = planRepeated(bank)
  const { rows, images, height, width, words, outputs, kernel, channels: inputs } = geometry
  const tensor = (name: string, length: number, role: Tensor['role'] = 'input'): Tensor => ({ name, dtype: 'u32', shape: [length], role })
  // The activations are zeros: no kernel's time depends on them.
  const a = tensor('bits', images * height * width * words)
  const operations = 2 * rows * kernel ** 2 * inputs * outputs

  const plain = new Program()
  plain.launch('xnor_conv', { a, mask: a, w: tensor('weights', kernel ** 2 * words * outputs), y: tensor('sums', rows * outputs, 'output') }, forwardParams(geometry), { MASKED: 0 })
  const once = new Program()
  const tensors = repeatedTensors(layer.name, plan)
  recordRepeated(once, plan, tensors, { a, y: tensor('sums by index', rows * outputs, 'output') }, geometry)
  const memory = new Memory(engine.toolbox.device)
  for (const field of ['mapOf', 'filters', 'uses'] as const) memory.write(tensors[field], plan[field])

  const xnor = await prepareProgram(engine, 'xnor_conv', plain, new Memory(engine.toolbox.device), operations)
  const repeated = await prepareProgram(engine, 'repeated filters', once, memory, operations)
  const times = await race([xnor, repeated], ROUNDS)
  const { popcounts: all, popcountsRepeated: distinct, wordOperations } = operationsOf(plan)
  const shape = `${layer.name}: ${images} x ${height} x ${width} x ${inputs} to ${outputs}, ${kernel} x ${kernel}`
  for (const one of [xnor, repeated]) one.close()
  return [entryOf(xnor, shape, times), { ...entryOf(repeated, shape, times, { against: xnor }), filters: { all, distinct, words: wordOperations } }]
}

function geometryOf({ node }: BinaryLayer): Geometry {
  const [input] = node.inputs
  const [height, width] = input?.shape.length === 3 ? input.shape : [1, 1]
  const { filters: outputs, ...attributes } = attributesOf(conv2d, node)
  const { size: kernel, stride, padding } = windowOfConvolution(attributes)
  const [outHeight, outWidth] = [height, width].map(side => Math.floor((side + 2 * padding - kernel) / stride) + 1) as [number, number]
  const inputs = input ? channels(input.shape) : 1
  return { rows: IMAGES * outHeight * outWidth, images: IMAGES, height, width, channels: inputs, words: wordsOf(inputs), outputs, out_height: outHeight, out_width: outWidth, kernel, stride, padding }
}

function randomValues({ node }: BinaryLayer, seed: number): TensorValues {
  const { kernel, filters } = attributesOf(conv2d, node)
  const [input] = node.inputs
  const length = kernel * kernel * (input ? channels(input.shape) : 0) * filters
  return () => fillUniform(new Float32Array(length), streamKey(seed, Stream.initialWeights), -1, 1)
}
