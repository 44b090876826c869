import { grouped, type Project } from '../../../../core/architecture/index.ts'
import { recipeForm, stepFields, stepsOf, type RecipeField } from '../../../../core/architecture/recipeForm.ts'
import { recipeGroups, stepTitles } from '../../../../core/architecture/recipeHelp.ts'

/** What a run was told, layers aside. */
export interface Told {
  readonly project: Project
  /** Training images used; null for all. */
  readonly limitTrain: number | null
}

/** One value that a run was told. */
export interface Setting {
  /** As `bitwright train --set` takes it, or `dataset` and `limitTrain`. */
  readonly path: string
  readonly section: string
  readonly label: string
  readonly text: string
}

/** A row of the comparison: a text for each run, undefined where its recipe has no such field. */
export interface SettingRow {
  readonly path: string
  readonly section: string
  readonly label: string
  readonly texts: readonly (string | undefined)[]
}

/** Everything about a run that is no layer, in the order of the recipe's form. */
export function settingsOf({ project, limitTrain }: Told): readonly Setting[] {
  const { recipe } = project
  const fields = recipeForm(recipe).flatMap(({ title, fields: own }) => own.map(field => settingOf(title, field)))
  const steps = stepsOf(recipe)
  return [
    { path: 'dataset', section: 'Data', label: 'Data set', text: project.dataset },
    { path: 'limitTrain', section: 'Data', label: 'Training images', text: limitTrain === null ? 'all' : `the first ${grouped(limitTrain)}` },
    ...fields,
    { path: 'recipe.preprocessing', section: 'Data', label: 'Preprocessing', text: steps.map(({ kind }) => stepTitles[kind] ?? kind).join(', ') },
    ...steps.flatMap((step, index) => stepFields(step, index).map(field => ({ ...settingOf('Data', { ...field, path: `preprocessing.${field.path}` }), label: `${stepTitles[step.kind] ?? step.kind}, step ${index + 1}: ${field.label}` }))),
  ]
}

/** Exactly those settings in which not all of the runs agree. Fields that come and go with a kind of optimizer, schedule or step are among them. */
export function settingDifferences(runs: readonly Told[]): readonly SettingRow[] {
  return settingRows(runs).filter(({ texts }) => texts.some(text => text !== texts[0]))
}

export function settingRows(runs: readonly Told[]): readonly SettingRow[] {
  const perRun = runs.map(run => new Map(settingsOf(run).map(setting => [setting.path, setting])))
  const all = new Map<string, Setting>()
  for (const settings of perRun) for (const [path, setting] of settings) if (!all.has(path)) all.set(path, setting)
  return [...all.values()].map(({ path, section, label }) => ({ path, section, label, texts: perRun.map(settings => settings.get(path)?.text) }))
}

/** A field's label, with that of its part of the recipe where it says too little by itself: "Learning rate: Start". */
export function fullLabel(path: string, label: string): string {
  const [top = ''] = path.split('.')
  const title = recipeGroups.find(({ fields }) => fields.includes(top))?.title ?? ''
  return ['Learning rate', 'Optimizer'].includes(title) && label !== title ? `${title}: ${label}` : label
}

function settingOf(section: string, { path, label, value, unit }: RecipeField): Setting {
  const text = value === undefined ? 'left out' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
  return { path: `recipe.${path}`, section, label: fullLabel(path, label), text: unit === undefined || value === undefined ? text : `${Number.isInteger(value) ? grouped(Number(value)) : text} ${unit}` }
}
