import { afterAll, beforeAll, expect, test } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Project } from '../../../core/architecture/project.ts'
import { madeBy, openEngine } from '../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'

/** The small project with attributes of its two dense layers, and another optimizer. */
function variant(weights: readonly [Record<string, string | boolean>, Record<string, string | boolean>], recipe: Partial<Project['recipe']>): Project {
  const project = smallProject({ recipe: { epochs: 3, ...recipe } })
  const nodes = project.architecture.nodes.map(node => ({ ...node, attributes: { ...node.attributes, ...(node.id === 'dense1' ? weights[0] : node.id === 'dense2' ? weights[1] : {}) } }))
  return { ...project, architecture: { ...project.architecture, nodes } }
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const variants: readonly (readonly [string, Project])[] = [
  ['Bop', variant([{}, {}], { optimizer: { kind: 'bop', threshold: 1e-7, gamma: 1e-2, gammaSchedule: { kind: 'step', every: 1, factor: 0.5 }, ...adam }, learningRate: { start: 0.01, schedule: { kind: 'linear' } }, layerScale: { mode: 'off', batchNormScale: false } })],
  ['stochastic weights', variant([{ binarisation: 'stochastic' }, {}], {})],
  ['scaled, centred weights', variant([{ weights: 'scaled', scaleGradient: 'paper', weightMask: 'strict', centred: true }, { weights: 'scaled' }], { weightDecay: { rate: 1e-4, on: 'weights' } })],
]

let home: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bitwright-variants-'))
  await storeSmall(home, smallDataset(1000, 200))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test.each(variants)('%s: learns, and a run that was stopped and resumed ends with the same bytes', async (_, project) => {
  const engine = openEngine(home)
  const whole = await engine.call('train', { project, dataset: 'small' })
  expect(whole.state).toBe('finished')
  // Guessing among ten classes is wrong nine times in ten.
  expect(whole.testError).toBeLessThan(0.5)
  const training = engine.call('train', { project, dataset: 'small' })
  await engine.seen(({ event, data }) => event === 'progress' && data.epoch === 2)
  await engine.call('control', { action: 'stop' })
  const { state, run, directory } = await training
  expect(state).toBe('stopped')
  const other = openEngine(home)
  expect(await other.call('resume', { run })).toMatchObject({ state: 'finished', epochs: 3 })
  expect(madeBy(directory)).toEqual(madeBy(whole.directory))
})
