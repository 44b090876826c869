import { describe, expect, it } from 'vitest'
import { presetNamed, presets } from '../../../core/architecture/index.ts'
import { RecipeSchema, type Recipe } from '../../../core/architecture/recipe.ts'
import { newStep, recipeDifferences, recipeForm, stepFields, stepKinds, stepsOf, withField } from '../../../core/architecture/recipeForm.ts'
import { recipeGroups, stepTitles } from '../../../core/architecture/recipeHelp.ts'

const { recipe } = presetNamed('digits')

/** The recipe with fields set one after the other. */
function set(from: Recipe, ...changes: [path: string, value: string | number | boolean | undefined][]): Recipe {
  return changes.reduce((current, [path, value]) => {
    const result = withField(current, path, value)
    if ('refusal' in result) throw new Error(`${path}: ${result.refusal}`)
    return result.recipe
  }, from)
}

/** Every choice of every union, one after the other. */
function* everyForm(): Generator<Recipe> {
  for (const kind of ['sgd', 'adam', 'adamaxShift', 'bop']) yield set(recipe, ['optimizer.kind', kind])
  for (const kind of ['constant', 'linear', 'exponential', 'halve', 'step']) yield set(recipe, ['learningRate.schedule.kind', kind])
}

describe('the recipe as a form', () => {
  it('gathers every field of the schema in exactly one group', () => {
    expect(recipeGroups.flatMap(({ fields }) => fields).toSorted()).toEqual(Object.keys(RecipeSchema.shape).filter(name => name !== 'version').toSorted())
  })

  it('has a label and a help of its own for every field, whatever is chosen', () => {
    for (const form of everyForm()) {
      for (const { path, label, help } of recipeForm(form).flatMap(({ fields }) => fields)) {
        expect(label, path).not.toBe(path)
        expect(help.length, path).toBeGreaterThan(10)
      }
    }
    for (const kind of stepKinds) {
      expect(stepTitles[kind], kind).toBeDefined()
      for (const { path, label, help } of stepFields(newStep(kind), 0)) {
        expect(label, `${kind} ${path}`).not.toContain('.')
        expect(help.length, `${kind} ${path}`).toBeGreaterThan(8)
      }
    }
  })

  it('shows the values of every preset, and setting each to what it is changes nothing', () => {
    for (const preset of presets) {
      for (const { path, value } of recipeForm(preset.recipe).flatMap(({ fields }) => fields)) {
        if (path.endsWith('kind')) continue
        expect(set(preset.recipe, [path, value]), `${preset.name} ${path}`).toEqual(preset.recipe)
      }
    }
  })
})

describe('setting a field', () => {
  it('changes that field alone', () => {
    const changed = set(recipe, ['epochs', 3])
    expect(changed).toEqual({ ...recipe, epochs: 3 })
    expect(recipeDifferences(changed, recipe)).toEqual(new Set(['epochs']))
  })

  it('gives another kind of schedule figures to start from', () => {
    const halved = set(recipe, ['epochs', 20], ['learningRate.schedule.kind', 'halve'])
    expect(halved.learningRate).toEqual({ start: recipe.learningRate.start, schedule: { kind: 'halve', every: 4 } })
    expect(set(halved, ['learningRate.schedule.kind', 'exponential']).learningRate.schedule).toMatchObject({ kind: 'exponential' })
  })

  it('refuses what the schema refuses and says why', () => {
    expect(withField(recipe, 'epochs', 0)).toHaveProperty('refusal')
    expect(withField(recipe, 'learningRate.start', -1)).toHaveProperty('refusal')
    expect(withField(recipe, 'optimizer.kind', 'magic')).toHaveProperty('refusal')
  })
})

describe('preprocessing', () => {
  it('is a list of steps, whose fields have paths into the list', () => {
    const steps = [newStep('randomCrop'), newStep('scale')]
    const listed: Recipe = { ...recipe, preprocessing: steps }
    expect(stepsOf(listed)).toEqual(steps)
    const padding = stepFields(newStep('randomCrop'), 0).find(({ label }) => label === 'Padding')
    expect(padding?.path).toBe('0.padding')
    expect(stepsOf(set(listed, [`preprocessing.${padding?.path ?? ''}`, 4]))[0]).toMatchObject({ kind: 'randomCrop', padding: 4 })
    expect(recipeDifferences(listed, recipe).has('preprocessing')).toBe(true)
  })
})
