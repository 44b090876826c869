import fc from 'fast-check'
import { expect, test } from 'vitest'
import { averagesOf, inspectNetwork } from '../../../core/analysis/inspection.ts'
import { assignInOrder } from '../../../core/importing/assign.ts'
import { importNetwork } from '../../../core/importing/network.ts'
import { inspectionText } from '../../../main/cli/commands/inspect.ts'
import { distinctSlices, merged, type Layer } from '../../oracle/repetition.ts'
import { lasagneNetwork } from '../../support/lasagne-network.ts'

const network = lasagneNetwork([10, 10, 3], [
  { kind: 'conv', outputs: 40 }, { kind: 'norm' }, { kind: 'sign' },
  { kind: 'conv', outputs: 24, kernel: 1, pad: 0, bias: false }, { kind: 'pool' }, { kind: 'norm' }, { kind: 'sign' },
  { kind: 'conv', outputs: 12, kernel: 5, pad: 0, bias: false }, { kind: 'norm' }, { kind: 'sign' },
  { kind: 'dense', outputs: 10, bias: false }, { kind: 'norm' },
])
const { project, tensors } = importNetwork(network.project, assignInOrder(network.project, network.arrays, 'a'), network.arrays, { flipped: true, where: 'a' })
const values = (name: string): Float32Array | undefined => tensors.find(tensor => tensor.name === name)?.values

test('every binary layer of an imported network is counted as a recount by text has it', () => {
  const { convolutions, dense } = inspectNetwork(project, values)
  expect(convolutions.map(({ name, kernel, inputs, outputs, places }) => [name, kernel, inputs, outputs, places])).toEqual([['conv0', 3, 3, 40, 100], ['conv3', 1, 40, 24, 100], ['conv7', 5, 24, 12, 1]])
  for (const { name, kernel, inputs, outputs, repetition } of convolutions) {
    const layer: Layer = { kernel, inputs, outputs, latent: values(`${name}.weight`) ?? [] }
    expect([repetition.distinct, repetition.distinctMerged]).toEqual([distinctSlices(layer, text => text), distinctSlices(layer, merged)])
  }
  expect(dense.map(({ name, repetition }) => [name, repetition.units, repetition.depth])).toEqual([['dense10', 10, 12]])
})

test('counts of imported networks are those of the arrays that were saved, whatever the kernel', () => {
  const parts = fc.array(fc.record({ outputs: fc.integer({ min: 1, max: 40 }), kernel: fc.constantFrom(1, 2, 3, 5, 7, 11), bias: fc.boolean() }), { minLength: 1, maxLength: 3 })
  fc.assert(fc.property(parts, fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.integer({ min: 1, max: 1e6 }), (convolutions, channels, flipped, seed) => {
    const side = 1 + convolutions.reduce((sum, { kernel }) => sum + kernel - 1, 0)
    const drawn = lasagneNetwork([side, side, channels], [
      ...convolutions.flatMap(one => [{ kind: 'conv', pad: 0, ...one }, { kind: 'norm' }, { kind: 'sign' }] as const),
      { kind: 'dense', outputs: 3 }, { kind: 'norm' },
    ], { flip: flipped, seed })
    const read = importNetwork(drawn.project, assignInOrder(drawn.project, drawn.arrays, 'a'), drawn.arrays, { flipped, where: 'a' })
    const found = inspectNetwork(read.project, name => read.tensors.find(tensor => tensor.name === name)?.values)
    // Weights of convolutions are the arrays of four sides, outputs x inputs x kernel x kernel.
    const saved = [...drawn.arrays.values()].filter(({ shape }) => shape.length === 4).map(({ shape, values: weights }): Layer => {
      const [outputs, inputs, kernel] = shape as [number, number, number]
      const taps = kernel * kernel
      return { kernel, inputs, outputs, latent: Float32Array.from({ length: weights.length }, (_, at) => weights[(at % outputs * inputs + Math.floor(at / outputs) % inputs) * taps + Math.floor(at / (outputs * inputs))] as number) }
    })
    expect(found.convolutions.map(({ repetition }) => [repetition.distinct, repetition.distinctMerged])).toEqual(saved.map(layer => [distinctSlices(layer, text => text), distinctSlices(layer, merged)]))
  }), { numRuns: 40 })
}, 60_000)

test('dead channels are looked for where sums of +-1 are normalised and a sign is taken', () => {
  const { convolutions, dense } = inspectNetwork(project, name => (name === 'norm5.beta' ? values(name)?.map((beta, channel) => (channel === 7 ? 1e6 : beta)) : values(name)))
  expect(convolutions[0]?.deadChannels).toBeUndefined()
  expect(convolutions[1]?.deadChannels).toContain(7)
  expect(dense[0]?.deadUnits).toBeUndefined()
})

test('averages are plain means over the convolutions, and the work weights the reduction', () => {
  const inspection = inspectNetwork(project, values)
  const averages = averagesOf(inspection)
  const [a, b, c] = inspection.convolutions.map(({ repetition }) => repetition.fractionMerged) as [number, number, number]
  expect(averages?.fractionMerged).toBeCloseTo((a + b + c) / 3, 12)
  const work = inspection.convolutions.map(({ repetition, places }) => [repetition.slices * places, repetition.distinctMerged * places] as const)
  const total = (index: 0 | 1): number => work.reduce((sum, pair) => sum + pair[index], 0)
  expect(averages?.popcountReduction).toBeCloseTo(total(0) / total(1), 12)
  expect(averagesOf({ convolutions: [] })).toBeUndefined()
})

test('what people read names the baseline and the paper', () => {
  const text = inspectionText('net', inspectNetwork(project, values))
  expect(text).toMatch(/^conv3 +24 × 40 of 1 × 1 +8\.33 % +8\.33 % +4\.17 % +4\.17 % \(4\.2 to 4\.2\) +24\.0 ×/m)
  expect(text).toContain('the paper reports 42 %')
})
