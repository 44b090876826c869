import { wordsOf } from '../../../core/architecture/signal.ts'
import { Executable, type Candidate, type Launch } from '../../../core/gpu/executable.ts'
import { candidatesOf } from '../../../core/gpu/families.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { timeRepeated } from '../../../core/gpu/timing.ts'
import type { Engine } from '../../../core/training/session.ts'
import type { BenchEntry } from '../../contract/engine.ts'

/** Rows x depth times depth x outputs. */
export interface GemmSize {
  readonly rows: number
  readonly depth: number
  readonly outputs: number
}

/** A kernel made ready to be timed, with the operations it does (a multiply-accumulate is two). */
export interface Contestant {
  readonly name: string
  readonly operations: number
  /** Milliseconds of one run, averaged over `repeats` in a row, on the device's clock where it has one. */
  time(repeats: number): Promise<number>
  /** Of a single run, behind one that is not counted since software adapters compile at the first dispatch. Measured once. */
  once(): Promise<number>
  close(): void
}

/** A product at a size, by the candidate given or the one the tuner takes. Operands are zeros: no kernel's time depends on them. */
export async function prepareGemm(engine: Engine, kernel: string, size: GemmSize, candidate?: Candidate): Promise<Contestant> {
  const { rows, depth, outputs } = size
  const words = wordsOf(depth)
  const shapes: Readonly<Record<string, number>> = {
    bits: rows * words,
    weights: words * outputs,
    left: rows * depth,
    right: depth * outputs,
    result: rows * outputs,
  }
  const tensor = (name: string, length: number, role: Tensor['role'] = 'input'): Tensor => ({ name, dtype: 'u32', shape: [length], role })
  const operand = (name: keyof typeof shapes, role?: Tensor['role']): Tensor => tensor(name, shapes[name] as number, role)
  const bits = operand('bits')
  const tensors: Readonly<Record<string, Record<string, Tensor>>> = {
    xnor_gemm: { a: bits, mask: bits, w: operand('weights'), y: operand('result', 'output') },
    float_bit_gemm: { a: operand('left'), w: operand('weights'), y: operand('result', 'output') },
    grad_input: { g: operand('result'), w: operand('weights'), dx: operand('left', 'output') },
    grad_weight: { x: bits, mask: bits, g: operand('result'), dw: operand('right', 'output') },
    f32: { a: operand('left'), b: operand('right'), c: operand('result', 'output') },
  }
  return prepareKernel(engine, { kernel, tensors: tensors[kernel] ?? (tensors['f32'] as Record<string, Tensor>), known: { rows, outputs, depth, words, scale: 1 }, operations: 2 * rows * depth * outputs }, candidate)
}

/** One launch of a kernel family: the tensors by binding, all values that its parameters may want, and the operations it does. */
export interface KernelLaunch {
  readonly kernel: string
  readonly tensors: Readonly<Record<string, Tensor>>
  readonly known: Readonly<Record<string, number>>
  readonly operations: number
}

/** The launch by the candidate given, or the one that the tuner takes. */
export async function prepareKernel(engine: Engine, { kernel, tensors, known, operations }: KernelLaunch, candidate?: Candidate): Promise<Contestant> {
  const { toolbox, host } = engine
  // All of a family take the same parameters.
  const { params: fields } = toolbox.shaders.get(candidate?.shader ?? (candidatesOf(kernel)[0] as Candidate).shader)
  const program = new Program()
  program.launch(kernel, tensors, Object.fromEntries(fields.map(({ name }) => [name, known[name] ?? 0])))
  const memory = new Memory(toolbox.device)
  const executable = await Executable.compile(program, memory, candidate ? { ...toolbox, choose: () => Promise.resolve(candidate) } : toolbox)
  return contestant(engine, host, executable, memory, (executable.launches[0] as Launch).shader.name, operations)
}

/** A program of several launches; its tensors are filled in `memory` where their values matter. */
export async function prepareProgram(engine: Engine, name: string, program: Program, memory: Memory, operations: number): Promise<Contestant> {
  return contestant(engine, engine.host, await Executable.compile(program, memory, engine.toolbox), memory, name, operations)
}

/** The most that one kind of arithmetic reaches with no loads at all. */
export async function prepareCeiling(engine: Engine, kind: 'popcount' | 'fma'): Promise<Contestant> {
  const { toolbox, host } = engine
  const groups = 256
  const iterations = 2000
  const y: Tensor = { name: 'y', dtype: 'u32', shape: [groups * 64], role: 'output' }
  const program = new Program()
  program.launch(`ceiling_${kind}`, { y }, { groups, iterations, seed: 12345 })
  const memory = new Memory(toolbox.device)
  const executable = await Executable.compile(program, memory, toolbox)
  // Both shaders say in their headers what one invocation does.
  const perInvocation = kind === 'popcount' ? 2 * 32 * 8 : 2 * 16
  return contestant(engine, host, executable, memory, `ceiling_${kind}`, groups * 64 * iterations * perInvocation)
}

function contestant(engine: Engine, host: Engine['host'], executable: Executable, memory: Memory, name: string, operations: number): Contestant {
  executable.writeStep({ step: 1, rows: 0, slot: 0, rate: 0 })
  const time = async (repeats: number): Promise<number> => (await timeRepeated(engine.toolbox.device, executable, host, repeats)) / 1000
  let first: Promise<number> | undefined
  return {
    name,
    operations,
    time,
    once: () => (first ??= time(1).then(() => time(1))),
    close() {
      executable.destroy()
      memory.destroy()
    },
  }
}

/** A quick kernel is run again and again for so long in a round, that a moment's disturbance does not decide. */
const LEAST_MILLISECONDS = 150
const MOST_REPEATS = 200
/** A race that has taken so long ends once it has the least number of rounds a median needs. */
const LONG_MILLISECONDS = 8000
const LEAST_ROUNDS = 3

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

/**
 * Times all contestants in turn, round after round, so that a machine that slows down slows all of them: ratios are taken
 * round by round. At most `rounds` of them. Returns their times, by contestant.
 */
export async function race(contestants: readonly Contestant[], rounds: number): Promise<ReadonlyMap<Contestant, readonly number[]>> {
  const times = new Map<Contestant, number[]>(contestants.map(one => [one, []]))
  const repeats = new Map<Contestant, number>()
  for (const one of contestants) repeats.set(one, Math.min(MOST_REPEATS, Math.max(1, Math.ceil(LEAST_MILLISECONDS / (await one.once())))))
  let taken = 0
  for (let round = 0; round < rounds && !(round >= LEAST_ROUNDS && taken > LONG_MILLISECONDS); round++) {
    for (const one of contestants) {
      const milliseconds = await one.time(repeats.get(one) ?? 1)
      times.get(one)?.push(milliseconds)
      taken += milliseconds * (repeats.get(one) ?? 1)
    }
  }
  return times
}

export type Times = Awaited<ReturnType<typeof race>>

const roundsOf = (one: Contestant, times: Times): readonly number[] => times.get(one) ?? []
const rateOf = (one: Contestant, times: Times): number => one.operations / median(roundsOf(one, times)) / 1e6

/** Of at least one. */
export function fastest(contestants: readonly Contestant[], times: Times): Contestant {
  return contestants.reduce((a, b) => (median(roundsOf(a, times)) <= median(roundsOf(b, times)) ? a : b))
}

/** What the rounds say of one contestant, beside another one and what registers alone could do where they are given. */
export function entryOf(one: Contestant, shape: string, times: Times, { against, ceiling }: { readonly against?: Contestant; readonly ceiling?: Contestant } = {}): BenchEntry {
  return {
    name: one.name,
    shape,
    medianMs: median(roundsOf(one, times)),
    gops: rateOf(one, times),
    ...(against && { against: against.name, ratio: median(roundsOf(one, times).map((time, round) => (roundsOf(against, times)[round] ?? NaN) / time)) }),
    ...(ceiling && { ceilingShare: rateOf(one, times) / rateOf(ceiling, times) }),
  }
}
