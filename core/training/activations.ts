import type { Batch } from '../data/source.ts'
import { Executable } from '../gpu/executable.ts'
import { fittingCandidates } from '../gpu/families.ts'
import { channels, positions, words, type Value } from '../layers/values.ts'
import { buildProgram } from './build.ts'
import type { Loaded, Session } from './session.ts'

/** What a node gives for one image, by channel, row, column. */
export type NodeActivation = { readonly id: string; readonly shape: readonly number[]; /** Share of values that are not negative. */ readonly positive: number } & (
  /** +-1: value i is +1 where bit i % 8 of byte i / 8 is 1. */
  | { readonly form: 'bits'; readonly data: Uint8Array<ArrayBuffer> }
  /** Value i is low + data[i] / 255 * (high - low). */
  | { readonly form: 'reals'; readonly data: Uint8Array<ArrayBuffer>; readonly low: number; readonly high: number }
)

/**
 * A program for one image in which everything stays readable, for a session whose parameters are then to be written. Kernels are the first
 * that fit: timing others, which give the same bits, would take longer than the image.
 */
export async function loadActivations(session: Session): Promise<Loaded> {
  const { model, memory, engine: { toolbox } } = session
  const built = buildProgram(model, { training: false, rows: 1, inputPath: 'float', inspect: true, reals: true })
  const executable = await Executable.compile(built.program, memory, { ...toolbox, choose: async operation => fittingCandidates(toolbox, operation)[0] ?? { shader: operation.kernel } })
  return { built, executable, rows: 1 }
}

/** Sends a batch of one image through the network; gives the scores of the main head and what each node `wanted` gives. */
export async function readActivations(session: Session, loaded: Loaded, image: Batch, wanted: (id: string) => boolean): Promise<{ readonly nodes: NodeActivation[]; readonly scores: Float32Array }> {
  const { model, memory } = session
  const { executable, built } = loaded
  session.feed(loaded, image)
  executable.submit({ step: 0, rows: 1, slot: 0, rate: 0 })
  const nodes: NodeActivation[] = []
  for (const id of model.order) {
    const value = built.outputs.get(id)
    if (value && wanted(id)) nodes.push({ id, shape: [...value.shape], ...(await read(id, value)) })
  }
  return { nodes, scores: await memory.readFloats(built.ports.scores) }

  async function read(id: string, value: Value): Promise<Form> {
    if (value.flow === 'bits') {
      const bits = await memory.readWords(value.bits)
      const presence = value.presence && (await memory.readWords(value.presence))
      const at = bitAt(value)
      const bit = (row: number, channel: number): number => at(bits, row, channel)
      if (!presence || everyBit(value, (row, channel) => at(presence, row, channel))) return packed(value, bit)
      // Where something is absent it is 0, which a bit cannot say.
      return quantised(value, (row, channel) => at(presence, row, channel) * (2 * bit(row, channel) - 1) * value.scale)
    }
    if (value.flow === 'pixels') {
      const bytes = await memory.read(value.pixels)
      return quantised(value, (row, channel) => value.scale * (bytes[row * channels(value) + channel] as number) + value.offset)
    }
    const tensor = built.reals.get(id)
    const reals = tensor && (await memory.readFloats(tensor))
    return quantised(value, (row, channel) => reals?.[row * channels(value) + channel] ?? NaN)
  }
}

type Form = Pick<Extract<NodeActivation, { form: 'bits' }>, 'form' | 'data' | 'positive'> | Pick<Extract<NodeActivation, { form: 'reals' }>, 'form' | 'data' | 'positive' | 'low' | 'high'>

function bitAt(value: Value): (of: Uint32Array, row: number, channel: number) => number {
  const perRow = words(value)
  return (of, row, channel) => ((of[row * perRow + (channel >>> 5)] as number) >>> (channel & 31)) & 1
}

function everyBit(value: Value, bit: (row: number, channel: number) => number): boolean {
  for (let row = 0; row < positions(value); row++) for (let channel = 0; channel < channels(value); channel++) if (bit(row, channel) === 0) return false
  return true
}

function packed(value: Value, bit: (row: number, channel: number) => number): Form {
  const rows = positions(value)
  const count = rows * channels(value)
  const data = new Uint8Array(Math.ceil(count / 8))
  let ones = 0
  for (let i = 0; i < count; i++) {
    const one = bit(i % rows, Math.floor(i / rows))
    ones += one
    data[i >>> 3] = (data[i >>> 3] as number) | (one << (i & 7))
  }
  return { form: 'bits', data, positive: ones / count }
}

function quantised(value: Value, real: (row: number, channel: number) => number): Form {
  const rows = positions(value)
  const values = Float64Array.from({ length: rows * channels(value) }, (_, i) => real(i % rows, Math.floor(i / rows)))
  let [low, high, positive] = [Infinity, -Infinity, 0]
  for (const one of values) {
    low = Math.min(low, one)
    high = Math.max(high, one)
    if (one >= 0) positive++
  }
  const range = high - low || 1
  return { form: 'reals', data: Uint8Array.from(values, one => Math.round(((one - low) / range) * 255)), positive: positive / values.length, low, high }
}
