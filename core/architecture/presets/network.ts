import type { Architecture, Attributes } from '../document.ts'
import { portsOf } from '../kind.ts'
import { kindOf } from '../kinds/index.ts'
import { laidOut } from '../layout.ts'

export interface Layer {
  readonly id: string
  readonly kind: string
  readonly attributes?: Attributes
  /** Ids of the layers it reads, in the order of its ports; left out: the layer before it. */
  readonly from?: readonly string[]
}

/** Layers in order, in groups or one by one, as a graph: each reads what it names or else the one before it. */
export function network(groups: readonly (Layer | readonly Layer[])[]): Architecture {
  const layers = groups.flatMap(group => ('id' in group ? [group] : group))
  const nodes = layers.map(({ id, kind, attributes = {} }) => ({ id, kind, attributes, position: { x: 0, y: 0 } }))
  const edges = layers.flatMap(({ id, kind, attributes = {}, from }, at) => {
    const ports = portsOf(kindOf(kind), attributes)
    const before = at === 0 ? [] : [(layers[at - 1] as Layer).id]
    return (from ?? before).map((source, port) => ({ from: { node: source, port: 'out' }, to: { node: id, port: ports[port] ?? 'in' } }))
  })
  return laidOut({ version: 1, nodes, edges })
}
