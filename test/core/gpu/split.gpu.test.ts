import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../../core/architecture/project.ts'
import { Executable, type Toolbox } from '../../../core/gpu/executable.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { buildProgram } from '../../../core/training/build.ts'
import { Model } from '../../../core/training/model.ts'
import { packWeights, writeConstants, writeInitial } from '../../../core/training/weights.ts'
import { firstDifference } from '../../oracle/compare.ts'
import { chainProject, graphProject, randomLabels, randomPixels, type RecipeFields, type Step } from '../../oracle/examples.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { compareStep } from '../training/compareStep.ts'

const RECIPE: RecipeFields = { optimizer: { kind: 'adam' }, learningRate: { start: 0.01, schedule: { kind: 'constant' } }, layerScale: { mode: 'exact' }, seed: 5 }

const pictures = (weights: string, width = 20): Step[] => [
  ['image', 'input', { height: 8, width: 8, channels: 3 }],
  ['drop', 'dropout', { rate: 0.2 }],
  ['conv1', 'conv2d', { filters: width, weights, bias: true }],
  ['pool1', 'maxPool', { size: 3, stride: 2, padding: 1 }],
  ['norm1', 'batchNorm', { mode: 'shift' }],
  ['sign1', 'sign', { mode: 'stochastic' }],
  ['conv2', 'conv2d', { filters: 36, weights }],
  ['norm2', 'batchNorm'],
  ['sign2', 'sign', { zero: 'zero' }],
  ['drop2', 'dropout', { rate: 0.5 }],
  ['conv3', 'conv2d', { filters: 16, weights, kernel: 1 }],
  ['pool3', 'avgPool', { size: 2, stride: 2 }],
  ['norm3', 'batchNorm'],
  ['sign3', 'sign'],
  ['pool4', 'maxPool', { size: 2, stride: 1 }],
]
const ending: Step[] = [['scores', 'dense', { units: 5 }], ['scored', 'batchNorm'], ['head', 'head']]

/** Layers in a row, with a limit that cuts most of what they bind, and something they bind whole. */
const cases: readonly (readonly [name: string, project: Project, rows: number, limit: number])[] = [
  ['bit convolutions, pools, dropout and stochastic signs', chainProject([...pictures('binary'), ['flat', 'flatten'], ...ending], RECIPE), 300, 350_000],
  ['the same, everything kept', chainProject([...pictures('binary'), ['flat', 'flatten'], ...ending], { ...RECIPE, activations: 'keep' }), 300, 350_000],
  ['real convolutions and an average over places', chainProject([...pictures('real'), ['average', 'globalAvgPool'], ...ending], RECIPE), 300, 350_000],
  ['dense layers whose weights are cut by their depth', chainProject([
    ['image', 'input', { height: 12, width: 13, channels: 1 }], ['flat', 'flatten'], ['drop', 'dropout', { rate: 0.2 }],
    ['dense1', 'dense', { units: 192 }], ['norm1', 'batchNorm'], ['sign1', 'sign'], ['drop1', 'dropout', { rate: 0.5 }],
    ['dense2', 'dense', { units: 160 }], ['norm2', 'batchNorm'], ['relu', 'activation'],
    ['dense3', 'dense', { units: 96 }], ['norm3', 'batchNorm'], ['relu3', 'activation'],
    ['dense4', 'dense', { units: 192, weights: 'real' }], ['norm4', 'batchNorm'], ['sign4', 'sign'], ...ending,
  ], RECIPE), 9, 56_000],
  ['branches that part and meet', graphProject(
    [['image', 'input', { height: 8, width: 8, channels: 1 }], ['a', 'conv2d', { filters: 7 }], ['an', 'batchNorm'], ['as', 'sign'], ['b', 'conv2d', { filters: 25 }], ['bn', 'batchNorm'], ['bs', 'sign'],
      ['both', 'concat'], ['c', 'conv2d', { filters: 32 }], ['d', 'conv2d', { filters: 32, kernel: 1 }], ['sum', 'add'], ['n', 'batchNorm'], ['s', 'sign'], ['flat', 'flatten'], ...ending],
    [['image', 'a'], ['a', 'an'], ['an', 'as'], ['image', 'b'], ['b', 'bn'], ['bn', 'bs'], ['as', 'both', 'in1'], ['bs', 'both', 'in2'], ['both', 'c'], ['both', 'd'], ['c', 'sum', 'a'], ['d', 'sum', 'b'],
      ['sum', 'n'], ['n', 's'], ['s', 'flat'], ['flat', 'scores'], ['scores', 'scored'], ['scored', 'head']].map(([from, to, port = 'in']) => ({ from: { node: from }, to: { node: to, port } })),
    RECIPE,
  ), 130, 400_000],
]

const limited = (toolbox: Toolbox, maxBindingBytes: number): Toolbox => ({ ...toolbox, device: { ...toolbox.device, adapter: { ...toolbox.device.adapter, maxBindingBytes } } })

/** Everything that two training steps leave behind, as words, by tensor; and how many launches a step took. */
async function trained(toolbox: Toolbox, project: Project, rows: number): Promise<{ tensors: Map<string, Uint32Array>; launches: number }> {
  const model = new Model(project, { scale: 2 / 255, offset: -1 })
  const memory = new Memory(toolbox.device)
  const { program, ports } = buildProgram(model, { training: true, rows, inputPath: 'float' })
  await writeInitial(model, memory)
  writeConstants(model, memory)
  await packWeights(model, memory, toolbox)
  const executable = await Executable.compile(program, memory, toolbox)
  const depth = model.imageShape.reduce((product, size) => product * size, 1)
  memory.write(ports.pixels, Uint8Array.from(randomPixels(rows * depth, 1)))
  memory.write(ports.labels, Uint32Array.from(randomLabels(rows, model.classes, 2)))
  for (let step = 1; step <= 2; step++) executable.submit({ step, rows, slot: 0, rate: model.optimizer.rate(0.01, step) })
  const kept = [...model.stored({ optimizer: true }).map(({ tensor }) => tensor), ...[...model.parameters.values()].flatMap(({ packed }) => packed ?? []), ports.scores]
  const tensors = new Map<string, Uint32Array>()
  for (const tensor of kept) tensors.set(tensor.name, await memory.readWords(tensor))
  const launches = executable.launches.length
  executable.destroy()
  memory.destroy()
  return { tensors, launches }
}

describe.each(adapters.map((adapter, at) => [adapter, at === 0 ? 'last' : 'first'] as const))('launches in pieces on %s, by the %s candidate of each family', (adapter, which) => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter, which)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  // SwiftShader is some ten times slower, and pictures cost the most.
  it.each(cases.slice(adapter === adapters[0] ? 0 : 3))('%s: the same bits as whole', async (_name, project, rows, limit) => {
    const whole = await trained(toolbox, project, rows)
    const pieces = await trained(limited(toolbox, limit), project, rows)
    expect(pieces.launches).toBeGreaterThan(whole.launches + 10)
    for (const [name, words] of whole.tensors) expect(firstDifference(pieces.tensors.get(name) ?? [], words), name).toBeUndefined()
  })

  it('a step in pieces agrees with the float64 reference', async () => {
    const project = chainProject([
      ['image', 'input', { height: 12, width: 13, channels: 1 }], ['flat', 'flatten'],
      ['dense1', 'dense', { units: 192 }], ['norm1', 'batchNorm'], ['sign1', 'sign'],
      ['dense2', 'dense', { units: 96, weights: 'real' }], ['norm2', 'batchNorm'], ['sign2', 'sign'], ...ending,
    ], RECIPE)
    for (let seed = 1; seed < 60; seed++) {
      const result = await compareStep(limited(toolbox, 56_000), { project: { ...project, recipe: { ...project.recipe, seed } }, rows: 12, path: 'planes' })
      if (!result) continue
      expect(result.failures).toEqual([])
      expect(result.compared).toBeGreaterThan(20)
      return
    }
    throw new Error('no seed was clear of every threshold')
  })

  it('what cannot be cut far enough is refused with layer and limit', async () => {
    const [, project] = cases[0] as (typeof cases)[number]
    await expect(trained(limited(toolbox, 1000), project, 8)).rejects.toThrow(/binds at most 1,000 at once.*layer conv1/s)
  })
})
