import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetNamed, presets, removeNode, scaleWidths, setField, type Project } from '../../../../../core/architecture/index.ts'
import { assignmentsTo, repetitionOf } from '../../../../../renderer/features/runs/report/command.ts'

const digits = presetNamed('digits')
const changes = fc.subarray([
  'recipe.epochs=3', 'recipe.seed=9', 'recipe.optimizer={"kind":"sgd","momentum":0.5}', 'recipe.optimizer.kind=adam', 'recipe.learningRate.schedule={"kind":"halve","every":4}', 'recipe.learningRate.start=0.5',
  'recipe.weightDecay.rate=0.001', 'recipe.preprocessing=[{"kind":"randomFlip"},{"kind":"scale","low":0}]', 'recipe.shuffle=false', 'recipe.batchSize=33',
])

describe('the command that repeats a run', () => {
  it('sets exactly what makes the project out of its preset', () => {
    fc.assert(fc.property(fc.constantFrom(...presets), changes, fc.constantFrom(1, 0.5), (preset, set, width) => {
      const wanted = set.reduce((project, assignment) => setField(project, assignment), scaleWidths(preset, width))
      const assignments = assignmentsTo(preset, wanted)
      const made = (assignments ?? []).reduce<Project>((project, assignment) => setField(project, assignment), preset)
      expect(made.recipe).toEqual(wanted.recipe)
      expect(assignmentsTo(made, wanted)).toEqual([])
      if (set.length === 0 && width === 1) expect(assignments).toEqual([])
    }), { numRuns: 40 })
  })

  it('is as people type it', () => {
    expect(repetitionOf(setField(setField({ ...digits, dataset: 'mnist' }, 'recipe.epochs=2'), 'recipe.optimizer={"kind":"sgd","momentum":0.9}'), 500)).toEqual({
      command: `npm run bitwright -- train digits --dataset mnist --limit-train 500 --set recipe.epochs=2 --set 'recipe.optimizer={"kind":"sgd","momentum":0.9}'`, needsProject: false,
    })
    expect(repetitionOf(digits, null).command).toBe('npm run bitwright -- train digits')
  })

  it('knows a preset under another name, the nearest of several', () => {
    expect(repetitionOf({ ...digits, name: 'digits · copy' }, null).command).toBe('npm run bitwright -- train digits')
    const theano = presetNamed('mnist-mlp-theano')
    expect(repetitionOf(setField({ ...theano, name: 'mine' }, 'recipe.seed=7'), null).command).toBe('npm run bitwright -- train mnist-mlp-theano --set recipe.seed=7')
  })

  it('names the file of a project of which no preset can be made', () => {
    expect(repetitionOf({ ...digits, architecture: { ...digits.architecture, nodes: digits.architecture.nodes.map(node => (node.id === 'sign1' ? { ...node, id: 'mine' } : node)) } }, null)).toEqual({ command: 'npm run bitwright -- train project.json', needsProject: true })
    expect(repetitionOf({ ...digits, architecture: removeNode(digits.architecture, 'sign1') }, null).needsProject).toBe(true)
  })
})
