import { checkAttributes } from '../../../../core/architecture/attributes.ts'
import { layerKinds, type Architecture, type Attributes, type Edge, type FieldHelp, type Group, type LayerNode } from '../../../../core/architecture/index.ts'

export type Change = 'added' | 'removed' | 'changed' | 'rewired'

/** An attribute in which two layers of one name differ; undefined where one of them has none. */
export interface AttributeChange {
  readonly name: string
  readonly label: string
  readonly before: string | undefined
  readonly after: string | undefined
}

/** What became of a layer from one network to another. Layers are the same if they have the same name; where they stand does not count. */
export interface LayerChange {
  readonly node: string
  readonly change: Change
  /** Of a changed layer. A rewired one may have none. */
  readonly attributes: readonly AttributeChange[]
  /** What feeds it, before and after, where that differs: "sign1" or "sign1, at b". */
  readonly sources?: { readonly before: readonly string[]; readonly after: readonly string[] }
}

export interface ArchitectureDifferences {
  /** In the order of the second network; what it lacks comes last. Empty if the networks are the same. */
  readonly layers: readonly LayerChange[]
}

export function architectureDifferences(before: Architecture, after: Architecture): ArchitectureDifferences {
  const there = new Map(before.nodes.map(node => [node.id, node]))
  const here = new Map(after.nodes.map(node => [node.id, node]))
  const feeding = { before: sourcesOf(before.edges), after: sourcesOf(after.edges) }
  const repeated = { before: repetitionsOf(before.groups ?? []), after: repetitionsOf(after.groups ?? []) }
  const layers: LayerChange[] = []
  for (const node of after.nodes) {
    const old = there.get(node.id)
    if (!old) {
      layers.push({ node: node.id, change: 'added', attributes: [] })
      continue
    }
    const [times, timesNow] = [repeated.before.get(node.id), repeated.after.get(node.id)]
    const attributes = [...attributeChanges(old, node), ...(times === timesNow ? [] : [{ name: 'repeat', label: 'Repeated', before: times, after: timesNow }])]
    const sources = { before: feeding.before.get(node.id) ?? [], after: feeding.after.get(node.id) ?? [] }
    const rewired = sources.before.join('\n') !== sources.after.join('\n')
    if (attributes.length > 0 || rewired) layers.push({ node: node.id, change: attributes.length > 0 ? 'changed' : 'rewired', attributes, ...(rewired && { sources }) })
  }
  for (const { id } of before.nodes) if (!here.has(id)) layers.push({ node: id, change: 'removed', attributes: [] })
  return { layers }
}

/** How each layer of either network is to be marked on its drawing. */
export function marksOf({ layers }: ArchitectureDifferences): ReadonlyMap<string, Change> {
  return new Map(layers.map(({ node, change }) => [node, change]))
}

/** Sorted, since the order in which edges were drawn says nothing. */
function sourcesOf(edges: readonly Edge[]): ReadonlyMap<string, readonly string[]> {
  const sources = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const list = sources.get(to.node) ?? []
    list.push(to.port === 'in' ? from.node : `${from.node}, at ${to.port}`)
    sources.set(to.node, list)
  }
  for (const list of sources.values()) list.sort()
  return sources
}

function attributeChanges(before: LayerNode, after: LayerNode): readonly AttributeChange[] {
  const kind = layerKinds.get(after.kind)
  const helps: Readonly<Record<string, FieldHelp | undefined>> = kind?.fields ?? {}
  const [a, b] = [complete(before), complete(after)]
  const names = [...new Set([...Object.keys(b), ...Object.keys(a)])]
  const changed = names.filter(name => a[name] !== b[name]).map((name): AttributeChange => ({ name, label: helps[name]?.label ?? name, before: textOf(a[name]), after: textOf(b[name]) }))
  return before.kind === after.kind ? changed : [{ name: 'kind', label: 'Kind', before: before.kind, after: after.kind }, ...changed]
}

/** With the defaults, so that one that is written down is the same as one that is not. */
export function complete(node: LayerNode): Attributes {
  const kind = layerKinds.get(node.kind)
  return (kind && checkAttributes(kind, node).attributes) ?? node.attributes
}

function textOf(value: Attributes[string] | undefined): string | undefined {
  return value === undefined ? undefined : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}

/** Of nodes in groups that repeat: how often, and together with what, since a b a b is another network than a a b b. */
function repetitionsOf(groups: readonly Group[]): ReadonlyMap<string, string> {
  return new Map(groups.filter(({ repeat }) => repeat > 1).flatMap(({ nodes, repeat }) => nodes.map((id): [string, string] => [id, `${repeat} × (${[...nodes].sort().join(', ')})`])))
}
