import { describe, expect, test } from 'vitest'
import { parseSafetensors } from '../../../core/formats/safetensors-arrays.ts'
import { encodeSafetensors } from '../../../core/formats/tensor-values.ts'
import { assignByName, assignInOrder, NameMapSchema, type Arrays } from '../../../core/importing/assign.ts'
import { importNetwork, type ImportedNetwork } from '../../../core/importing/network.ts'
import type { Layout } from '../../../core/importing/layout.ts'
import type { NdArray } from '../../../core/formats/ndarray.ts'
import { chainProject } from '../../oracle/examples.ts'
import { lasagneNetwork, type LasagneNetwork, type Part } from '../../support/lasagne-network.ts'

const PARTS: Part[] = [
  { kind: 'conv', outputs: 4 }, { kind: 'norm' }, { kind: 'sign' }, { kind: 'pool' },
  { kind: 'dense', outputs: 5 }, { kind: 'norm' }, { kind: 'sign' }, { kind: 'dense', outputs: 3 }, { kind: 'norm' },
]
const network = lasagneNetwork([4, 6, 2], PARTS)

function inOrder({ project, arrays }: Pick<LasagneNetwork, 'project' | 'arrays'>, flipped = false): ImportedNetwork {
  return importNetwork(project, assignInOrder(project, arrays, 'a.npz'), arrays, { flipped, where: 'a.npz' })
}

/** The arrays with some left out or changed, numbered anew. */
function changed(change: (arrays: NdArray[]) => NdArray[]): LasagneNetwork {
  return { ...network, arrays: new Map(change([...network.arrays.values()]).map((array, at) => [`arr_${at}`, array])) }
}
const array = (shape: readonly number[], value = 0.5): NdArray => ({ shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value) })
const valuesOf = ({ tensors }: ImportedNetwork, name: string): readonly number[] => [...(tensors.find(tensor => tensor.name === name)?.values ?? [])]

describe('in the order of BinaryNet', () => {
  test('every tensor has its array, and the network the biases of the file', () => {
    const { project, tensors, notes } = inOrder(network)
    expect(tensors.map(({ name }) => name)).toEqual([...tensors.map(({ name }) => name)].sort())
    expect(tensors).toHaveLength(3 * 6)
    expect(project.architecture.nodes.filter(({ attributes }) => attributes.bias === true).map(({ id }) => id)).toEqual(['conv0', 'dense4', 'dense7'])
    expect(notes).toHaveLength(3)
    expect(valuesOf({ project, tensors, notes }, 'norm1.runningMean')).toEqual([...(network.arrays.get('arr_4')?.values ?? [])])
  })

  test('a bias of zeros is left out, and so the sums stay whole numbers', () => {
    const { project, notes } = inOrder(changed(arrays => arrays.map((one, at) => (at === 1 ? array([4], 0) : one))))
    expect(project.architecture.nodes.find(({ id }) => id === 'conv0')?.attributes.bias).toBeUndefined()
    expect(notes).toHaveLength(2)
  })

  test('a layer without a bias is told by what follows', () => {
    const { project, notes } = inOrder(changed(arrays => arrays.filter((_, at) => at !== 13)))
    expect(notes.at(-1)).toBe('of 3 layers with weights, dense7 has no bias in the file')
    expect(project.architecture.nodes.filter(({ attributes }) => attributes.bias === true).map(({ id }) => id)).toEqual(['conv0', 'dense4'])
  })

  test('one number stands for all channels, as a normalisation over all axes saves it', () => {
    const whole = inOrder(changed(arrays => arrays.map((one, at) => (at === 14 ? array([], 0.25) : one))))
    expect(valuesOf(whole, 'norm8.beta')).toEqual([0.25, 0.25, 0.25])
  })

  test('a statistic that the project does not keep is changed to the file\'s', () => {
    const project = { ...network.project, architecture: { ...network.project.architecture, nodes: network.project.architecture.nodes.map(node => (node.id === 'norm1' ? { ...node, attributes: { running: 'variance' } } : node)) } }
    const { notes, project: fitted } = inOrder({ ...network, project })
    expect(notes.join()).toContain('norm1 keeps the running inverse standard deviation')
    expect(fitted.architecture.nodes.find(({ id }) => id === 'norm1')?.attributes.running).toBe('inverseStd')
  })

  test('flipping turns filters by 180 degrees and nothing else', () => {
    const [plain, flipped] = [inOrder(network), inOrder(network, true)]
    const rows = (values: readonly number[]): string[] => Array.from({ length: 9 }, (_, tap) => values.slice(tap * 8, tap * 8 + 8).join())
    expect(rows(valuesOf(flipped, 'conv0.weight'))).toEqual(rows(valuesOf(plain, 'conv0.weight')).toReversed())
    expect(valuesOf(flipped, 'dense4.weight')).toEqual(valuesOf(plain, 'dense4.weight'))
  })

  test.each<readonly [string, (arrays: NdArray[]) => NdArray[], RegExp]>([
    ['filters of another kernel', arrays => [array([4, 2, 5, 5]), ...arrays.slice(1)], /expected 4 x 2 x 3 x 3 for conv0\.weight, found 4 x 2 x 5 x 5; at a\.npz, array arr_0/],
    ['a transposed matrix', arrays => arrays.map((one, at) => (at === 6 ? array([5, 24]) : one)), /expected 24 x 5 for dense4\.weight, found 5 x 24.*transposed/],
    ['a vector of another length', arrays => arrays.map((one, at) => (at === 3 ? array([5]) : one)), /expected 4 values for norm1\.gamma, found 5 values/],
    ['too few arrays', arrays => arrays.slice(0, -2), /expected 4 vectors behind the weights of dense7, or 5 with its bias, found 3/],
    ['too many arrays', arrays => [...arrays, array([3])], /found 6/],
    ['another layer', arrays => [...arrays, array([3, 3])], /expected 18 arrays for this network, found 19/],
    ['no weights first', arrays => arrays.slice(1), /expected 0 vectors in front of the first weights, found 5/],
    ['numbers that are none', arrays => arrays.map((one, at) => (at === 5 ? array([4], NaN) : one)), /expected finite numbers for norm1\.runningInverseStd, found NaN/],
  ])('%s is refused', (_, change, message) => {
    expect(() => inOrder(changed(change))).toThrow(message)
  })

  test('names are refused, with the way to give them', () => {
    expect(() => inOrder({ ...network, arrays: new Map([['conv/W', array([1])]]) })).toThrow(/arr_0 to arr_0.*"conv\/W".*--map/)
  })

  test('weights that are bits of 0 and 1 are pointed out', () => {
    expect(inOrder(changed(arrays => arrays.map((one, at) => (at === 0 ? array([4, 2, 3, 3], 1) : one)))).notes.join()).toContain('no weight of conv0.weight is negative')
  })
})

/** The network's arrays as another framework lays them out, with the map that names them. */
function laidOut(layout: Layout): { readonly arrays: Arrays; readonly map: unknown } {
  const assignment = assignInOrder(network.project, network.arrays, 'a.npz')
  const arrays = new Map<string, NdArray>()
  for (const [tensor, file] of assignment.arrays) {
    const source = network.arrays.get(file) as NdArray
    arrays.set(`model/${tensor}`, relaid(tensor, source, layout))
  }
  return { arrays, map: { layout, arrays: Object.fromEntries([...assignment.arrays.keys()].map(tensor => [tensor, `model/${tensor}`])) } }
}

function relaid(tensor: string, { shape, values }: NdArray, layout: Layout): NdArray {
  const at = (index: number): number => values[index] as number
  if (layout === 'torch' && shape.length === 2) {
    const [inputs, outputs] = shape as [number, number]
    return { shape: [outputs, inputs], values: Float32Array.from({ length: values.length }, (_, k) => at((k % inputs) * outputs + Math.floor(k / inputs))) }
  }
  if (layout === 'keras' && shape.length === 4) {
    const [outputs, inputs, k] = shape as [number, number, number]
    return { shape: [k, k, inputs, outputs], values: Float32Array.from({ length: values.length }, (_, to) => {
      const [o, i, tap] = [to % outputs, Math.floor(to / outputs) % inputs, Math.floor(to / (outputs * inputs))]
      return at((o * inputs + i) * k * k + tap)
    }) }
  }
  if (layout === 'keras' && tensor === 'dense4.weight') {
    // 2 x 3 positions of 4 channels, pixel by pixel instead of channel by channel.
    return { shape, values: Float32Array.from({ length: values.length }, (_, to) => {
      const [input, o] = [Math.floor(to / 5), to % 5]
      return at(((input % 4) * 6 + Math.floor(input / 4)) * 5 + o)
    }) }
  }
  return { shape, values }
}

describe('by a name map', () => {
  test.each<Layout>(['lasagne', 'torch', 'keras'])('the layout of %s gives the same network', layout => {
    const { arrays, map } = laidOut(layout)
    expect(importNetwork(network.project, assignByName(NameMapSchema.parse(map), arrays, 'a'), arrays, { flipped: false, where: 'a' }).tensors).toEqual(inOrder(network).tensors)
  })

  test('running variances are kept as such', () => {
    const project = chainProject([['image', 'input', { height: 1, width: 1, channels: 2 }], ['flat', 'flatten'], ['dense', 'dense', { units: 2 }], ['norm', 'batchNorm', { epsilon: 1e-5 }], ['head', 'head']])
    const names = { 'dense.weight': 'w', 'norm.gamma': 'g', 'norm.beta': 'b', 'norm.runningMean': 'm', 'norm.runningVariance': 'v' }
    const arrays = new Map([['w', array([2, 2], -1)], ...['g', 'b', 'm', 'v'].map((name, at): [string, NdArray] => [name, array([2], at)]), ['spare', array([1])]])
    const { project: fitted, tensors, notes } = importNetwork(project, assignByName(NameMapSchema.parse({ layout: 'torch', arrays: names }), arrays, 'a'), arrays, { flipped: false, where: 'a' })
    expect(fitted.architecture.nodes.find(({ id }) => id === 'norm')?.attributes).toEqual({ epsilon: 1e-5, running: 'variance' })
    expect(tensors.find(({ name }) => name === 'norm.runningVariance')?.values).toEqual(Float32Array.of(3, 3))
    expect(notes.join()).toContain('spare is not used')
  })

  test.each<readonly [string, Readonly<Record<string, string>>, RegExp]>([
    ['an array that is not there', { 'conv0.weight': 'nothing' }, /expected an array "nothing" for conv0\.weight/],
    ['tensors without an array', { 'conv0.weight': 'model/conv0.weight' }, /none for dense4\.weight/],
  ])('%s is refused', (_, names, message) => {
    const { arrays } = laidOut('lasagne')
    expect(() => importNetwork(network.project, assignByName(NameMapSchema.parse({ arrays: names }), arrays, 'a'), arrays, { flipped: false, where: 'a' })).toThrow(message)
  })

  test('names that the network does not have, and arrays named twice, are refused', () => {
    const { arrays, map } = laidOut('lasagne')
    const { arrays: names } = NameMapSchema.parse(map)
    const importing = (more: Readonly<Record<string, string>>) => () => importNetwork(network.project, assignByName(NameMapSchema.parse({ arrays: { ...names, ...more } }), arrays, 'a'), arrays, { flipped: false, where: 'a' })
    expect(importing({ 'conv0.wait': 'model/conv0.weight' })).toThrow(/"conv0\.wait".*conv0\.weight/)
    expect(importing({ 'norm1.beta': 'model/norm1.gamma' })).toThrow(/"model\/norm1\.gamma" for two tensors/)
  })
})

test('safetensors of every width are read as numbers', () => {
  const { bytes } = encodeSafetensors([
    { name: 'half', dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xc000) },
    { name: 'brain', dtype: 'BF16', shape: [2], data: Uint16Array.of(0x3f80, 0xc000) },
    { name: 'long', dtype: 'I64', shape: [1, 1], data: BigInt64Array.of(-3n) },
    { name: 'single', dtype: 'F32', shape: [], data: Float32Array.of(0.5) },
  ])
  expect(Object.fromEntries([...parseSafetensors(bytes, 'a')].map(([name, { shape, values }]) => [name, [shape, [...values]]]))).toEqual({
    half: [[2], [1, -2]], brain: [[2], [1, -2]], long: [[1, 1], [-3]], single: [[], [0.5]],
  })
})
