import { bankOf, binaryLayers, keptByValues, type BinaryLayer, type TensorValues } from '../../../core/analysis/inspection.ts'
import { attributesOf, channels, conv2d, inferArchitecture, windowOfConvolution, wordsOf, type Project } from '../../../core/architecture/index.ts'
import type { FilterBank } from '../../../core/analysis/filterBank.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { fitsRepeated, forwardParams, operationsOf, planRepeated, recordRepeated, repeatedTensors, type Geometry } from '../../../core/inference/repeatedFilters.ts'
import { fitsTriples, operationsOfTriples, planTriples, recordTriples, tripleTensors } from '../../../core/inference/sharedTriples.ts'
import { fillUniform, Stream, streamKey } from '../../../core/random.ts'
import type { Engine } from '../../../core/training/session.ts'
import type { BenchEntry } from '../../contract/engine.ts'
import { entryOf, prepareProgram, race, type Contestant } from './kernels.ts'

const ROUNDS = 5
const IMAGES = 8

/**
 * Every convolution of bits of a network in up to three ways: XNOR and popcount on whole words, by the tuner's choice; each distinct 2D
 * filter once an input map, summed by index; and pieces of three signs, of which all repeat (core/inference). Without `values` the filters are random.
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
  const xnor = await prepareProgram(engine, 'xnor_conv', plain, new Memory(engine.toolbox.device), operations)

  const once = new Program()
  const memory = new Memory(engine.toolbox.device)
  const tensors = repeatedTensors(layer.name, plan)
  recordRepeated(once, plan, tensors, { a, y: tensor('sums by index', rows * outputs, 'output') }, geometry)
  for (const field of ['mapOf', 'filters', 'uses'] as const) memory.write(tensors[field], plan[field])
  const { wordOperations: wordsAll, ...whole } = operationsOf(plan)
  const rivals: { readonly one: Contestant; readonly filters: Omit<NonNullable<BenchEntry['filters']>, 'words'> }[] = [
    { one: await prepareProgram(engine, 'repeated filters', once, memory, operations), filters: { all: whole.popcounts, distinct: whole.popcountsRepeated, additions: whole.additions } },
  ]
  if (fitsTriples(bank, engine.toolbox.device.adapter.subgroupSize)) rivals.push({ one: await prepareTriples(engine, layer.name, bank, geometry, a), filters: operationsOfTriples(bank) })

  const times = await race([xnor, ...rivals.map(({ one }) => one)], ROUNDS)
  const shape = `${layer.name}: ${images} x ${height} x ${width} x ${inputs} to ${outputs}, ${kernel} x ${kernel}`
  for (const one of [xnor, ...rivals.map(rival => rival.one)]) one.close()
  return [entryOf(xnor, shape, times), ...rivals.map(({ one, filters }) => ({ ...entryOf(one, shape, times, { against: xnor }), filters: { ...filters, words: wordsAll } }))]
}

async function prepareTriples(engine: Engine, name: string, bank: FilterBank, geometry: Geometry, a: Tensor): Promise<Contestant> {
  const plan = planTriples(bank)
  const tensors = tripleTensors(name, plan)
  const memory = new Memory(engine.toolbox.device)
  for (const field of ['keys', 'positive'] as const) memory.write(tensors[field], plan[field])
  const { rows, outputs, kernel, channels: inputs } = geometry
  const program = new Program()
  recordTriples(program, tensors, { a, y: { name: 'sums by triples', dtype: 'u32', shape: [rows * outputs], role: 'output' } }, geometry)
  return prepareProgram(engine, 'shared triples', program, memory, 2 * rows * kernel ** 2 * inputs * outputs)
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
