import type { Project } from '../architecture/project.ts'
import { attributesOf, conv2d } from '../architecture/kinds/index.ts'
import { channels, elements } from '../architecture/signal.ts'
import { didYouMean } from '../architecture/wording.ts'
import { BitwrightError, invariant } from '../errors.ts'
import { shapeWords, type NdArray } from '../formats/ndarray.ts'
import { lengthOf, type Tensor } from '../gpu/tensor.ts'
import { buildProgram } from '../training/build.ts'
import { Model } from '../training/model.ts'
import { fitProject, type Arrays, type Assignment } from './assign.ts'
import { convolutionPlace, convolutionShape, densePlace, denseShape, vectorOrders, type Order } from './layout.ts'

export interface ImportedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array<ArrayBuffer>
}

export interface ImportedNetwork {
  /** The project as the file has it: see fitProject. */
  readonly project: Project
  /** All that evaluation needs, in order of name, as checkpoints hold it. */
  readonly tensors: readonly ImportedTensor[]
  /** What a person should know: what was changed, what looks odd. */
  readonly notes: readonly string[]
}

export interface ImportOptions {
  /** The filters of convolutions are those of true convolutions (Theano's default) and are turned by 180 degrees. */
  readonly flipped: boolean
  /** Of the file, for errors. */
  readonly where: string
}

/** One of the file's arrays, and what it becomes. */
interface Source {
  readonly shape: readonly number[]
  place(row: number, output: number): number
}

/**
 * The tensors of a network from the arrays of a file. Every shape is checked before anything is made, every value is finite
 * float32, and no array is read twice.
 */
export function importNetwork(original: Project, assignment: Assignment, arrays: Arrays, { flipped, where }: ImportOptions): ImportedNetwork {
  const { project, assigned, notes } = fitProject(original, assignment, arrays)
  // Pixels mean nothing to the shapes of parameters, which is all that is asked of this model.
  const model = new Model(project, { scale: 1, offset: 0 })
  buildProgram(model, { training: false, rows: 1, inputPath: 'planes' })
  const stored = model.stored({ optimizer: false })
  checkNames(stored.map(({ name }) => name), assignment, assigned, where)
  const orders = vectorOrders(model, assignment.layout)
  const remarks: string[] = []
  const sources = stored.map(({ name, tensor }) => {
    const file = assigned.get(name) as string
    const array = arrays.get(file)
    invariant(array, () => `no array ${file}`)
    const source = sourceOf(model, orders, name, tensor, assignment, flipped)
    checkShape(array, source.shape, { name, file, where })
    return { name, tensor, file, array, source }
  })
  const tensors = sources.map(({ name, tensor, file, array, source }) => {
    const values = fill(tensor, array, source)
    checkFinite(values, { name, file, where })
    const packed = model.parameters.get(name)?.packed
    if (packed && !values.some(value => value < 0)) remarks.push(`no weight of ${name} is negative: all its bits are +1`)
    return { name, shape: tensor.shape, values }
  })
  return { project, tensors, notes: [...notes, ...unused(arrays, assignment), ...remarks] }
}

function sourceOf(model: Model, orders: ReadonlyMap<string, Order>, name: string, { shape }: Tensor, { layout }: Assignment, flipped: boolean): Source {
  const id = name.slice(0, name.lastIndexOf('.'))
  const node = model.node(id)
  const [input] = node.inputs
  if (name.endsWith('.weight') && input) {
    const outputs = shape.at(-1) as number
    if (node.kind === 'conv2d') {
      const sizes = { inputs: channels(input.shape), outputs, kernel: attributesOf(conv2d, node).kernel }
      return { shape: convolutionShape(layout, sizes), place: convolutionPlace(layout, sizes, flipped) }
    }
    if (node.kind === 'dense') {
      const sizes = { inputs: elements(input.shape), outputs }
      return { shape: denseShape(layout, sizes), place: densePlace(layout, sizes, orders.get(node.sources[0] as string)) }
    }
  }
  const order = orders.get(id)
  return { shape, place: (row, output) => order?.[output] ?? output }
}

/** The file's values in the order of the tensor, [rows][outputs]; a scalar stands for all of a vector's. */
function fill(tensor: Tensor, { shape, values }: NdArray, source: Source): Float32Array<ArrayBuffer> {
  const out = new Float32Array(lengthOf(tensor))
  if (shape.length === 0) return out.fill(values[0] as number)
  const outputs = tensor.shape.at(-1) as number
  for (let row = 0, at = 0; at < out.length; row++) {
    for (let output = 0; output < outputs; output++, at++) out[at] = values[source.place(row, output)] as number
  }
  return out
}

interface Place {
  readonly name: string
  readonly file: string
  readonly where: string
}

function checkShape({ shape }: NdArray, expected: readonly number[], { name, file, where }: Place): void {
  // A batch normalisation over all axes keeps one number for all channels.
  const scalar = expected.length === 1 && shape.length === 0
  if (scalar || (shape.length === expected.length && shape.every((size, axis) => size === expected[axis]))) return
  const turned = shape.length === 2 && shape[0] === expected[1] && shape[1] === expected[0]
  throw new BitwrightError({
    what: `expected ${shapeWords(expected)} for ${name}, found ${shapeWords(shape)}`,
    where: `${where}, array ${file}`,
    remedy: turned ? 'it is transposed: name the layout of the file in a name map (--map)' : 'use the project that the file was trained with, or say which array is which with --map FILE.json',
  })
}

function checkFinite(values: Float32Array, { name, file, where }: Place): void {
  const at = values.findIndex(value => !Number.isFinite(value))
  if (at < 0) return
  throw new BitwrightError({ what: `expected finite numbers for ${name}, found ${values[at]}`, where: `${where}, array ${file}`, remedy: 'use the weights of a training that did not diverge' })
}

/** Every tensor of the network needs an array, and every name of a map a tensor. */
function checkNames(wanted: readonly string[], { arrays: given }: Assignment, assigned: ReadonlyMap<string, string>, where: string): void {
  const missing = wanted.filter(name => !assigned.has(name))
  if (missing.length > 0) {
    throw new BitwrightError({ what: `expected an array for each of the network's ${wanted.length} tensors, found none for ${some(missing)}`, where, remedy: 'say which array is which with --map FILE.json' })
  }
  const known = [...wanted, ...wanted.filter(name => name.endsWith('.weight')).map(name => name.replace(/weight$/, 'bias'))]
  const stray = [...given.keys()].find(name => !known.includes(name))
  if (stray !== undefined) throw new BitwrightError({ what: `expected names of the network's tensors, found ${JSON.stringify(stray)}`, where, remedy: didYouMean(stray, known) })
  const twice = [...assigned.values()].find((file, at, all) => all.indexOf(file) !== at)
  if (twice !== undefined) throw new BitwrightError({ what: `expected every array once, found ${JSON.stringify(twice)} for two tensors`, where, remedy: 'give each tensor its own array' })
}

function unused(arrays: Arrays, { arrays: given }: Assignment): string[] {
  const used = new Set(given.values())
  const left = [...arrays.keys()].filter(name => !used.has(name))
  return left.length === 0 ? [] : [`of the file, ${some(left)} ${left.length === 1 ? 'is' : 'are'} not used`]
}

function some(names: readonly string[]): string {
  return `${names.slice(0, 8).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`
}
