import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presetNamed, presets, setField, type Project } from '../../../../../core/architecture/index.ts'
import { settingDifferences, settingsOf } from '../../../../../renderer/features/runs/compare/settings.ts'

const told = (project: Project, limitTrain: number | null = null): { project: Project; limitTrain: number | null } => ({ project, limitTrain })
const digits = presetNamed('digits')

/** Single changes that leave every other field as it is. */
const changes = fc.constantFrom(
  ['recipe.epochs', '77', '77'], ['recipe.batchSize', '13', '13'], ['recipe.learningRate.start', '0.125', '0.125'], ['recipe.layerScale.mode', 'exact', 'exact'],
  ['recipe.weightDecay.rate', '0.03', '0.03'], ['recipe.clip', 'off', 'off'], ['recipe.weightInit', 'fanIn', 'fanIn'], ['recipe.loss', 'crossEntropy', 'crossEntropy'],
  ['recipe.validation', '11', '11 images'], ['recipe.shuffle', 'false', 'no'], ['recipe.selection', 'last', 'last'], ['recipe.patience', '9', '9'], ['recipe.activations', 'keep', 'keep'],
)

describe('what runs were told', () => {
  it('differs in exactly the field that was changed, and in the seed where that is another', () => {
    fc.assert(fc.property(fc.constantFrom(...presets), changes, fc.nat(1e6), fc.boolean(), (preset, [path, value, text], seed, first) => {
      const base = setField(preset, 'recipe.seed=1000001')
      const changed = setField(setField(base, `${path}=${value}`), `recipe.seed=${seed}`)
      fc.pre(settingsOf(told(base)).find(setting => setting.path === path)?.text.startsWith(text) === false)
      const rows = settingDifferences(first ? [told(base), told(changed)] : [told(changed), told(base)])
      expect(rows.map(row => row.path).sort()).toEqual([path, 'recipe.seed'].sort())
      const row = rows.find(one => one.path === path)
      expect(row?.texts[first ? 1 : 0]).toContain(text)
    }))
  })

  it('does not differ between equal ones, however many', () => {
    fc.assert(fc.property(fc.constantFrom(...presets), fc.integer({ min: 1, max: 5 }), (preset, times) => {
      expect(settingDifferences(Array.from({ length: times }, () => told(structuredClone(preset))))).toEqual([])
    }))
  })

  it('names the data set and the number of images', () => {
    expect(settingDifferences([told(digits), told({ ...digits, dataset: 'mnist' }, 2000)])).toEqual([
      { path: 'dataset', section: 'Data', label: 'Data set', texts: [digits.dataset, 'mnist'] },
      { path: 'limitTrain', section: 'Data', label: 'Training images', texts: ['all', 'the first 2,000'] },
    ])
  })

  it('shows fields that only one optimizer has as missing with the other', () => {
    const rows = settingDifferences([told(setField(digits, 'recipe.optimizer={"kind":"sgd","momentum":0.9}')), told(setField(digits, 'recipe.optimizer={"kind":"adam"}'))])
    expect(new Map(rows.map(({ path, texts }) => [path, texts]))).toEqual(new Map([
      ['recipe.optimizer.kind', ['sgd', 'adam']], ['recipe.optimizer.momentum', ['0.9', undefined]], ['recipe.optimizer.beta1', [undefined, '0.9']],
      ['recipe.optimizer.beta2', [undefined, '0.999']], ['recipe.optimizer.epsilon', [undefined, '1e-8']],
    ]))
  })

  it('names a field of one step of preprocessing, and the list where steps come or go', () => {
    const steps = (...list: object[]): { project: Project; limitTrain: null } => ({ project: setField(digits, `recipe.preprocessing=${JSON.stringify(list)}`), limitTrain: null })
    const crop = (padding: number): object => ({ kind: 'randomCrop', padding })
    expect(settingDifferences([steps({ kind: 'randomFlip' }, crop(4)), steps({ kind: 'randomFlip' }, crop(2))]).map(({ path, texts }) => [path, ...texts])).toEqual([['recipe.preprocessing.1.padding', '4 pixels', '2 pixels']])
    const [row, ...fields] = settingDifferences([steps({ kind: 'randomFlip' }), steps({ kind: 'randomFlip' }, crop(2))])
    expect(row).toMatchObject({ path: 'recipe.preprocessing', texts: ['Random flip', 'Random flip, Random crop'] })
    expect(fields.every(({ texts }) => texts[0] === undefined && texts[1] !== undefined)).toBe(true)
  })

  it('takes a single step for a list of one', () => {
    expect(settingDifferences([told(setField(digits, 'recipe.preprocessing={"kind":"scale"}')), told(setField(digits, 'recipe.preprocessing=[{"kind":"scale"}]'))])).toEqual([])
  })
})
