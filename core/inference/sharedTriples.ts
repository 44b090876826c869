import { patternOf, type FilterBank } from '../analysis/filterBank.ts'
import { invariant } from '../errors.ts'
import type { Program } from '../gpu/program.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { forwardParams, type Geometry } from './repeatedFilters.ts'

/**
 * A convolution of bits in pieces so small that all of them repeat: three signs in a row of an output's weights have one of eight
 * patterns, and what each pattern makes of the input is counted once for all outputs (shaders/triple_lookups_subgroup8.wgsl). A row of a
 * 3 x 3 filter is such a piece, and so are three maps of a 1 x 1. The outputs are those of xnor_conv to the last bit.
 */
export interface SharedTriples {
  /** [batches][outputs]: the patterns of 8 triples, four bits each; maps in order, the taps of one after another. */
  readonly keys: Uint32Array<ArrayBuffer>
  /** [taps][outputs]: input maps whose weight at the tap is +1. */
  readonly positive: Uint32Array<ArrayBuffer>
}

/** Signs of a batch, and what the kernel counts up to. */
const BATCH = 24
const MOST_DEPTH = 8191

/** Whether the kernels below can run a layer of this size, on an adapter whose subgroups have so many lanes. */
export function fitsTriples({ kernel, inputs }: Pick<FilterBank, 'kernel' | 'inputs'>, subgroupSize: number | undefined): boolean {
  return subgroupSize === 8 && kernel * kernel * inputs <= MOST_DEPTH
}

const batchesOf = (depth: number): number => Math.ceil(depth / BATCH)

export function planTriples(bank: FilterBank): SharedTriples {
  const { kernel, inputs, outputs, ids } = bank
  const taps = kernel * kernel
  invariant(taps * inputs <= MOST_DEPTH, () => `${kernel} x ${kernel} taps of ${inputs} maps`)
  const keys = new Uint32Array(batchesOf(taps * inputs) * outputs)
  const positive = new Uint32Array(taps * outputs)
  for (let slice = 0; slice < ids.length; slice++) {
    const pattern = patternOf(bank, ids[slice] as number)
    const [output, first] = [slice % outputs, Math.floor(slice / outputs) * taps]
    for (let tap = 0; tap < taps; tap++) {
      if ((((pattern[tap >> 5] as number) >>> (tap & 31)) & 1) === 0) continue
      const [at, place] = [Math.floor((first + tap) / BATCH) * outputs + output, (first + tap) % BATCH]
      keys[at] = ((keys[at] as number) | (1 << (4 * Math.floor(place / 3) + (place % 3)))) >>> 0
      positive[tap * outputs + output] = (positive[tap * outputs + output] as number) + 1
    }
  }
  return { keys, positive }
}

/** What the kernels read besides the activations; the host fills them once with the fields of the same name. */
export interface TripleTensors {
  readonly keys: Tensor
  readonly positive: Tensor
}

export function tripleTensors(name: string, { keys, positive }: SharedTriples): TripleTensors {
  const tensor = (what: string, { length }: Uint32Array): Tensor => ({ name: `${name}.${what}`, dtype: 'u32', shape: [length], role: 'derived' })
  return { keys: tensor('patterns of triples', keys), positive: tensor('positive weights', positive) }
}

/** Records y = the convolution of the bits a [input rows][words], as xnor_conv does: y is i32 [rows][outputs]. */
export function recordTriples(program: Program, { keys, positive }: TripleTensors, { a, y }: { readonly a: Tensor; readonly y: Tensor }, geometry: Geometry): void {
  const { rows, kernel, channels } = geometry
  const params = forwardParams(geometry)
  const planes = program.tensor('planes', 'u32', [Math.ceil(rows / 32), BATCH * batchesOf(kernel * kernel * channels)])
  program.launch('position_planes', { a, planes }, params)
  program.launch('triple_lookups_subgroup8', { planes, keys, positive, y }, params)
}

/**
 * At one output place, in the units of operationsOf: pieces of three signs (the last may have fewer), those computed, which are all
 * eight patterns of each, and additions of their results.
 */
export function operationsOfTriples({ kernel, inputs, outputs }: Pick<FilterBank, 'kernel' | 'inputs' | 'outputs'>): { readonly all: number; readonly distinct: number; readonly additions: number } {
  const triples = Math.ceil((kernel * kernel * inputs) / 3)
  return { all: triples * outputs, distinct: 8 * triples, additions: triples * outputs }
}
