import { z } from 'zod'
import type { Attributes, LayerNode } from './document.ts'
import type { LayerKind, Problem } from './kind.ts'
import { didYouMean, nearestName } from './wording.ts'

type Value = Attributes[string]

/** What an attribute may be, for the inspector's control. Bounds are inclusive unless named otherwise. */
export type Control =
  | { readonly type: 'integer' | 'number'; readonly minimum?: number; readonly maximum?: number; readonly below?: number; readonly above?: number; readonly initial?: number }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly initial?: string }
  | { readonly type: 'boolean'; readonly initial?: boolean }

const PropertySchema = z.union([
  z.object({ enum: z.array(z.string()), default: z.string().optional() }),
  z.object({ type: z.literal('boolean'), default: z.boolean().optional() }),
  z.object({
    type: z.enum(['integer', 'number']),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
    default: z.number().optional(),
  }),
])

const known = new WeakMap<LayerKind, ReadonlyMap<string, Control>>()

/** The controls of a kind's attributes, in the schema's order; `initial` is what a new node has. */
export function controlsOf(kind: LayerKind): ReadonlyMap<string, Control> {
  let controls = known.get(kind)
  if (!controls) {
    const properties = z.toJSONSchema(kind.attributes, { io: 'input' }).properties ?? {}
    controls = new Map(Object.entries(properties).map(([name, property]) => [name, controlOfProperty(property, kind.initial[name])]))
    known.set(kind, controls)
  }
  return controls
}

/** The control of a schema of one value: an enumeration, true or false, or a number. */
export function controlOf(schema: z.ZodType): Control {
  return controlOfProperty(z.toJSONSchema(schema, { io: 'input' }), undefined)
}

function controlOfProperty(written: unknown, initial: Value | undefined): Control {
  const property = PropertySchema.parse(written)
  if ('enum' in property) {
    const value = initial ?? property.default
    return { type: 'choice', choices: property.enum, ...(typeof value === 'string' && { initial: value }) }
  }
  if (property.type === 'boolean') {
    const value = initial ?? property.default
    return { type: 'boolean', ...(typeof value === 'boolean' && { initial: value }) }
  }
  const value = initial ?? property.default
  return {
    type: property.type,
    ...(property.minimum !== undefined && { minimum: property.minimum }),
    ...(property.maximum !== undefined && { maximum: property.maximum }),
    ...(property.exclusiveMinimum !== undefined && { above: property.exclusiveMinimum }),
    ...(property.exclusiveMaximum !== undefined && { below: property.exclusiveMaximum }),
    ...(typeof value === 'number' && { initial: value }),
  }
}

/** As in "a whole number from 1 to 65536". */
export function controlText(control: Control): string {
  if (control.type === 'boolean') return 'true or false'
  if (control.type === 'choice') return `one of ${control.choices.join(', ')}`
  const low = control.above === undefined ? control.minimum : `above ${control.above}`
  const high = control.below === undefined ? control.maximum : `below ${control.below}`
  const range = low === undefined ? (high === undefined ? '' : ` up to ${high}`) : ` from ${low}${high === undefined ? '' : ` to ${high}`}`
  return `a ${control.type === 'integer' ? 'whole ' : ''}number${range}`
}

/** The value closest in meaning that a control takes; what a new node has, if nothing is closer. */
function nearestValue(control: Control, value: Value | undefined): Value | undefined {
  if (control.type === 'boolean') {
    const text = String(value).toLowerCase()
    return ['true', '1', 'yes', 'on'].includes(text) ? true : ['false', '0', 'no', 'off'].includes(text) ? false : control.initial
  }
  if (control.type === 'choice') return nearestName(String(value), control.choices) ?? control.initial ?? control.choices[0]
  const number = typeof value === 'boolean' || value === undefined || value === '' ? NaN : Number(value)
  if (!Number.isFinite(number)) return control.initial
  const clamped = Math.min(Math.max(number, control.minimum ?? -Infinity), control.maximum ?? Infinity)
  return control.type === 'integer' ? Math.round(clamped) : clamped
}

export type Checked = { readonly attributes: Attributes; readonly problems: readonly [] } | { readonly attributes?: Attributes; readonly problems: readonly Problem[] }

/**
 * A node's attributes with defaults filled in, or one problem for each that is wrong. Attributes nobody knows do not
 * keep the others from being read.
 */
export function checkAttributes(kind: LayerKind, node: LayerNode): Checked {
  const parsed = kind.attributes.safeParse(node.attributes)
  // Attribute schemas hold strings, numbers and booleans only, as the document's do.
  if (parsed.success) return { attributes: parsed.data as Attributes, problems: [] }
  const controls = controlsOf(kind)
  const unknown = Object.keys(node.attributes).filter(name => !controls.has(name))
  const problems: Problem[] = unknown.map(name => ({
    code: 'unknownAttribute',
    severity: 'error',
    message: `${node.id} has an attribute "${name}" that ${kind.kind} does not know; ${controls.size === 0 ? 'it takes none' : didYouMean(name, controls.keys())}`,
    node: node.id,
    field: name,
    fixes: [{ label: `Drop ${name}`, node: node.id, set: {}, unset: [name] }],
  }))
  const rest = kind.attributes.safeParse(Object.fromEntries(Object.entries(node.attributes).filter(([name]) => controls.has(name))))
  if (rest.success) return { attributes: rest.data as Attributes, problems }
  for (const [name, control] of controls) {
    if (rest.error.issues.some(issue => issue.path[0] === name)) problems.push(invalid(kind, node, name, control))
  }
  return { problems }
}

function invalid(kind: LayerKind, node: LayerNode, name: string, control: Control): Problem {
  const value = Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined
  const schema = (kind.attributes.shape as Readonly<Record<string, z.core.$ZodType>>)[name] as z.core.$ZodType
  const mended = [nearestValue(control, value), control.initial].find(candidate => candidate !== undefined && z.safeParse(schema, candidate).success)
  return {
    code: 'invalidAttribute',
    severity: 'error',
    message: `${node.id} needs ${name} as ${controlText(control)}; found ${value === undefined ? 'none' : JSON.stringify(value)}`,
    node: node.id,
    field: name,
    fixes: [
      ...(mended === undefined ? [] : [{ label: `Set ${name} to ${String(mended)}`, node: node.id, set: { [name]: mended } }]),
      ...(mended === undefined && z.safeParse(schema, undefined).success ? [{ label: `Leave out ${name}`, node: node.id, set: {}, unset: [name] }] : []),
    ],
  }
}
