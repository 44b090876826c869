import { expect, test } from 'vitest'
import { START, type Position } from '../../../../core/training/position.ts'
import { forked } from '../../../../main/services/runs/fork.ts'
import { epochRecord } from '../../../support/checkpoints.ts'
import { smallProject } from '../../../support/small-training.ts'

const parent = smallProject({ recipe: { epochs: 4 } })
const between: Position = { ...START, step: 60, epoch: 2, best: epochRecord(1), last: epochRecord(2), sinceBest: 1 }
const within: Position = { ...between, step: 70, batch: 10, lossSum: 12.5, errors: 30 }

const of = (position: Position, ...set: string[]): ReturnType<typeof forked> => forked(parent, position, set, 'here')

test('a fork takes over the place, and has a best epoch of its own', () => {
  expect(of(within)).toEqual({ project: parent, position: { ...within, best: null, last: null, sinceBest: 0 } })
  const { project, position } = of(between, 'recipe.epochs=9', 'recipe.learningRate.start=0.5', 'recipe.batchSize=50', 'recipe.seed=3')
  expect(project.recipe).toMatchObject({ epochs: 9, batchSize: 50, seed: 3, learningRate: { start: 0.5 } })
  expect(position.step).toBe(60)
})

test('what was changed under way holds on unless it is set anew', () => {
  const changed = { ...between, changes: { rateFactor: 0.5, epochs: 7 } }
  expect(of(changed).position.changes).toEqual({ rateFactor: 0.5, epochs: 7 })
  expect(of(changed, 'recipe.epochs=5').position.changes).toEqual({ rateFactor: 0.5 })
  expect(of(changed, 'recipe.learningRate.start=0.1', ' recipe.epochs = 5').position.changes).toBeUndefined()
})

test.each([
  [between, 'nodes.dense1.units=32', 'layer dense1 would be another'],
  [between, 'nodes.sign1.mode=deterministic', 'layer sign1 would be another'],
  [between, 'recipe.optimizer={"kind":"sgd","momentum":0.9}', 'which sgd has no use for'],
  [between, 'recipe.validation=50', 'images that the network was trained on would be held out'],
  [between, 'recipe.preprocessing={"kind":"scale","low":0,"high":1}', 'the images would be others'],
  [between, 'recipe.epochs=2', 'the checkpoint has finished 2 epochs'],
  [within, 'recipe.batchSize=50', 'within an epoch batchSize stays'],
  [within, 'recipe.seed=4', 'within an epoch seed stays'],
])('refuses what the weights or the place do not allow, with the reason (%#)', (position, assignment, words) => {
  expect(() => of(position, assignment)).toThrow(words)
})
