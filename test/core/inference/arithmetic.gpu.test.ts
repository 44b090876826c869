import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adaptToImages, presetNamed, presets, scaleWidths } from '../../../core/architecture/index.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { Executable, type Toolbox } from '../../../core/gpu/executable.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { ARITHMETICS, type Arithmetic } from '../../../core/layers/context.ts'
import { buildProgram } from '../../../core/training/build.ts'
import { packWeights, writeConstants, writeInitial } from '../../../core/training/weights.ts'
import { relativeError } from '../../oracle/compare.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { drawCase, type Drawn } from '../training/deviceStep.ts'

/** Smallest sizes at which every kind of layer is still there. */
const pictures: readonly (readonly [name: string, side: number, width: number])[] = [
  ['cifar10-convnet-theano', 16, 0.05], ['svhn-convnet-torch', 16, 0.1], ['binaryconnect-cifar10', 16, 0.05], ['finn-cnv', 32, 0.05],
  ['bi-real-18', 32, 0.05], ['xnor-net-alexnet', 67, 0.02], ['alexnet', 67, 0.02], ['googlenet', 65, 0.05],
]
const vectors = presets.filter(({ architecture }) => architecture.nodes.every(({ kind }) => kind !== 'conv2d')).map(({ name }) => name)
const ROWS = 4
/** All decisions of these draws are clearer than float32's rounding. */
const MARGIN = 2e-5

function small(name: string): Project {
  const picture = pictures.find(([own]) => own === name)
  if (picture) return adaptToImages(scaleWidths(presetNamed(name), picture[2]), { name: 'small', shape: [picture[1], picture[1], 3], classes: ['a', 'b', 'c', 'd', 'e'] }).project
  const preset = presetNamed(name)
  const widest = Math.max(...preset.architecture.nodes.map(({ attributes }) => Number(attributes.units ?? 0)))
  return scaleWidths(preset, 70 / widest)
}

/** A network as after some training: statistics, gamma and beta differ from channel to channel, and some gammas are negative or 0. */
function draw(project: Project): Drawn {
  const drawn = drawCase({ project, rows: ROWS, path: 'float' })
  const { oracle, moved } = drawn
  let seed = project.recipe.seed
  for (const [name, values] of oracle.states) {
    const spread = name.endsWith('InverseStd')
    oracle.states.set(name, Float64Array.from(uniformValues(values.length, seed++, spread ? 0.2 : name.endsWith('Variance') ? 0.5 : -2, 2), Math.fround))
  }
  const gammas = [...oracle.parameters].filter(([name]) => name.endsWith('.gamma'))
  for (const [name, values] of gammas) {
    const changed = values.map((value, n) => (n % 5 === 4 ? -value : n % 11 === 7 ? 0 : value))
    oracle.parameters.set(name, changed)
    ;(moved as Map<string, Float64Array>).set(name, changed)
  }
  return drawn
}

describe.each(adapters)('the three ways to compute an evaluation on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  async function scoresOf({ model, oracle, images, labels }: Drawn, arithmetic: Arithmetic): Promise<Float32Array> {
    const memory = new Memory(toolbox.device)
    const { program, ports } = buildProgram(model, { training: false, rows: ROWS, inputPath: 'planes', arithmetic })
    await writeInitial(model, memory)
    writeConstants(model, memory)
    for (const [name, { tensor }] of model.parameters) memory.write(tensor, Float32Array.from(oracle.parameters.get(name) ?? []))
    for (const { name, tensor } of model.states.values()) memory.write(tensor, Float32Array.from(oracle.states.get(name) ?? []))
    await packWeights(model, memory, toolbox)
    const executable = await Executable.compile(program, memory, toolbox)
    const depth = images.length / ROWS
    const padded = new Uint8Array(ROWS * Math.ceil(depth / 4) * 4)
    for (let row = 0; row < ROWS; row++) padded.set(images.subarray(row * depth, (row + 1) * depth), row * Math.ceil(depth / 4) * 4)
    memory.write(ports.pixels, padded)
    memory.write(ports.labels, Uint32Array.from(labels))
    executable.submit({ step: 0, rows: ROWS, slot: 0, rate: 0 })
    const scores = await memory.readFloats(ports.scores)
    executable.destroy()
    memory.destroy()
    return scores
  }

  it.each([...vectors, ...pictures.map(([name]) => name)])('%s: thresholds decide as batch norm does, to the bit, and float32 signs give what the reference gives', async name => {
    const drawn = draw(small(name))
    const wanted = drawn.oracle.evaluate(drawn.images, drawn.labels)
    expect(wanted.margin.gradients).toBeGreaterThan(MARGIN)
    const scores = new Map<Arithmetic, Float32Array>()
    for (const arithmetic of ARITHMETICS) scores.set(arithmetic, await scoresOf(drawn, arithmetic))
    expect(scores.get('packed')).toEqual(scores.get('bits'))
    for (const found of scores.values()) expect(relativeError(found, wanted.scores)).toBeLessThan(1e-4)
  })
})
