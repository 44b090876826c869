import { mergedClasses, patternOf, type FilterBank } from '../analysis/filterBank.ts'
import { invariant } from '../errors.ts'
import type { Program } from '../gpu/program.ts'
import type { Tensor } from '../gpu/tensor.ts'

/**
 * A convolution of bits that computes each distinct 2D filter once an input map and adds up by index and sign, as Hubara et al. 2016
 * (supplement C) propose; opposite filters are one. The outputs are those of xnor_conv to the last bit, borders included.
 */
export interface RepeatedFilters {
  readonly kernel: number
  readonly inputs: number
  readonly outputs: number
  /** Distinct filters of all input maps, opposites merged. */
  readonly distinct: number
  /** Bytes that the taps of a filter fill. */
  readonly groups: number
  /** The input map of each distinct filter. */
  readonly mapOf: Uint32Array<ArrayBuffer>
  /** Taps of each, [distinct][groups]: one byte of them four times a word, for four rows. */
  readonly filters: Uint32Array<ArrayBuffer>
  /** [inputs][outputs]: 2 * distinct filter, + 1 where the output has its opposite. */
  readonly uses: Uint32Array<ArrayBuffer>
}

/** A row's mismatches with one filter must fit a byte, and with all of an output's 16 bits. */
const MOST_TAPS = 255
const MOST_DEPTH = 65535
/** Of the mismatches that stand between the two kernels. */
const CHUNK_BYTES = 2 ** 25

/** Whether the kernels below can run a layer of this size. */
export function fitsRepeated({ kernel, inputs }: Pick<FilterBank, 'kernel' | 'inputs'>): boolean {
  return kernel * kernel <= MOST_TAPS && kernel * kernel * inputs <= MOST_DEPTH
}

export function planRepeated(bank: FilterBank): RepeatedFilters {
  const { kernel, inputs, outputs, ids, counts } = bank
  invariant(fitsRepeated(bank), () => `${kernel} x ${kernel} taps of ${inputs} maps`)
  const classes = mergedClasses(bank)
  const groups = Math.ceil((kernel * kernel) / 8)
  const uses = new Uint32Array(inputs * outputs)
  const [mapOf, filters]: [number[], number[]] = [[], []]
  const [seen, number] = [new Int32Array(counts.length).fill(-1), new Uint32Array(counts.length)]
  for (let input = 0; input < inputs; input++) {
    for (let at = input * outputs; at < (input + 1) * outputs; at++) {
      const id = ids[at] as number
      const found = classes[id] as number
      if (seen[found] !== input) {
        seen[found] = input
        number[found] = mapOf.length
        mapOf.push(input)
        const pattern = patternOf(bank, found)
        for (let group = 0; group < groups; group++) filters.push(Math.imul(((pattern[group >> 2] as number) >>> (8 * (group & 3))) & 255, 0x01010101) >>> 0)
      }
      uses[at] = 2 * (number[found] as number) + Number(found !== id)
    }
  }
  return { kernel, inputs, outputs, distinct: mapOf.length, groups, mapOf: Uint32Array.from(mapOf), filters: Uint32Array.from(filters), uses }
}

/** Sizes of a convolution as shaders/include/conv.wgsl takes them. */
export type Geometry = Readonly<Record<'rows' | 'images' | 'height' | 'width' | 'channels' | 'words' | 'outputs' | 'out_height' | 'out_width' | 'kernel' | 'stride' | 'padding', number>>

/** All parameters of a kernel that includes conv.wgsl, those of training and of pixels at rest. */
export function forwardParams(geometry: Geometry): Record<string, number> {
  return { ...geometry, lines: 0, first_part: 0, scale: 1, offset: 0 }
}

/** What the kernels read besides the activations; the host fills them once with the fields of the same name. */
export interface RepeatedTensors {
  readonly mapOf: Tensor
  readonly filters: Tensor
  readonly uses: Tensor
}

export function repeatedTensors(name: string, { mapOf, filters, uses }: RepeatedFilters): RepeatedTensors {
  const tensor = (what: string, { length }: Uint32Array): Tensor => ({ name: `${name}.${what}`, dtype: 'u32', shape: [length], role: 'derived' })
  return { mapOf: tensor('map of each filter', mapOf), filters: tensor('filters', filters), uses: tensor('uses', uses) }
}

/**
 * Records y = the convolution of the bits a [input rows][words], as xnor_conv does: y is i32 [rows][outputs]. Rows are taken in chunks,
 * so that what stands between the kernels stays small.
 */
export function recordRepeated(program: Program, plan: RepeatedFilters, tensors: RepeatedTensors, { a, y }: { readonly a: Tensor; readonly y: Tensor }, geometry: Geometry): void {
  const { distinct, groups, inputs: maps, outputs, kernel } = plan
  const { rows } = geometry
  const quads = Math.ceil(rows / 4)
  const patches = program.tensor('patches', 'u32', [maps, groups, quads])
  const inside = program.tensor('inside', 'u32', [groups, quads])
  program.launch('patch_bytes', { a, patches, inside }, forwardParams(geometry))
  const chunk = Math.min(quads, Math.max(1, Math.floor(CHUNK_BYTES / (4 * distinct))))
  const mismatches = program.tensor('mismatches', 'u32', [distinct, chunk])
  for (let first = 0; first < quads; first += chunk) {
    const place = { groups, quads, first, chunk }
    program.launch('filter_mismatches', { patches, inside, map_of: tensors.mapOf, filters: tensors.filters, mismatches }, { ...place, distinct })
    program.launch('sum_filters', { mismatches, inside, uses: tensors.uses, y }, { ...place, rows, maps, outputs, spill: Math.floor(MOST_TAPS / (kernel * kernel)) })
  }
}

/** What each way costs at one output place, in the units of the paper: 2D XNOR-popcounts, and additions of their results. */
export function operationsOf({ inputs, outputs, distinct, kernel }: Pick<RepeatedFilters, 'inputs' | 'outputs' | 'distinct' | 'kernel'>): { readonly popcounts: number; readonly popcountsRepeated: number; readonly additions: number; readonly wordOperations: number } {
  return {
    popcounts: inputs * outputs,
    popcountsRepeated: distinct,
    additions: inputs * outputs,
    /** The plain way packs 32 maps a word: an XNOR with its popcount and addition for each. */
    wordOperations: kernel * kernel * Math.ceil(inputs / 32) * outputs,
  }
}
