import { BitwrightError, invariant } from '../errors.ts'
import { candidatesOf, MOST_GROUPS } from './families.ts'
import type { Operation } from './program.ts'
import type { Shader, ShaderLibrary, SplitRule } from './shaders.ts'
import { bytesOf, lengthOf, pieceOf, type Tensor } from './tensor.ts'

/** What one launch may bind. */
export interface BindingLimits {
  readonly maxBindingBytes: number
  /** Of the adapter, for messages. */
  readonly name: string
}

/** Words to whose multiples the beginning of a binding is held: WebGPU's default, which every adapter takes. */
const ALIGNED = 64
/** Inputs whose bits share a word of packed weights. */
const WORD = 32

/**
 * The same launches, those in pieces that bind more than an adapter takes at once (lavapipe 128 MiB) or need more workgroups than
 * WebGPU allows. Buffers stay whole; a piece binds a range of them, by a rule in the shader's header. Pieces compute what the
 * whole launch does, output by output, and sums are cut only between the parts in which they are added anyway, so results
 * have the same bits. Throws, naming layer and limit, where there is no way.
 */
export function splitOperations(operations: readonly Operation[], shaders: ShaderLibrary, limits: BindingLimits): Operation[] {
  return operations.flatMap(operation => splitOne(operation, shaders, limits))
}

function splitOne(operation: Operation, shaders: ShaderLibrary, limits: BindingLimits): Operation[] {
  const shader = shaders.get(candidatesOf(operation.kernel)[0]?.shader ?? operation.kernel)
  const large = Object.values(operation.tensors).filter(tensor => bytesOf(tensor) > limits.maxBindingBytes)
  const crowd = crowding(operation, shaders)
  if (large.length === 0 && crowd <= 1) return [operation]
  for (const rule of shader.splits) {
    const cut = tensorsNamed(operation, rule.of)
    if (large.length > 0 && !large.some(tensor => cut.has(tensor))) continue
    const pieces = cutUp(operation, shader, rule, limits, crowd)
    if (pieces) return pieces.flatMap(piece => splitOne(piece, shaders, limits))
  }
  const [first] = large
  throw new BitwrightError({
    what: first
      ? `"${first.name}" needs ${bytesOf(first).toLocaleString('en')} bytes, ${limits.name} binds at most ${limits.maxBindingBytes.toLocaleString('en')} at once, and ${operation.kernel} cannot be split further`
      : `${operation.kernel} needs more workgroups than an adapter takes`,
    where: `layer ${operation.node}`,
    remedy: 'make the layer narrower or the batch smaller',
  })
}

function tensorsNamed({ tensors }: Operation, names: readonly string[]): Set<Tensor> {
  return new Set(names.flatMap(name => tensors[name] ?? []))
}

/** How many times too many workgroups the launch needs along one axis, by the candidate that needs fewest of those that run everywhere. */
function crowding({ kernel, params }: Operation, shaders: ShaderLibrary): number {
  const candidates = candidatesOf(kernel).map(candidate => ({ ...candidate, shader: shaders.get(candidate.shader) }))
  const everywhere = candidates.filter(({ shader: { subgroups, conditions } }) => subgroups === 'none' && conditions.length === 0)
  const needed = (everywhere.length > 0 ? everywhere : candidates).map(({ shader, overrides }) => Math.max(...shader.dispatch({ ...shader.overrides, ...overrides, ...params })))
  return Math.min(...needed) / MOST_GROUPS
}

/** How a launch can be cut along one axis: into `units`, of which a piece takes a multiple of `grain`. */
interface Axis {
  readonly units: number
  readonly grain: number
  /** Words of the tensor in front of a unit; undefined if it does not follow this axis. */
  before(tensor: Tensor, unit: number): number | undefined
  /** Parameters of the piece [first, end). */
  params(first: number, end: number): Record<string, number>
}

/** The pieces by one rule; undefined if even the smallest is the whole, or too large. */
function cutUp(operation: Operation, shader: Shader, rule: SplitRule, limits: BindingLimits, crowd: number): Operation[] | undefined {
  const axis = rule.axis === 'depth' ? depthAxis(operation, rule) : rowsAxis(operation, rule)
  const before = (tensor: Tensor, unit: number): number => axis.before(tensor, unit) ?? 0
  const along = [...tensorsNamed(operation, rule.of)].filter(tensor => before(tensor, axis.units) > 0)
  // Pieces that begin at an aligned word of each tensor are best; what is only read and small may be copied instead.
  const read = tensorsNamed(operation, shader.bindings.filter(({ access }) => access === 'read').map(({ name }) => name))
  const written = tensorsNamed(operation, shader.bindings.filter(({ access }) => access === 'read_write').map(({ name }) => name))
  const copyable = (tensor: Tensor): boolean => read.has(tensor) && !written.has(tensor) && bytesOf(tensor) <= limits.maxBindingBytes
  for (const copied of [[], along.filter(copyable)]) {
    const aligned = along.filter(tensor => !copied.includes(tensor))
    const grain = aligned.reduce((all, tensor) => leastCommon(all, axis.grain * (ALIGNED / greatestCommon(before(tensor, Math.min(axis.grain, axis.units)), ALIGNED))), axis.grain)
    const grains = Math.ceil(axis.units / grain)
    const fitting = along.map(tensor => Math.floor(limits.maxBindingBytes / 4 / before(tensor, Math.min(grain, axis.units))))
    const most = Math.min(grains - 1, Math.floor(grains / crowd), ...fitting)
    if (most < 1) continue
    const step = Math.ceil(grains / Math.ceil(grains / most)) * grain
    const starts = Array.from({ length: Math.ceil(axis.units / step) }, (_, piece) => piece * step)
    return starts.flatMap(first => {
      const end = Math.min(axis.units, first + step)
      const copies: Operation[] = []
      const views = new Map(along.map((tensor): [Tensor, Tensor] => {
        const from = before(tensor, first)
        const count = before(tensor, end) - from
        if (!copied.includes(tensor) || from % ALIGNED === 0) return [tensor, pieceOf(tensor, from, count)]
        const y: Tensor = { name: `${tensor.name} from ${from}`, dtype: tensor.dtype, shape: [count], role: 'step' }
        copies.push({ ...operation, kernel: 'copy_words', overrides: {}, params: { first: from, count }, tensors: { x: tensor, y } })
        return [tensor, y]
      }))
      const piece: Operation = {
        ...operation,
        tensors: renamed(operation.tensors, views),
        params: { ...operation.params, ...axis.params(first, end) },
        ...(rule.adding && first > 0 && { overrides: { ...operation.overrides, ADDING: 1 } }),
      }
      return [...copies, ...withColumns(piece, operation, shader, rule, first)]
    })
  }
  return undefined
}

function renamed(tensors: Operation['tensors'], others: ReadonlyMap<Tensor, Tensor>): Operation['tensors'] {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, others.get(tensor) ?? tensor]))
}

/** The piece between copies of the columns that it reads, and of those that it writes. */
function withColumns(piece: Operation, { params: { rows = 0, depth = 0, words = Math.ceil(depth / WORD) } }: Operation, shader: Shader, rule: SplitRule, unit: number): Operation[] {
  const before: Operation[] = []
  const after: Operation[] = []
  const copies = new Map<Tensor, Tensor>()
  for (const name of rule.columns) {
    const tensor = piece.tensors[name]
    if (!tensor || copies.has(tensor)) continue
    const outputs = lengthOf(tensor) / rows
    // Bits, 8-bit pixels four a word, or numbers: how many columns hold the inputs of one word of bits.
    const each = outputs === words ? 1 : outputs === Math.ceil(depth / 4) ? WORD / 4 : WORD
    const first = unit * each
    const channels = Math.min(outputs - first, Math.ceil((piece.params['depth'] as number) / WORD) * each)
    const copy: Tensor = { name: `${tensor.name} columns ${first}`, dtype: tensor.dtype, shape: [rows, channels], role: 'step' }
    copies.set(tensor, copy)
    const launch = { ...piece, overrides: {}, params: { rows, channels, outputs, first } }
    if (shader.bindings.find(binding => binding.name === name)?.access === 'read') before.push({ ...launch, kernel: 'take_channels', tensors: { x: tensor, y: copy } })
    else after.push({ ...launch, kernel: 'place_channels', tensors: { x: copy, y: tensor } })
  }
  return [...before, { ...piece, tensors: renamed(piece.tensors, copies) }, ...after]
}

/** Rows of a matrix, images of a batch, or plain words: all that is cut has as many words for each. */
function rowsAxis({ params, kernel }: Operation, { axis, whole, from }: SplitRule): Axis {
  const units = params[axis] as number
  // Parts of a sum hold `whole` rows, or lines of out_height an image.
  const height = axis === 'images' && whole !== undefined ? (params['out_height'] as number) : 1
  const inPart = whole === undefined ? 1 : (params[whole] as number)
  return {
    units,
    grain: inPart / greatestCommon(inPart, height),
    before(tensor, unit) {
      const words = (lengthOf(tensor) * unit) / units
      invariant(Number.isInteger(words), () => `${kernel}: ${tensor.name} has not as many words for each of ${units} ${axis}`)
      return words
    },
    params(first, end) {
      const scaled = axis === 'images' ? ['images', 'rows'] : [axis]
      return {
        ...Object.fromEntries(scaled.filter(name => params[name] !== undefined).map(name => [name, ((params[name] as number) * (end - first)) / units])),
        ...(from !== undefined && { [from]: (params[from] as number) + (first * height) / inPart }),
      }
    },
  }
}

/** Inputs of a layer's weights: by words of 32, or, where each tap of a convolution begins a word, by taps. */
function depthAxis({ params }: Operation, { from }: SplitRule): Axis {
  const { outputs = 0, channels = params['depth'] ?? 0, words = Math.ceil(channels / WORD) } = params
  const taps = words / Math.ceil(channels / WORD)
  const depth = taps * channels
  const inputs = (unit: number): number => (taps > 1 ? unit * channels : Math.min(depth, unit * WORD))
  const packed = (unit: number): number => (taps > 1 ? (unit * words) / taps : unit)
  return {
    units: taps > 1 ? taps : words,
    grain: 1,
    before(tensor, unit) {
      const length = lengthOf(tensor)
      return length === depth * outputs ? inputs(unit) * outputs : length === words * outputs ? packed(unit) * outputs : undefined
    },
    params(first, end) {
      const count = inputs(end) - inputs(first)
      return {
        ...(params['depth'] !== undefined && { depth: count }),
        ...(from !== undefined && { [from]: (params[from] as number) + packed(first) }),
        ...(params['words'] !== undefined && { words: packed(end) - packed(first) }),
        ...(params['channels'] !== undefined && taps === 1 && { channels: count }),
      }
    },
  }
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b)
}

function leastCommon(a: number, b: number): number {
  return (a / greatestCommon(a, b)) * b
}
