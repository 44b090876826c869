import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetNamed } from '../../../core/architecture/presets/index.ts'
import { planProgram } from '../../../core/gpu/plan.ts'
import type { Operation } from '../../../core/gpu/program.ts'
import { ShaderLibrary } from '../../../core/gpu/shaders.ts'
import { splitOperations } from '../../../core/gpu/split.ts'
import { bytesOf, lengthOf, type Tensor } from '../../../core/gpu/tensor.ts'
import { buildProgram } from '../../../core/training/build.ts'
import { Model } from '../../../core/training/model.ts'

const shaders = new ShaderLibrary(name => readFileSync(new URL(`../../../shaders/${name}.wgsl`, import.meta.url), 'utf8'))

function operation(kernel: string, params: Record<string, number>, tensors: Record<string, readonly number[]>): Operation {
  const made = Object.entries(tensors).map(([name, shape]): [string, Tensor] => [name, { name, dtype: 'f32', shape, role: 'step' }])
  return { kernel, params, overrides: {}, node: 'layer', phase: 'forward', tensors: Object.fromEntries(made) }
}

describe('splitting', () => {
  it('leaves alone what fits, and cuts the rest into aligned ranges that cover everything once', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 90 }), fc.integer({ min: 12, max: 20 }), (rows, outputs, log) => {
      const maxBindingBytes = 2 ** log
      const whole = operation('add', { rows, outputs }, { a: [rows, outputs], b: [rows, outputs], c: [rows, outputs] })
      const smallestPiece = 64 * outputs * 4
      fc.pre(maxBindingBytes >= smallestPiece)
      const pieces = splitOperations([whole], shaders, { maxBindingBytes, name: 'adapter' })
      if (rows * outputs * 4 <= maxBindingBytes) expect(pieces).toEqual([whole])
      let next = 0
      for (const { params, tensors: { c } } of pieces) {
        if (!c) throw new Error('a piece without its result')
        expect(bytesOf(c)).toBeLessThanOrEqual(maxBindingBytes)
        expect(c.within?.first ?? 0).toBe(next)
        expect(next % 64).toBe(0)
        expect(lengthOf(c)).toBe((params['rows'] as number) * outputs)
        next += lengthOf(c)
      }
      expect(next).toBe(rows * outputs)
    }))
  })

  it('cuts the update of a wide layer by words of its inputs, bits and numbers at once', () => {
    const tensors = { gradient: [9216, 4096], parameter: [9216, 4096], m: [9216, 4096], v: [9216, 4096], packed: [288, 4096], health: [3] }
    const update = operation('adam', { outputs: 4096, depth: 9216, words: 288, channels: 9216, factor: 1, place: 0, first: 0, second: 0, epsilon: 0 }, tensors)
    const pieces = splitOperations([update], shaders, { maxBindingBytes: 2 ** 27, name: 'adapter' })
    expect(pieces.map(({ params: { depth, words, channels } }) => [depth, words, channels])).toEqual([[4608, 144, 4608], [4608, 144, 4608]])
    expect(pieces.map(({ tensors: { m, packed } }) => [m?.within?.first, packed?.within?.first])).toEqual([[0, 0], [4608 * 4096, 144 * 4096]])
    expect(pieces[1]?.tensors['health']).toBe(update.tensors['health'])
  })

  it('cuts where a launch would need more workgroups than there may be', () => {
    const rows = 65535 * 8 + 800
    const pieces = splitOperations([operation('add', { rows, outputs: 8 }, { a: [rows, 8], b: [rows, 8], c: [rows, 8] })], shaders, { maxBindingBytes: 2 ** 30, name: 'adapter' })
    expect(pieces).toHaveLength(2)
    for (const { params } of pieces) expect((params['rows'] as number) / 8).toBeLessThanOrEqual(65535)
  })

  it('says what does not fit and where, if a kernel has no rule for it', () => {
    const sum = operation('sum_parts', { count: 40, depth: 100, outputs: 100 }, { parts: [40, 100, 100], total: [100, 100] })
    expect(() => splitOperations([sum], shaders, { maxBindingBytes: 2 ** 20, name: 'adapter' })).toThrow(/"parts" needs 1,600,000 bytes, adapter binds at most 1,048,576 at once.*layer layer.*batch smaller/s)
  })

  it.each([['alexnet', 512], ['googlenet', 64]] as const)('%s at batch %i keeps every binding within 128 MiB', (name, rows) => {
    const { program } = buildProgram(new Model(presetNamed(name), { scale: 1, offset: 0 }), { training: true, rows, inputPath: 'float' })
    expect(program.operations.some(({ tensors }) => Object.values(tensors).some(tensor => bytesOf(tensor) > 2 ** 27))).toBe(true)
    const { operations } = planProgram(program, shaders, { maxBindingBytes: 2 ** 27, name: 'adapter' })
    for (const { kernel, tensors } of operations) for (const tensor of Object.values(tensors)) expect(bytesOf(tensor), kernel).toBeLessThanOrEqual(2 ** 27)
  })
})
