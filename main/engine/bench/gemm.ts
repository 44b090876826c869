import { fittingCandidates, RIVALS } from '../../../core/gpu/families.ts'
import type { Engine } from '../../../core/training/session.ts'
import type { BenchEntry } from '../../contract/engine.ts'
import { entryOf, fastest, prepareCeiling, prepareGemm, race, type Contestant } from './kernels.ts'

const ROUNDS = 5
/** Our products; all but the first take float operands on one side. */
const OURS = ['xnor_gemm', 'float_bit_gemm', 'grad_input', 'grad_weight'] as const

/**
 * Square products of the given sizes: ours by the tuner's choice, against the plain one-output-a-thread float kernel and the
 * best float kernel there is here, and all against what registers alone could do.
 */
export async function benchGemm(engine: Engine, sizes: readonly number[], log: (message: string) => void): Promise<BenchEntry[]> {
  const ceilings = { popcount: await prepareCeiling(engine, 'popcount'), fma: await prepareCeiling(engine, 'fma') }
  const entries: BenchEntry[] = []
  for (const size of sizes) {
    log(`timing products of ${size} x ${size} x ${size}`)
    const cube = { rows: size, depth: size, outputs: size }
    const naive = await prepareGemm(engine, 'f32_gemm_naive', cube, { shader: 'f32_gemm_naive' })
    const blocked: Contestant[] = []
    for (const candidate of fittingCandidates(engine.toolbox, { kernel: RIVALS, params: cube })) blocked.push(await prepareGemm(engine, candidate.shader, cube, candidate))
    const ours: Contestant[] = []
    for (const kernel of OURS) ours.push(await prepareGemm(engine, kernel, cube))
    const all = [naive, ...blocked, ...ours, ceilings.popcount, ceilings.fma]
    const times = await race(all, ROUNDS)
    const best = fastest(blocked, times)
    const shape = `${size} x ${size} x ${size}`
    const entry = (one: Contestant, against?: Contestant, ceiling?: Contestant): BenchEntry => entryOf(one, shape, times, { ...(against && { against }), ...(ceiling && { ceiling }) })
    const [xnor, ...floats] = ours as [Contestant, ...Contestant[]]
    entries.push(entry(naive, undefined, ceilings.fma))
    for (const one of blocked) entries.push(entry(one, naive, ceilings.fma))
    entries.push(entry(xnor, naive, ceilings.popcount), entry(xnor, best, ceilings.popcount))
    for (const one of floats) entries.push(entry(one, best, ceilings.fma))
    entries.push({ ...entry(ceilings.popcount), shape: 'registers only' }, { ...entry(ceilings.fma), shape: 'registers only' })
    for (const one of [naive, ...blocked, ...ours]) one.close()
  }
  ceilings.popcount.close()
  ceilings.fma.close()
  return entries
}
