import { describe, expect, it } from 'vitest'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { emptyTuning, Tuner } from '../../../core/gpu/tuner.ts'
import { nodeHost } from '../../../main/engine/dawn.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'

describe.each(adapters)('the tuner on %s', adapter => {
  it('times a masked product apart from a plain one of its sizes, and each only once', async () => {
    const toolbox = await openToolbox(adapter)
    const tuning = emptyTuning(adapter)
    let saved = 0
    const tuner = new Tuner(toolbox, nodeHost, tuning, () => {
      saved++
      return Promise.resolve()
    })
    const tensor = (name: string, length: number): Tensor => ({ name, dtype: 'u32', shape: [length], role: 'input' })
    const a = tensor('a', 8)
    const tensors = { a, mask: a, w: tensor('w', 8), y: tensor('y', 64) }
    const program = new Program()
    for (const overrides of [{}, { MASKED: 1 }, {}, { MASKED: 1 }]) program.launch('xnor_gemm', tensors, { rows: 8, outputs: 8, depth: 32, words: 1 }, overrides)
    for (const operation of program.operations) expect((await tuner.choose(operation)).shader).toMatch(/^xnor_gemm_/)
    expect(Object.keys(tuning.measured)).toEqual(['xnor_gemm rows=8 outputs=8 depth=32 words=1', 'xnor_gemm rows=8 outputs=8 depth=32 words=1 MASKED=1'])
    expect(saved).toBe(2)
    toolbox.device.device.destroy()
  })
})
