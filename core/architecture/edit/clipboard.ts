import { z } from 'zod'
import { BitwrightError } from '../../errors.ts'
import { EdgeSchema, GroupSchema, MAX_EDGES, MAX_GROUPS, MAX_NODES, NodeSchema } from '../document.ts'
import { parseAs } from '../project.ts'
import type { Fragment } from './command.ts'

/** Layers as text, so that they pass between windows, projects and mails. */
const FragmentSchema = z.strictObject({
  bitwright: z.literal('layers'),
  version: z.literal(1),
  nodes: z.array(NodeSchema).min(1).max(MAX_NODES),
  edges: z.array(EdgeSchema).max(MAX_EDGES),
  groups: z.array(GroupSchema).max(MAX_GROUPS).default([]),
})

/** Longest text that is looked into. */
const MAX_TEXT = 4 * 2 ** 20

export function writeFragment({ nodes, edges, groups }: Fragment): string {
  return JSON.stringify({ bitwright: 'layers', version: 1, nodes, edges, groups })
}

/** Undefined for text that is no such thing; throws for what claims to be and is not. */
export function readFragment(text: string): Fragment | undefined {
  if (text.length > MAX_TEXT || !text.trimStart().startsWith('{"bitwright":"layers"')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BitwrightError({ what: 'the layers on the clipboard are no whole JSON text', where: 'clipboard', remedy: 'copy them again', cause })
  }
  const { nodes, edges, groups } = parseAs(FragmentSchema, value, 'clipboard')
  return { nodes, edges, groups }
}
