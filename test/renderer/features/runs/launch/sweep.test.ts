import { describe, expect, it } from 'vitest'
import { presetNamed, setField } from '../../../../../core/architecture/index.ts'
import { appRoutes } from '../../../../../main/contract/app/index.ts'
import { launchFields, valuesOf, type LaunchField } from '../../../../../renderer/features/runs/launch/fields.ts'
import { newAxis, readSweep } from '../../../../../renderer/features/runs/launch/sweep.ts'

const project = presetNamed('digits')
const fields = launchFields(project)
const field = (path: string): LaunchField => fields.find(candidate => candidate.path === path) ?? fail(path)
function fail(path: string): never {
  throw new Error(`there is no field ${path}`)
}

describe('fields to launch with', () => {
  it('are all taken by --set, with the value they have', () => {
    expect(fields.length).toBeGreaterThan(20)
    for (const { path, value } of fields) if (value !== undefined) expect(() => setField(project, `${path}=${JSON.stringify(value)}`), path).not.toThrow()
    expect(fields.some(({ path }) => path === 'recipe.seed')).toBe(false)
    expect(field('nodes.dense1.units').value).toBe(512)
  })

  it('read values between commas, and refuse what they cannot take', () => {
    expect(valuesOf('1e-3, 0.01', field('recipe.learningRate.start').control)).toEqual({ values: [1e-3, 0.01] })
    expect(valuesOf('0.5', field('recipe.epochs').control)).toHaveProperty('refusal')
    expect(valuesOf('adam, sgd', field('recipe.optimizer.kind').control)).toEqual({ values: ['adam', 'sgd'] })
    expect(valuesOf('nonsense', field('recipe.optimizer.kind').control)).toHaveProperty('refusal')
    expect(valuesOf('true', field('recipe.shuffle').control)).toEqual({ values: [true] })
    expect(valuesOf(' , ', field('recipe.epochs').control)).toHaveProperty('refusal')
    expect(valuesOf('3, 3', field('recipe.epochs').control)).toHaveProperty('refusal')
  })
})

describe('a sweep that was written', () => {
  const base = { count: 5, seed: 1 } as const
  const taken = (sweep: unknown): boolean => appRoutes['queue.add'].input.safeParse({ project, sweep }).success

  it('is one the queue takes, with as many runs', () => {
    const axes = [{ path: 'recipe.learningRate.start', text: '0.1, 0.01, 0.001', range: null }, { path: 'nodes.dense1.units', text: '64, 128', range: null }]
    const grid = readSweep({ ...base, kind: 'grid', axes }, fields)
    expect(grid).toMatchObject({ runs: 6 })
    expect('sweep' in grid && taken(grid.sweep)).toBe(true)
    const random = readSweep({ ...base, kind: 'random', axes: [{ path: 'recipe.epochs', text: '', range: { min: 1, max: 4, scale: 'linear' } }, ...axes.slice(1)] }, fields)
    expect(random).toMatchObject({ runs: 5, sweep: { axes: [{ integer: true }, { values: [64, 128] }] } })
    expect('sweep' in random && taken(random.sweep)).toBe(true)
    expect(readSweep({ ...base, kind: 'none', axes }, fields)).toEqual({ sweep: undefined, runs: 1 })
  })

  it('names the axis that is wrong', () => {
    expect(readSweep({ ...base, kind: 'grid', axes: [{ path: 'recipe.epochs', text: 'many', range: null }] }, fields)).toMatchObject({ path: 'recipe.epochs' })
    expect(readSweep({ ...base, kind: 'random', axes: [{ path: 'recipe.epochs', text: '', range: { min: 0, max: 4, scale: 'log' } }] }, fields)).toHaveProperty('refusal')
    expect(readSweep({ ...base, kind: 'grid', axes: [{ path: 'nodes.gone.units', text: '1', range: null }] }, fields)).toHaveProperty('refusal')
  })

  it('begins around what there is, for every field, with values it takes', () => {
    for (const each of fields.filter(({ value }) => value !== undefined && !(typeof value === 'number' && value <= 0))) {
      const axis = newAxis(each)
      expect(axis.text, each.path).not.toBe('')
      if (each.control.type === 'choice' || each.control.type === 'boolean') expect(valuesOf(axis.text, each.control), each.path).toHaveProperty('values')
    }
  })
})
