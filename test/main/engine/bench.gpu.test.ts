import { describe, expect, it } from 'vitest'
import { presetNamed, scaleWidths } from '../../../core/architecture/index.ts'
import { runBench } from '../../../main/engine/bench/index.ts'
import { engineRoutes } from '../../../main/contract/engine.ts'
import { adapters, openEngine } from '../../support/adapters.ts'

describe('bench', () => {
  it('times ours against the plain and the best float kernel in one run, and a step kernel by kernel', async () => {
    const engine = await openEngine(adapters[0] ?? '')
    const output = await runBench(engine, { home: 'unused', what: ['gemm', 'conv', 'step'], sizes: [256], channels: [8], project: presetNamed('digits') }, undefined, () => undefined)
    expect(engineRoutes.bench.output.safeParse(output).error).toBeUndefined()
    const named = (pattern: RegExp) => output.results.filter(({ name }) => pattern.test(name))
    expect(named(/^f32_gemm_naive/)).toHaveLength(1)
    expect(named(/^ceiling_/).map(({ name }) => name)).toEqual(['ceiling_popcount', 'ceiling_fma'])
    for (const { gops, medianMs, ratio, ceilingShare } of named(/^xnor_gemm/)) {
      expect(medianMs).toBeGreaterThan(0)
      // A rate is the operations over the time, whatever the machine.
      expect(gops).toBeCloseTo((2 * 256 ** 3) / medianMs / 1e6, 6)
      expect(ratio).toBeGreaterThan(0)
      expect(ceilingShare).toBeGreaterThan(0)
    }
    for (const [ours, rival] of [['xnor_conv', 'f32_conv'], ['conv_grad_input', 'f32_conv_grad_input'], ['conv_grad_weight', 'f32_conv_grad_weight']] as const) {
      const [entry] = named(new RegExp(`^${ours}_`))
      expect(entry?.against).toMatch(new RegExp(`^${rival}_`))
      expect(entry?.ratio).toBeGreaterThan(0)
      expect(entry?.shape).toBe('8 x 32 x 32 x 8 to 8')
    }
    const [whole, ...kernels] = output.results.slice(output.results.findIndex(({ name }) => name.includes('training step')))
    expect(whole).toMatchObject({ name: 'digits: training step', shape: 'batch 100' })
    expect(whole?.imagesPerSecond).toBeCloseTo(100_000 / (whole?.medianMs ?? NaN), 6)
    for (const phase of ['forward', 'backward', 'update']) expect(kernels.filter(({ name }) => name.startsWith(`${phase} `)).length).toBeGreaterThan(3)
    // Two bits a value of the hidden layers, statistics and scores: far under float32 activations.
    expect(output.memory?.activationBytes).toBeLessThan((output.memory?.floatActivationBytes ?? 0) / 10)

    const small = scaleWidths(presetNamed('svhn-convnet-theano'), 0.125)
    const { results } = await runBench(engine, { home: 'unused', what: ['filters'], sizes: [], channels: [], project: small }, undefined, () => undefined)
    const ways = ['xnor_conv', 'repeated filters', ...(engine.toolbox.device.adapter.subgroupSize === 8 ? ['shared triples'] : [])]
    expect(results.map(({ name }) => name)).toEqual(Array.from({ length: 5 }, () => ways).flat())
    const shape = 'conv2: 8 x 32 x 32 x 8 to 8, 3 x 3'
    expect(results[1]).toMatchObject({ shape, against: 'xnor_conv', filters: { all: 64, additions: 64, words: 72 } })
    if (ways.length === 3) expect(results[2]).toMatchObject({ shape, against: 'xnor_conv', filters: { all: 192, distinct: 192, additions: 192, words: 72 } })
    engine.toolbox.device.device.destroy()
  })
})
