import type { Project } from '../../core/architecture/project.ts'
import type { Recipe } from '../../core/architecture/recipe.ts'
import type { Attributes } from '../../core/architecture/document.ts'
import type { NdArray } from '../../core/formats/ndarray.ts'
import { fillUniform, streamKey } from '../../core/random.ts'
import { chainProject, type Step } from '../oracle/examples.ts'
import type { LasagneLayer, Picture } from '../oracle/lasagne.ts'
import { npyFile, zipFile, type ZipOptions } from './npz-file.ts'

/** A layer in words: what the project, the file and the reference are made of. */
export type Part =
  | { readonly kind: 'conv'; readonly outputs: number; readonly kernel?: number; readonly pad?: number; readonly bias?: boolean }
  | { readonly kind: 'dense'; readonly outputs: number; readonly bias?: boolean }
  | { readonly kind: 'norm' | 'sign' | 'pool' }

export interface LasagneNetwork {
  readonly project: Project
  readonly layers: readonly LasagneLayer[]
  /** As numpy.savez(file, *get_all_param_values(network)) names them. */
  readonly arrays: ReadonlyMap<string, NdArray>
}

/** A network with random values, as BinaryNet would have saved it. */
export function lasagneNetwork([height, width, channels]: readonly [number, number, number], parts: readonly Part[], { flip = true, seed = 1, input = {}, recipe = {} }: { flip?: boolean; seed?: number; input?: Attributes; recipe?: Partial<Recipe> } = {}): LasagneNetwork {
  let drawn = 0
  const uniform = (count: number, low: number, high: number): Float32Array => fillUniform(new Float32Array(count), streamKey(seed, ++drawn), low, high)
  const steps: Step[] = [['image', 'input', { height, width, channels, ...input }]]
  const layers: LasagneLayer[] = []
  const arrays: NdArray[] = []
  let shape = { channels, height, width }
  let flat = false
  const keep = (values: Float32Array, sides: readonly number[]): Float32Array => {
    arrays.push({ shape: sides, values })
    return values
  }
  for (const [at, part] of parts.entries()) {
    const id = `${part.kind}${at}`
    if (part.kind === 'conv') {
      const { outputs, kernel = 3, pad = 1, bias = true } = part
      const W = keep(uniform(outputs * shape.channels * kernel * kernel, -1, 1), [outputs, shape.channels, kernel, kernel])
      const b = bias ? keep(uniform(outputs, -3, 3), [outputs]) : undefined
      layers.push({ kind: 'conv', W, outputs, kernel, pad, flip, ...(b && { b }) })
      steps.push([id, 'conv2d', { filters: outputs, kernel, padding: pad }])
      shape = { channels: outputs, height: shape.height + 2 * pad - kernel + 1, width: shape.width + 2 * pad - kernel + 1 }
    } else if (part.kind === 'dense') {
      const { outputs, bias = true } = part
      const inputs = shape.channels * shape.height * shape.width
      if (!flat) steps.push([`flatten${at}`, 'flatten'])
      flat = true
      const W = keep(uniform(inputs * outputs, -1, 1), [inputs, outputs])
      const b = bias ? keep(uniform(outputs, -3, 3), [outputs]) : undefined
      layers.push({ kind: 'dense', W, outputs, ...(b && { b }) })
      steps.push([id, 'dense', { units: outputs }])
      shape = { channels: outputs, height: 1, width: 1 }
    } else if (part.kind === 'norm') {
      const { channels: count } = shape
      const [beta, gamma] = [keep(uniform(count, -1, 1), [count]), keep(uniform(count, -1.5, 1.5), [count])]
      const [mean, inverse] = [keep(uniform(count, -4, 4), [count]), keep(uniform(count, 0.05, 0.5), [count])]
      layers.push({ kind: 'norm', beta, gamma, mean, inverse })
      steps.push([id, 'batchNorm'])
    } else {
      layers.push({ kind: part.kind })
      steps.push([id, part.kind === 'sign' ? 'sign' : 'maxPool'])
      if (part.kind === 'pool') shape = { ...shape, height: Math.floor(shape.height / 2), width: Math.floor(shape.width / 2) }
    }
  }
  steps.push(['head', 'head'])
  return { project: chainProject(steps, recipe), layers, arrays: new Map(arrays.map((array, at) => [`arr_${at}`, array])) }
}

export function npzOf({ arrays }: Pick<LasagneNetwork, 'arrays'>, options: ZipOptions = {}): Uint8Array {
  return zipFile(Object.fromEntries([...arrays].map(([name, { shape, values }]) => [`${name}.npy`, npyFile(shape, values)])), options)
}

/** Random pixels, by row, column, channel as data sets have them. */
export function randomImages(count: number, [height, width, channels]: readonly [number, number, number], seed = 5): Uint8Array {
  return Uint8Array.from(fillUniform(new Float32Array(count * height * width * channels), streamKey(seed, 99), 0, 256), Math.floor)
}

/** One of them as Lasagne gets it: channels first, each pixel as `value` has it. */
export function pictureOf(images: Uint8Array, index: number, [height, width, channels]: readonly [number, number, number], value: (pixel: number) => number): Picture {
  const size = height * width * channels
  const values = Float64Array.from({ length: size }, (_, k) => {
    const [c, position] = [Math.floor(k / (height * width)), k % (height * width)]
    return value(images[index * size + position * channels + c] as number)
  })
  return { channels, height, width, values }
}
