import { z } from 'zod'
import { BitwrightError } from '../errors.ts'
import { layerKinds, type LayerKinds } from './kinds/index.ts'
import { parseAs, ProjectSchema, type Project } from './project.ts'
import { RecipeSchema } from './recipe.ts'
import { checked, requireOwnIds, withNodes } from './transform.ts'
import { didYouMean } from './wording.ts'

/**
 * The project with one field set, from text such as `recipe.batchSize=200`, `recipe.optimizer.kind=sgd` or
 * `nodes.dense1.units=512`. The value is JSON, or else the bare text. Choosing another `kind` starts from that kind's
 * defaults; one that needs more is set whole: `recipe.learningRate.schedule={"kind":"halve","every":10}`.
 * Throws on a field that does not exist and on a value its schema refuses.
 */
export function setField(project: Project, assignment: string, kinds: LayerKinds = layerKinds): Project {
  const equals = assignment.indexOf('=')
  if (equals < 0) throw new BitwrightError({ what: `expected PATH=VALUE, found "${assignment}"`, remedy: 'write, for example, recipe.batchSize=200' })
  const path = assignment.slice(0, equals).trim()
  const value = parseValue(assignment.slice(equals + 1).trim())
  const [top, ...rest] = path.split('.')
  if (top === 'recipe' && rest.length > 0) {
    const recipe = parseAs(RecipeSchema, replaced(RecipeSchema, project.recipe, rest, value, 'recipe'), path)
    return parseAs(ProjectSchema, { ...project, recipe }, project.name)
  }
  // Ids may contain dots, attributes never do.
  if (top === 'nodes' && rest.length > 1) return setAttribute(project, rest.slice(0, -1).join('.'), rest.at(-1) as string, value, kinds)
  throw new BitwrightError({ what: `there is no field "${path}" to set`, remedy: 'set recipe.FIELD or nodes.ID.ATTRIBUTE' })
}

/** Several assignments, one after the other. */
export function setFields(project: Project, assignments: readonly string[]): Project {
  return assignments.reduce((changed, assignment) => setField(changed, assignment), project)
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function setAttribute(project: Project, id: string, name: string, value: unknown, kinds: LayerKinds): Project {
  requireOwnIds(project)
  const { nodes } = project.architecture
  const target = nodes.find(node => node.id === id)
  if (!target) throw new BitwrightError({ what: `there is no node "${id}"`, where: project.name, remedy: didYouMean(id, nodes.map(node => node.id)) })
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw new BitwrightError({ what: `expected text, a number, true or false; found ${JSON.stringify(value)}`, where: `nodes.${id}.${name}` })
  }
  // fromEntries defines the field even under a name such as __proto__; the kind then refuses it by name.
  const attributes = Object.fromEntries([...Object.entries(target.attributes), [name, value]])
  return withNodes(project, nodes.map(node => (node === target ? checked({ ...target, attributes }, kinds) : node)))
}

type Schema = z.core.$ZodType

/** A copy of `current` with the value at `path`, every step of which the schema must know. */
function replaced(schema: Schema, current: unknown, path: readonly string[], value: unknown, where: string): unknown {
  const [name, ...rest] = path
  if (name === undefined) return value
  const fields = fieldsOf(schema, current)
  if (!fields) throw new BitwrightError({ what: `${where} has no fields, so "${name}" cannot be set in it`, remedy: `set ${where} itself` })
  if (!Object.hasOwn(fields.shape, name)) {
    throw new BitwrightError({ what: `${where} has no field "${name}"`, remedy: didYouMean(name, Object.keys(fields.shape)) })
  }
  const record = typeof current === 'object' && current !== null ? current : {}
  const before: unknown = Object.entries(record).find(([key]) => key === name)?.[1]
  if (rest.length === 0 && name === fields.discriminator && before !== value) return switched(schema, name, value, where)
  return { ...record, [name]: replaced(fields.shape[name] as Schema, before, rest, value, `${where}.${name}`) }
}

/** Another of several shapes, with its defaults; fields it needs beyond them have to come with it. */
function switched(schema: Schema, discriminator: string, value: unknown, where: string): unknown {
  const next = { [discriminator]: value }
  const result = z.safeParse(schema, next)
  if (result.success) return next
  const missing = result.error.issues.map(issue => String(issue.path[0])).filter(name => name !== discriminator)
  // An unknown choice is left to the schema's own message, which lists them.
  if (missing.length === 0) return next
  throw new BitwrightError({
    what: `${where} of kind ${String(value)} needs ${missing.join(' and ')} as well`,
    where: `${where}.${discriminator}`,
    remedy: `set it whole, as in ${where}={"${discriminator}":${JSON.stringify(value)},${missing.map(name => `"${name}":…`).join(',')}}`,
  })
}

interface Fields {
  readonly shape: Readonly<Record<string, Schema>>
  /** The field that says which of several shapes this is. */
  readonly discriminator?: string
}

/** The fields of an object, or of the one of several objects that `current` is. */
function fieldsOf(schema: Schema, current: unknown): Fields | undefined {
  if (schema instanceof z.ZodDefault) return fieldsOf(schema.unwrap(), current)
  if (schema instanceof z.ZodObject) return { shape: schema.shape }
  if (!(schema instanceof z.ZodUnion)) return undefined
  if (!(schema instanceof z.ZodDiscriminatedUnion)) {
    const option = schema.options.find(one => z.safeParse(one, current).success)
    return option && fieldsOf(option, current)
  }
  const { discriminator } = schema.def
  for (const option of schema.options) {
    const fields = fieldsOf(option, current)
    if (fields && z.safeParse(option, current).success) return { ...fields, discriminator }
  }
  return undefined
}
