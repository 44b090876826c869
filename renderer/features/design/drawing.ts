import {
  copyId, elements, layerKinds, portsOf, type Architecture, type Edge, type Family, type Flow, type Group, type Inference, type LayerNode, type Problem,
} from '../../../core/architecture/index.ts'
import { layerText, shapeShort } from './wording.ts'

/** Size of a layer on the drawing, in its own units; the rows and columns of the automatic layout leave room for it. */
export const NODE = { width: 176, height: 56 } as const
/** With the gap below it, in which the edge's shape is written. */
export const ROOM = { width: NODE.width, height: 84 } as const
const FRAME = { side: 14, top: 34, bottom: 14 } as const

export interface DrawnLayer {
  readonly id: string
  readonly type: 'layer' | 'group' | 'frame'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly title: string
  readonly family: Family | 'group'
  /** Left and right of the second line. */
  readonly shape: string
  readonly weights: string
  /** Share of the network's XNOR words and float multiply-accumulates, 0 to 1. */
  readonly work: number
  readonly ports: readonly string[]
  readonly hasOutput: boolean
  readonly severity: Problem['severity'] | undefined
  /** The whole of it for a screen reader. */
  readonly spoken: string
  /** Of a group: how often it repeats; else 1. */
  readonly repeat: number
}

export interface DrawnEdge {
  readonly id: string
  readonly edge: Edge
  /** Ids of what is drawn: of a collapsed group, the group's. */
  readonly source: string
  readonly target: string
  readonly port: string
  /** Leaves at the right and arrives at the left; else at the bottom and the top. */
  readonly sideways: boolean
  readonly flow: Flow | 'unknown'
  readonly shape: string
  readonly wrong: boolean
}

export interface Drawing {
  readonly layers: readonly DrawnLayer[]
  readonly edges: readonly DrawnEdge[]
}

export const groupNodeId = (group: string): string => `group ${group}`
export const frameNodeId = (group: string): string => `frame ${group}`

export function edgeId({ from, to }: Edge): string {
  return `${from.node} ${to.node} ${to.port}`
}

/** The graph as it is drawn: pure, from the document and what is known about it. */
export function drawingOf(architecture: Architecture, inference: Inference): Drawing {
  const severities = severitiesOf(inference.problems)
  const works = worksOf(architecture, inference)
  const collapsed = new Map<string, Group>()
  const layers: DrawnLayer[] = []
  for (const group of architecture.groups ?? []) {
    const members = architecture.nodes.filter(node => group.nodes.includes(node.id))
    if (members.length === 0) continue
    if (group.collapsed) for (const { id } of members) collapsed.set(id, group)
    layers.push(group.collapsed ? drawnGroup(group, members, architecture, inference, severities, works) : drawnFrame(group, members))
  }
  for (const node of architecture.nodes) if (!collapsed.has(node.id)) layers.push(drawnLayer(node, inference, severities, works))
  const places = new Map(layers.map(layer => [layer.id, layer]))
  const edges = architecture.edges.flatMap(edge => drawnEdge(edge, collapsed, places, inference))
  return { layers, edges: [...new Map(edges.map(edge => [edge.id, edge])).values()] }
}

function severitiesOf(problems: readonly Problem[]): Map<string, Problem['severity']> {
  const severities = new Map<string, Problem['severity']>()
  for (const { node, severity } of problems) if (node !== undefined && severities.get(node) !== 'error') severities.set(node, severity)
  return severities
}

/** Each node's share of the work of one image, its repetitions with it. An XNOR word counts as one float multiply-accumulate. */
function worksOf(architecture: Architecture, inference: Inference): Map<string, number> {
  const repeats = new Map((architecture.groups ?? []).flatMap(group => group.nodes.map((id): [string, number] => [id, group.repeat])))
  const works = new Map<string, number>()
  let total = 0
  for (const { id } of architecture.nodes) {
    let own = 0
    for (let repetition = 1; repetition <= (repeats.get(id) ?? 1); repetition++) {
      const cost = inference.nodes.get(copyId(id, repetition))?.cost
      own += (cost?.xnorWords ?? 0) + (cost?.floatMacs ?? 0)
    }
    works.set(id, own)
    total += own
  }
  for (const [id, own] of works) works.set(id, total === 0 ? 0 : own / total)
  return works
}

function drawnLayer(node: LayerNode, inference: Inference, severities: ReadonlyMap<string, Problem['severity']>, works: ReadonlyMap<string, number>): DrawnLayer {
  const kind = layerKinds.get(node.kind)
  const known = inference.nodes.get(node.id)
  const signal = known?.signal ?? (kind?.hasOutput === false ? known?.inputs[0] : undefined)
  const severity = severities.get(node.id)
  const title = layerText(node)
  const shape = signal ? shapeShort(signal) : '—'
  return {
    id: node.id,
    type: 'layer',
    x: node.position.x,
    y: node.position.y,
    ...NODE,
    title,
    family: kind?.family ?? 'group',
    shape,
    weights: weightsText(known?.cost),
    work: works.get(node.id) ?? 0,
    ports: kind ? portsOf(kind, known?.attributes ?? node.attributes) : [],
    hasOutput: kind?.hasOutput ?? true,
    severity,
    spoken: `${node.id}: ${title}, ${signal ? `${shape} ${signal.flow}, ${elements(signal.shape)} values` : 'shape unknown'}${severity === undefined ? '' : `, has ${severity === 'error' ? 'a problem' : 'a warning'}`}`,
    repeat: 1,
  }
}

function weightsText(cost: { readonly binaryParameters: number; readonly realParameters: number } | undefined): string {
  if (!cost) return ''
  const { binaryParameters, realParameters } = cost
  if (binaryParameters > 0) return `${compact(binaryParameters)} bits`
  return realParameters > 0 ? `${compact(realParameters)} reals` : ''
}

/** Whole below a million, for which there is room. */
function compact(value: number): string {
  return value < 1e6 ? String(value).replace(/\B(?=(\d{3})+$)/g, ',') : `${(value / 1e6).toPrecision(3)} M`
}

function drawnGroup(group: Group, members: readonly LayerNode[], architecture: Architecture, inference: Inference, severities: ReadonlyMap<string, Problem['severity']>, works: ReadonlyMap<string, number>): DrawnLayer {
  const ids = new Set(group.nodes)
  const exits = architecture.edges.filter(edge => ids.has(edge.from.node) && !ids.has(edge.to.node))
  const entries = architecture.edges.filter(edge => !ids.has(edge.from.node) && ids.has(edge.to.node))
  const [exit] = exits
  const signal = exit && inference.nodes.get(copyId(exit.from.node, group.repeat))?.signal
  const bits = members.reduce((sum, { id }) => sum + (inference.nodes.get(id)?.cost?.binaryParameters ?? 0), 0) * group.repeat
  const worst = members.map(({ id }) => severities.get(id)).sort((a, b) => Number(b === 'error') - Number(a === 'error')).find(severity => severity !== undefined)
  const title = `${group.name}${group.repeat > 1 ? ` ×${group.repeat}` : ''}`
  return {
    id: groupNodeId(group.id),
    type: 'group',
    x: Math.min(...members.map(node => node.position.x)),
    y: Math.min(...members.map(node => node.position.y)),
    ...NODE,
    title,
    family: 'group',
    shape: signal ? shapeShort(signal) : '—',
    weights: weightsText({ binaryParameters: bits, realParameters: 0 }) || `${members.length} layers`,
    work: members.reduce((sum, { id }) => sum + (works.get(id) ?? 0), 0),
    ports: entries.length > 0 ? ['in'] : [],
    hasOutput: exits.length > 0,
    severity: worst,
    spoken: `group ${title} of ${members.length} layers, collapsed${worst === undefined ? '' : ', has problems'}`,
    repeat: group.repeat,
  }
}

function drawnFrame(group: Group, members: readonly LayerNode[]): DrawnLayer {
  const left = Math.min(...members.map(node => node.position.x)) - FRAME.side
  const top = Math.min(...members.map(node => node.position.y)) - FRAME.top
  const right = Math.max(...members.map(node => node.position.x)) + NODE.width + FRAME.side
  const bottom = Math.max(...members.map(node => node.position.y)) + NODE.height + FRAME.bottom
  return {
    id: frameNodeId(group.id), type: 'frame', x: left, y: top, width: right - left, height: bottom - top, title: `${group.name}${group.repeat > 1 ? ` ×${group.repeat}` : ''}`,
    family: 'group', shape: '', weights: '', work: 0, ports: [], hasOutput: false, severity: undefined, spoken: `group ${group.name} of ${members.length} layers`, repeat: group.repeat,
  }
}

function drawnEdge(edge: Edge, collapsed: ReadonlyMap<string, Group>, places: ReadonlyMap<string, DrawnLayer>, inference: Inference): DrawnEdge[] {
  const fromGroup = collapsed.get(edge.from.node)
  const toGroup = collapsed.get(edge.to.node)
  if (fromGroup && fromGroup === toGroup) return []
  const source = places.get(fromGroup ? groupNodeId(fromGroup.id) : edge.from.node)
  const target = places.get(toGroup ? groupNodeId(toGroup.id) : edge.to.node)
  if (!source || !target) return []
  const port = toGroup ? 'in' : edge.to.port
  // An edge into a port that is not there is a problem, told in words; there is no place to draw it to.
  if (!target.ports.includes(port) || !source.hasOutput) return []
  const signal = inference.nodes.get(edge.from.node)?.signal
  return [{
    id: toGroup ? `${source.id} ${target.id}` : edgeId(edge),
    edge,
    source: source.id,
    target: target.id,
    port,
    sideways: target.x > source.x + NODE.width || target.y < source.y + NODE.height / 2,
    flow: signal?.flow ?? 'unknown',
    shape: signal ? shapeShort(signal) : '',
    wrong: inference.problems.some(problem => problem.severity === 'error' && problem.node === edge.to.node && (problem.port === undefined || problem.port === edge.to.port)),
  }]
}
