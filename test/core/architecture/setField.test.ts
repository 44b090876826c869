import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BitwrightError } from '../../../core/errors.ts'
import { ProjectSchema } from '../../../core/architecture/project.ts'
import { presetNamed } from '../../../core/architecture/presets/index.ts'
import { setField } from '../../../core/architecture/setField.ts'
import { projectOf, sound } from './graphs.ts'

const project = projectOf(sound())
const set = (assignment: string): typeof project => setField(project, assignment)

describe('a field of the recipe', () => {
  test.each([
    ['recipe.batchSize=200', { batchSize: 200 }],
    [' recipe.seed = 7 ', { seed: 7 }],
    ['recipe.shuffle=false', { shuffle: false }],
    ['recipe.clip=everything', { clip: 'everything' }],
    ['recipe.clip="off"', { clip: 'off' }],
    ['recipe.learningRate.start=1e-2', { learningRate: { start: 0.01, schedule: { kind: 'halve', every: 5 } } }],
    ['recipe.learningRate.schedule.every=20', { learningRate: { start: 0.1, schedule: { kind: 'halve', every: 20 } } }],
    ['recipe.learningRate.schedule={"kind":"exponential","end":1e-4}', { learningRate: { start: 0.1, schedule: { kind: 'exponential', end: 1e-4 } } }],
    ['recipe.learningRate.schedule.kind=constant', { learningRate: { start: 0.1, schedule: { kind: 'constant' } } }],
    ['recipe.optimizer.kind=sgd', { optimizer: { kind: 'sgd', momentum: 0 } }],
    ['recipe.optimizer.kind=adam', { optimizer: project.recipe.optimizer }],
    ['recipe.optimizer.beta1=0.5', { optimizer: { kind: 'adam', beta1: 0.5, beta2: 0.999, epsilon: 1e-8 } }],
    ['recipe.preprocessing.kind=standardise', { preprocessing: { kind: 'standardise' } }],
    ['recipe.preprocessing.low=0', { preprocessing: { kind: 'scale', low: 0, high: 1 } }],
    ['recipe.layerScale.mode=exact', { layerScale: { mode: 'exact', batchNormScale: false } }],
  ])('%s', (assignment, expected) => {
    expect(set(assignment).recipe).toEqual({ ...project.recipe, ...expected })
  })

  test.each([
    ['recipe.batchsize=2', 'recipe has no field "batchsize"; did you mean batchSize?'],
    ['recipe.optimizer.momentum=0.9', 'recipe.optimizer has no field "momentum"; '],
    ['recipe.optimizer.kind=rmsprop', "Expected 'sgd' | 'adam' | 'adamaxShift' | 'bop'; at recipe.optimizer.kind"],
    ['recipe.learningRate.schedule.kind=step', 'recipe.learningRate.schedule of kind step needs every and factor as well'],
    ['recipe.learningRate.schedule={"kind":"step"}', 'learningRate.schedule.every'],
    ['recipe.seed.low=1', 'recipe.seed has no fields, so "low" cannot be set in it'],
    ['recipe.epochs=0', 'at recipe.epochs'],
    ['recipe.epochs=null', 'expected number'],
    ['recipe.learningRate.start=1e999', 'at recipe.learningRate.start'],
    ['recipe.version=2', 'at recipe.version'],
    ['recipe.optimizer.beta1=', 'at recipe.optimizer.beta1'],
  ])('%s is refused', (assignment, message) => {
    expect(() => set(assignment)).toThrow(message)
  })
})

describe('an attribute of a node', () => {
  test('is set by the node and the last name', () => {
    expect(set('nodes.dense1.units=64').architecture.nodes.find(node => node.id === 'dense1')?.attributes).toEqual({ units: 64 })
    expect(set('nodes.sign1.mode=stochastic').architecture.nodes.find(node => node.id === 'sign1')?.attributes).toEqual({ mode: 'stochastic' })
    const dotted = sound()
    for (const node of dotted.nodes) if (node.id === 'head') node.id = 'head.a.b'
    for (const edge of dotted.edges) if (edge.to.node === 'head') edge.to.node = 'head.a.b'
    expect(setField(projectOf(dotted), 'nodes.head.a.b.weight=0.3').architecture.nodes.at(-1)?.attributes).toEqual({ weight: 0.3 })
  })

  test.each([
    ['nodes.dense9.units=4', 'there is no node "dense9"; at test; did you mean dense'],
    ['nodes.dense1.unit=4', 'dense1 has an attribute "unit" that dense does not know; did you mean units?'],
    ['nodes.dense1.units=0', 'dense1 needs units as a whole number from 1 to 65536; found 0'],
    ['nodes.dense1.units=[1]', 'expected text, a number, true or false; found [1]'],
    ['nodes.dense1=4', 'there is no field "nodes.dense1" to set'],
  ])('%s is refused', (assignment, message) => {
    expect(() => set(assignment)).toThrow(message)
  })
})

describe('anything else', () => {
  test.each([
    'recipe', 'recipe=1', 'recipe={"version":1}', '=1', 'name=x', 'dataset=mnist', 'architecture.version=1', 'architecture.nodes=[]', '__proto__.x=1', 'recipe.=1', 'recipe..x=1',
    'recipe.__proto__.polluted=1', 'recipe.__proto__=1', 'recipe.constructor.prototype.polluted=1', 'recipe.optimizer.__proto__.polluted=1', 'recipe.toString=1',
    'nodes.dense1.__proto__=1', 'nodes.dense1.constructor=1', 'nodes.__proto__.polluted=1', 'nodes.constructor.name=x',
  ])('%s is refused', assignment => {
    expect(() => set(assignment)).toThrow(BitwrightError)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('text of any kind gives a valid project or a message', () => {
    const path = fc.array(fc.constantFrom('recipe', 'nodes', 'optimizer', 'kind', 'learningRate', 'schedule', 'seed', 'dense1', 'units', 'bias', '__proto__', 'constructor', ''), { minLength: 1, maxLength: 5 }).map(names => names.join('.'))
    const value = fc.oneof(fc.json(), fc.string(), fc.constantFrom('sgd', '1', 'true', '{"__proto__":{"x":1}}'))
    fc.assert(fc.property(path, value, (where, text) => {
      try {
        const changed = setField(project, `${where}=${text}`)
        expect(ProjectSchema.parse(changed)).toEqual(changed)
      } catch (error) {
        if (!(error instanceof BitwrightError)) throw error
      }
    }), { numRuns: 500 })
  })

  test('works on frozen presets, and leaves them as they are', () => {
    const preset = presetNamed('mnist-mlp-torch')
    const before = JSON.stringify(preset)
    expect(setField(preset, 'recipe.learningRate.schedule.every=20').recipe.learningRate.schedule).toEqual({ kind: 'halve', every: 20 })
    expect(setField(preset, 'recipe.optimizer.mode=paper').recipe.optimizer).toMatchObject({ mode: 'paper', beta1: 0.9 })
    expect(JSON.stringify(preset)).toBe(before)
  })
})
