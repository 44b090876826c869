import { z } from 'zod'

/**
 * The graph people draw: a directed acyclic graph of layers. Ports are named; a kind with one input calls it
 * `in`, and every kind's single output is `out`. Attributes are checked by the layer kind, not here.
 */
export const MAX_NODES = 4096
export const MAX_EDGES = 16384
export const MAX_GROUPS = 1024
export const MAX_REPEAT = 256

const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,63}$/, 'expected a letter, then up to 63 letters, digits, "_", "." or "-"')

export const NodeSchema = z.strictObject({
  id: identifier,
  kind: z.string().max(64),
  attributes: z.record(z.string().max(64), z.union([z.string().max(256), z.number(), z.boolean()])).default({}),
  position: z.strictObject({ x: z.number().min(-1e6).max(1e6), y: z.number().min(-1e6).max(1e6) }).default({ x: 0, y: 0 }),
})

const EndSchema = z.strictObject({ node: identifier, port: z.string().max(64) })

export const EdgeSchema = z.strictObject({
  from: EndSchema.extend({ port: z.string().max(64).default('out') }),
  to: EndSchema.extend({ port: z.string().max(64).default('in') }),
})

/** Nodes that are seen as one, and stand for themselves `repeat` times in a row (groups.ts). A node is in one group at most. */
export const GroupSchema = z.strictObject({
  id: identifier,
  name: z.string().min(1).max(120),
  nodes: z.array(identifier).min(1).max(MAX_NODES),
  repeat: z.int().min(1).max(MAX_REPEAT).default(1),
  collapsed: z.boolean().default(false),
})

export const ArchitectureSchema = z.strictObject({
  version: z.literal(1),
  nodes: z.array(NodeSchema).max(MAX_NODES),
  edges: z.array(EdgeSchema).max(MAX_EDGES),
  /** Left out where there are none. */
  groups: z.array(GroupSchema).max(MAX_GROUPS).optional(),
})

export type LayerNode = z.infer<typeof NodeSchema>
export type Group = z.infer<typeof GroupSchema>
export type Edge = z.infer<typeof EdgeSchema>
export type Architecture = z.infer<typeof ArchitectureSchema>
export type Attributes = LayerNode['attributes']
