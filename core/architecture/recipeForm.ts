import { z } from 'zod'
import { controlOf, type Control } from './attributes.ts'
import type { FieldHelp } from './kind.ts'
import { PreprocessingStepSchema, RecipeSchema, type PreprocessingStep, type Recipe } from './recipe.ts'
import { recipeGroups, recipeHelp } from './recipeHelp.ts'

/**
 * The recipe as a form: what its schema knows, beside what people need to know. A field's path has a dot between names, as
 * `bitwright train --set` takes it without the leading "recipe.".
 */
export interface RecipeField extends FieldHelp {
  readonly path: string
  readonly control: Control
  /** Undefined where an optional number is left out. */
  readonly value: string | number | boolean | undefined
  readonly optional: boolean
}

export interface RecipeSection {
  readonly title: string
  readonly fields: readonly RecipeField[]
}

type Leaf = string | number | boolean

/** Preprocessing is a list of steps and not part of these; see `stepsOf`. */
export function recipeForm(recipe: Recipe): readonly RecipeSection[] {
  return recipeGroups.map(({ title, fields }) => ({
    title,
    fields: fields.filter(name => name !== 'preprocessing').flatMap(name => fieldsAt(RecipeSchema.shape[name as keyof Recipe], recipe[name as keyof Recipe], name, name)),
  }))
}

/** The steps of preprocessing; a single one may be written without a list. */
export function stepsOf({ preprocessing }: Recipe): readonly PreprocessingStep[] {
  return Array.isArray(preprocessing) ? preprocessing : [preprocessing]
}

/** The fields of one step, with paths such as `2.padding`. */
export function stepFields(step: PreprocessingStep, index: number): readonly RecipeField[] {
  const option = optionOf(PreprocessingStepSchema, step)
  return Object.entries(option.shape).filter(([name]) => name !== 'kind').flatMap(([name, schema]) => fieldsAt(schema as z.ZodType, step[name as keyof PreprocessingStep], `${index}.${name}`, `preprocessing.${step.kind}.${name}`))
}

/** Kinds of steps, and each with what it starts with. */
export const stepKinds: readonly PreprocessingStep['kind'][] = PreprocessingStepSchema.options.map(option => option.shape.kind.value)

export function newStep(kind: PreprocessingStep['kind']): PreprocessingStep {
  const sized = { height: 224, width: 224 }
  return PreprocessingStepSchema.parse(kind === 'resize' || kind === 'centreCrop' ? { kind, ...sized } : { kind })
}

/**
 * The recipe with one field set, or why it cannot be. Another kind of optimizer or schedule starts from its defaults, and from
 * reasonable figures where it has none.
 */
export function withField(recipe: Recipe, path: string, value: Leaf | undefined): { readonly recipe: Recipe } | { readonly refusal: string } {
  const result = RecipeSchema.safeParse(placed(recipe, path.split('.'), value, recipe))
  if (result.success) return { recipe: result.data }
  const [issue] = result.error.issues
  return { refusal: issue?.message ?? 'not a possible value' }
}

/** Paths of the fields by which a recipe differs from another, its preset's say; `preprocessing` is one of them as a whole. */
export function recipeDifferences(recipe: Recipe, other: Recipe): ReadonlySet<string> {
  const there = new Map(allFields(other).map(({ path, value }) => [path, value]))
  const different = new Set(allFields(recipe).filter(({ path, value }) => !there.has(path) || there.get(path) !== value).map(({ path }) => path))
  if (JSON.stringify(stepsOf(recipe)) !== JSON.stringify(stepsOf(other))) different.add('preprocessing')
  return different
}

const allFields = (recipe: Recipe): RecipeField[] => recipeForm(recipe).flatMap(({ fields }) => fields)

function fieldsAt(schema: z.ZodType, value: unknown, path: string, helpPath: string): RecipeField[] {
  const { inner, optional } = unwrapped(schema)
  if (inner instanceof z.ZodObject) return Object.entries(inner.shape as Record<string, z.ZodType>).flatMap(([name, field]) => fieldsAt(field, part(value, name), `${path}.${name}`, `${helpPath}.${name}`))
  if (inner instanceof z.ZodDiscriminatedUnion) {
    const kinds = (inner.options as z.ZodObject[]).map(kindOf)
    const kind = part(value, 'kind') as string
    const chosen = optionOf(inner, value)
    return [
      { ...helpAt(`${helpPath}.kind`), path: `${path}.kind`, control: { type: 'choice', choices: kinds }, value: kind, optional: false },
      ...Object.entries(chosen.shape as Record<string, z.ZodType>).filter(([name]) => name !== 'kind').flatMap(([name, field]) => fieldsAt(field, part(value, name), `${path}.${name}`, `${helpPath}.${name}`)),
    ]
  }
  return [{ ...helpAt(helpPath), path, control: controlOf(inner), value: value as Leaf | undefined, optional }]
}

/** The value itself, out of what says that it may be left out. */
function unwrapped(schema: z.ZodType): { readonly inner: z.ZodType; readonly optional: boolean } {
  if (schema instanceof z.ZodDefault) return unwrapped(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodOptional) return { ...unwrapped(schema.unwrap() as z.ZodType), optional: true }
  return { inner: schema, optional: false }
}

function optionOf(union: z.ZodDiscriminatedUnion, value: unknown): z.ZodObject {
  const kind = part(value, 'kind')
  return (union.options as z.ZodObject[]).find(option => kindOf(option) === kind) as z.ZodObject
}

function kindOf(option: z.ZodObject): string {
  return String((option.shape.kind as z.ZodLiteral).value)
}

function part(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
}

/** Fields of unions that are in several kinds share their help. A field nobody described is a fault that the tests find. */
function helpAt(path: string): FieldHelp {
  return recipeHelp[path] ?? { label: path, help: '' }
}

function placed(current: unknown, [name, ...rest]: readonly string[], value: Leaf | undefined, recipe: Recipe): unknown {
  if (name === undefined) return value
  if (Array.isArray(current)) return current.map((item: unknown, index) => (String(index) === name ? placed(item, rest, value, recipe) : item))
  const fields = Object.entries(typeof current === 'object' && current !== null ? current : {})
  if (name === 'kind' && rest.length === 0) return { ...figuresFor(value, recipe), kind: value }
  const next = placed(part(current, name), rest, value, recipe)
  const others = fields.filter(([key]) => key !== name)
  return Object.fromEntries(next === undefined ? others : [...others, [name, next]])
}

/** What a schedule needs beyond its defaults. */
function figuresFor(kind: Leaf | undefined, { learningRate, epochs }: Recipe): Record<string, number> {
  if (kind === 'exponential') return { end: learningRate.start / 10_000 }
  const every = Math.max(1, Math.round(epochs / 5))
  if (kind === 'halve') return { every }
  return kind === 'step' ? { every, factor: 0.1 } : {}
}
