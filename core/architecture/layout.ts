import type { Architecture } from './document.ts'
import { layerKinds, type LayerKinds } from './kinds/index.ts'
import { readStructure, type Place } from './structure.ts'

const COLUMN = 250
const ROW = 84
/** Between blocks of one column. */
const GAP = 42

/** Layers under each other in one column: a layer with weights and what follows it up to the next one. */
interface Block {
  readonly members: readonly number[]
  /** Blocks that feed it. */
  readonly before: readonly Block[]
  readonly column: number
  top: number
}

/**
 * The graph with new positions, read from left to right: layers form blocks (see beginsBlock), every block stands in the column
 * behind the last of those that feed it, and blocks of a column stand in the order of what feeds them, around its height. Layers
 * on or behind a loop stand in a row below the others. Pure; the same graph always gives the same picture.
 */
export function laidOut(architecture: Architecture, kinds: LayerKinds = layerKinds): Architecture {
  const { nodes, order } = readStructure(architecture, kinds)
  const blocks = blocksOf(nodes, order)
  const columns: Block[][] = []
  for (const block of blocks) (columns[block.column] ??= []).push(block)
  for (const column of columns) arrange(column)
  const highest = Math.min(0, ...blocks.map(block => block.top))
  const lowest = Math.max(0, ...blocks.map(block => block.top - highest + height(block)))
  const positions = new Map<string, { x: number; y: number }>()
  for (const { members, column, top } of blocks) {
    for (const [row, at] of members.entries()) positions.set((nodes[at] as Place).node.id, { x: column * COLUMN, y: Math.round(top - highest) + row * ROW })
  }
  let stray = 0
  return {
    ...architecture,
    nodes: architecture.nodes.map(node => ({ ...node, position: positions.get(node.id) ?? { x: COLUMN * stray++, y: lowest + GAP } })),
  }
}

function blocksOf(nodes: readonly Place[], order: readonly number[]): Block[] {
  const blocks: { members: number[]; before: Block[]; column: number; top: number }[] = []
  const blockOf = new Map<number, (typeof blocks)[number]>()
  for (const at of order) {
    const place = nodes[at] as Place
    const sources = place.producers.flatMap(producer => (producer === undefined ? [] : [producer]))
    const [only] = sources
    const joined = only === undefined || sources.length > 1 || beginsBlock(place, nodes[only] as Place) ? undefined : blockOf.get(only)
    if (joined) {
      joined.members.push(at)
      blockOf.set(at, joined)
      continue
    }
    const before = [...new Set(sources.flatMap(source => blockOf.get(source) ?? []))]
    const block = { members: [at], before, column: Math.max(-1, ...before.map(other => other.column)) + 1, top: 0 }
    blocks.push(block)
    blockOf.set(at, block)
  }
  return blocks
}

/** Where branches part, at layers with weights, and at a layer that only makes ready for one, such as flatten. */
function beginsBlock({ kind }: Place, source: Place): boolean {
  if (source.consumers.length > 1) return true
  if (kind?.family === 'reshape') return source.kind?.family !== 'input'
  return kind?.family === 'weights' && source.kind?.family !== 'reshape'
}

function height({ members }: Block): number {
  return (members.length - 1) * ROW
}

/** Stands a column's blocks under each other, in the order and around the middle of what feeds them. */
function arrange(column: readonly Block[]): void {
  const wish = (block: Block): number => (block.before.length === 0 ? 0 : block.before.reduce((sum, other) => sum + other.top, 0) / block.before.length)
  const sorted = column.map(block => ({ block, wish: wish(block) })).sort((a, b) => a.wish - b.wish)
  const [first] = sorted
  if (!first) return
  const steps = sorted.map(({ block }) => height(block) + ROW + GAP)
  const reach = steps.slice(0, -1).reduce((sum, step) => sum + step, 0)
  let top = sorted.reduce((sum, one) => sum + one.wish, 0) / sorted.length - reach / 2
  for (const [index, { block }] of sorted.entries()) {
    block.top = top
    top += steps[index] as number
  }
}
