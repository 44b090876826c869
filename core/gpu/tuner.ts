import { z } from 'zod'
import { adapterName } from './device.ts'
import type { Candidate, Toolbox } from './executable.ts'
import { Executable } from './executable.ts'
import { fittingCandidates } from './families.ts'
import { Memory } from './memory.ts'
import { Program, type Operation } from './program.ts'
import { timeLaunches } from './timing.ts'
import type { Host } from './host.ts'

/** All that was measured on one adapter, losers included, so that one can ask later why a kernel won. */
export const TuningSchema = z.strictObject({
  version: z.literal(1),
  adapter: z.string().transform(adapterName),
  /** By family, sizes and overrides: microseconds of each candidate. */
  measured: z.record(z.string(), z.array(z.strictObject({ candidate: z.string(), microseconds: z.number().nonnegative() }))),
})
export type Tuning = z.infer<typeof TuningSchema>

export function emptyTuning(adapter: string): Tuning {
  return { version: 1, adapter, measured: {} }
}

/**
 * Chooses among the candidates of a family by timing them on this adapter, once for each set of sizes and overrides.
 * Candidates of a family give the same bits (a test holds them to it), so a choice never changes a result, only its time.
 */
export class Tuner {
  readonly tuning: Tuning
  readonly #toolbox: Omit<Toolbox, 'choose'>
  readonly #host: Host
  readonly #save: (tuning: Tuning) => Promise<void>

  /** `save` is called after each new measurement; it may be slow or fail without harm to the choice. */
  constructor(toolbox: Omit<Toolbox, 'choose'>, host: Host, tuning: Tuning, save: (tuning: Tuning) => Promise<void>) {
    this.#toolbox = toolbox
    this.#host = host
    this.tuning = tuning
    this.#save = save
  }

  readonly choose = async (operation: Operation): Promise<Candidate> => {
    const candidates = fittingCandidates(this.#toolbox, operation)
    const [first] = candidates
    if (!first || candidates.length === 1) return first ?? { shader: operation.kernel }
    const key = tuningKey(operation)
    const known = this.#winner(key, candidates)
    if (known) return known
    const measured = []
    let fastest = Infinity
    for (const candidate of candidates) {
      const microseconds = await this.time([operation], async () => candidate, fastest * 4)
      measured.push({ candidate: nameOf(candidate), microseconds })
      fastest = Math.min(fastest, microseconds)
    }
    this.tuning.measured[key] = measured
    await this.#save(this.tuning)
    return this.#winner(key, candidates) ?? first
  }

  /** The fastest of several ways to the same result, each a sequence of operations; measured once and remembered like a candidate. */
  async chooseWay(name: string, ways: Readonly<Record<string, readonly Operation[]>>): Promise<string> {
    const names = Object.keys(ways)
    const fastest = (): string | undefined => {
      const entries = this.tuning.measured[name]?.filter(entry => names.includes(entry.candidate)).sort((a, b) => a.microseconds - b.microseconds)
      return entries?.length === names.length ? entries[0]?.candidate : undefined
    }
    const known = fastest()
    if (known) return known
    const measured = []
    for (const [candidate, operations] of Object.entries(ways)) measured.push({ candidate, microseconds: await this.time(operations, this.choose, Infinity) })
    this.tuning.measured[name] = measured
    await this.#save(this.tuning)
    return fastest() ?? (names[0] as string)
  }

  /** Median microseconds of the operations, run on zeroed scratch memory; stops early above `limit`. */
  async time(operations: readonly Operation[], choose: Toolbox['choose'], limit: number): Promise<number> {
    const memory = new Memory(this.#toolbox.device)
    const program = new Program()
    program.operations.push(...scratch(operations))
    const executable = await Executable.compile(program, memory, { ...this.#toolbox, choose })
    try {
      return await timeLaunches(this.#toolbox.device, executable, this.#host, limit)
    } finally {
      executable.destroy()
      memory.destroy()
    }
  }

  #winner(key: string, candidates: readonly Candidate[]): Candidate | undefined {
    const measured = this.tuning.measured[key]
    // A list made by another version may lack a candidate of today: then it is measured again.
    if (!measured || !candidates.every(candidate => measured.some(entry => entry.candidate === nameOf(candidate)))) return undefined
    let best: { candidate: Candidate; microseconds: number } | undefined
    for (const candidate of candidates) {
      const entry = measured.find(({ candidate: name }) => name === nameOf(candidate))
      if (entry && (!best || entry.microseconds < best.microseconds)) best = { candidate, microseconds: entry.microseconds }
    }
    return best?.candidate
  }
}

function nameOf({ shader, overrides = {} }: Candidate): string {
  const settings = Object.entries(overrides).map(([name, value]) => `${name}=${value}`)
  return [shader, ...settings].join(' ')
}

/** Overrides are part of it: a masked product may have another winner than a plain one of its sizes. */
function tuningKey({ kernel, params, overrides }: Operation): string {
  const settings = [...Object.entries(params).filter(([, value]) => Number.isInteger(value)), ...Object.entries(overrides)]
  return [kernel, ...settings.map(([name, value]) => `${name}=${value}`)].join(' ')
}

/** The same operations on memory of their own: what a step would overwrite stays untouched. */
function scratch(operations: readonly Operation[]): Operation[] {
  const twins = new Map<string, Operation['tensors'][string]>()
  return operations.map(operation => ({
    ...operation,
    tensors: Object.fromEntries(
      Object.entries(operation.tensors).map(([name, tensor]) => {
        let twin = twins.get(tensor.name)
        const { dtype, shape } = tensor
        if (!twin) twins.set(tensor.name, (twin = { name: tensor.name, dtype, shape, role: 'state' }))
        return [name, twin]
      }),
    ),
  }))
}
