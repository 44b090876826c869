import type { Architecture, Attributes } from '../document.ts'

export interface Layer {
  readonly id: string
  readonly kind: string
  readonly attributes?: Attributes
}

const COLUMN = 250
const ROW = 84

/**
 * A chain of layers as a graph: each feeds the next. Every block is a column, read from top to bottom, and the
 * columns stand from left to right.
 */
export function chain(blocks: readonly (readonly Layer[])[]): Architecture {
  const nodes = blocks.flatMap((block, column) => block.map(({ id, kind, attributes = {} }, row) => ({
    id, kind, attributes, position: { x: column * COLUMN, y: row * ROW },
  })))
  const edges = nodes.slice(1).map((node, at) => ({
    from: { node: nodes[at]?.id ?? '', port: 'out' },
    to: { node: node.id, port: 'in' },
  }))
  return { version: 1, nodes, edges }
}
