import { controlsOf, layerKinds, type Control, type Project } from '../../../../core/architecture/index.ts'
import { recipeForm } from '../../../../core/architecture/recipeForm.ts'

/** A field that a run has another value of than what it is made from, as it was typed. */
export interface Override {
  readonly path: string
  readonly text: string
}

/** A field that a run may be started with another value of, or that a sweep goes through. */
export interface LaunchField {
  /** As `--set` takes it: "recipe.learningRate.start", "nodes.dense1.units". */
  readonly path: string
  readonly label: string
  /** The section of the recipe, or the layer. */
  readonly group: string
  readonly control: Control
  readonly value: string | number | boolean | undefined
}

/** Every field of a project's recipe and layers, but for the seed, which repeats change. */
export function launchFields({ recipe, architecture }: Project): LaunchField[] {
  const ofRecipe = recipeForm(recipe).flatMap(({ title, fields }) => fields.filter(({ path }) => path !== 'seed').map(({ path, label, control, value }) => ({ path: `recipe.${path}`, label, group: title, control, value })))
  const ofLayers = architecture.nodes.flatMap(({ id, kind, attributes }) => {
    const described = layerKinds.get(kind)
    if (!described) return []
    const helps: Readonly<Record<string, { readonly label: string }>> = described.fields
    return [...controlsOf(described)].map(([name, control]) => ({ path: `nodes.${id}.${name}`, label: helps[name]?.label ?? name, group: id, control, value: attributes[name] ?? control.initial }))
  })
  return [...ofRecipe, ...ofLayers]
}

export type Values = { readonly values: readonly (string | number | boolean)[] } | { readonly refusal: string }

/** What was typed for a field: one value, or several between commas, each of which the field must be able to take. */
export function valuesOf(text: string, control: Control): Values {
  const parts = text.split(',').map(part => part.trim()).filter(part => part !== '')
  if (parts.length === 0) return { refusal: 'expected a value' }
  const values: (string | number | boolean)[] = []
  for (const part of parts) {
    const value = valueOf(part, control)
    if (value === undefined) return { refusal: `"${part}" is no value of this field` }
    if (values.includes(value)) return { refusal: `"${part}" stands there twice` }
    values.push(value)
  }
  return { values }
}

function valueOf(text: string, control: Control): string | number | boolean | undefined {
  if (control.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (control.type === 'choice') return control.choices.includes(text) ? text : undefined
  const number = Number(text)
  if (!Number.isFinite(number) || (control.type === 'integer' && !Number.isInteger(number))) return undefined
  const low = control.above === undefined ? control.minimum ?? -Infinity : control.above
  const high = control.below === undefined ? control.maximum ?? Infinity : control.below
  const inside = (control.above === undefined ? number >= low : number > low) && (control.below === undefined ? number <= high : number < high)
  return inside ? number : undefined
}
