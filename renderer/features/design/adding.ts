import type { Command, Point } from '../../../core/architecture/edit/index.ts'
import { nextId } from '../../../core/architecture/edit/index.ts'
import { layerKinds, type Attributes, type Edge } from '../../../core/architecture/index.ts'
import { useProject } from '../../stores/project.ts'
import { useSelection } from '../../stores/selection.ts'
import { NODE, ROOM } from './drawing.ts'

/** A layer as the palette offers it: a kind, or a much used form of one. */
export interface Offer {
  readonly name: string
  readonly title: string
  readonly section: string
  readonly kind: string
  readonly attributes?: Attributes
  /** Other words it is looked for by. */
  readonly words: string
}

const offer = (name: string, title: string, section: string, kind: string, words = '', attributes?: Attributes): Offer => ({ name, title, section, kind, words, ...(attributes && { attributes }) })

export const offers: readonly Offer[] = [
  offer('input', 'Input', 'Input', 'input', 'image pixels'),
  offer('conv', 'Conv, binary', 'Binary', 'conv2d', 'convolution conv2d xnor'),
  offer('dense', 'Dense, binary', 'Binary', 'dense', 'linear fully connected xnor'),
  offer('sign', 'Sign, deterministic', 'Binary', 'sign', 'binarise activation htanh'),
  offer('signStochastic', 'Sign, stochastic', 'Binary', 'sign', 'binarise activation', { mode: 'stochastic' }),
  offer('convScaled', 'Conv, scaled', 'Binary', 'conv2d', 'convolution alpha xnor-net', { weights: 'scaled' }),
  offer('convReal', 'Conv, real', 'Real', 'conv2d', 'convolution float', { weights: 'real' }),
  offer('denseReal', 'Dense, real', 'Real', 'dense', 'linear fully connected float', { weights: 'real' }),
  offer('activation', 'Activation', 'Real', 'activation', 'relu hard tanh prelu rprelu'),
  offer('batchNorm', 'Batch norm', 'Normalise', 'batchNorm', 'batch normalisation bn'),
  offer('shiftNorm', 'Shift batch norm', 'Normalise', 'batchNorm', 'batch normalisation sbn', { mode: 'shift' }),
  offer('maxPool', 'Max pool', 'Shape', 'maxPool', 'pooling'),
  offer('avgPool', 'Average pool', 'Shape', 'avgPool', 'pooling mean'),
  offer('globalAvgPool', 'Global average pool', 'Shape', 'globalAvgPool', 'pooling mean gap'),
  offer('flatten', 'Flatten', 'Shape', 'flatten', 'reshape vector'),
  offer('concat', 'Concatenate', 'Shape', 'concat', 'join inception'),
  offer('add', 'Add', 'Shape', 'add', 'residual shortcut skip'),
  offer('dropout', 'Dropout', 'Regularise', 'dropout', 'regularisation'),
  offer('hinge', 'Squared hinge', 'Head', 'head', 'loss output svm', { loss: 'squaredHinge' }),
  offer('entropy', 'Cross-entropy', 'Head', 'head', 'loss output softmax', { loss: 'crossEntropy' }),
].filter(({ kind, attributes = {} }) => layerKinds.get(kind)?.attributes.safeParse({ ...layerKinds.get(kind)?.initial, ...attributes }).success)

export const sections: readonly string[] = [...new Set(offers.map(({ section }) => section))]
export const offerWords = ({ title, words, section }: Offer): string => `${title} ${words} ${section}`

/** Where a new layer goes: all but the place may be left out. */
export interface Spot {
  readonly at?: Point
  readonly onto?: Edge
  readonly from?: string
  readonly into?: { readonly node: string; readonly port: string }
}

/** Puts layers into the open project. */
export function useAdding(): { readonly add: (offer: Offer, spot?: Spot) => void; readonly addNext: (offer: Offer) => void } {
  const project = useProject()
  const selection = useSelection()

  /** At a spot that was pointed at; the layer's middle goes there. */
  function add(offer: Offer, { at, ...rest }: Spot = {}): void {
    const place = at ? { x: at.x - NODE.width / 2, y: at.y - NODE.height / 2 } : free()
    const near = project.architecture.nodes.find(node => node.id === (rest.onto?.from.node ?? rest.from))
    // In line with what feeds it, if it is meant to stand below that.
    const inLine = near && place.y > near.position.y && Math.abs(place.x - near.position.x) < NODE.width / 2
    run({
      do: 'add', kind: offer.kind, ...(offer.attributes && { attributes: offer.attributes }), ...rest,
      ...(inLine ? { at: { x: near.position.x, y: near.position.y + ROOM.height }, room: ROOM } : { at: place }),
    })
  }

  /** Without a place: behind what is chosen, in front of what that feeds. This is how a chain is typed. */
  function addNext(offer: Offer): void {
    const { architecture } = project
    const source = selection.ids.length === 1 ? architecture.nodes.find(node => node.id === selection.ids[0]) : undefined
    const kind = layerKinds.get(offer.kind)
    const takes = kind && kind.inputs.length > 0 && source && layerKinds.get(source.kind)?.hasOutput
    if (!takes) {
      add(offer)
      return
    }
    const leaving = architecture.edges.filter(edge => edge.from.node === source.id)
    const [onto] = leaving
    run({
      do: 'add', kind: offer.kind, ...(offer.attributes && { attributes: offer.attributes }),
      at: { x: source.position.x, y: source.position.y + ROOM.height }, room: ROOM,
      ...(leaving.length === 1 && onto && kind.hasOutput ? { onto } : { from: source.id }),
    })
  }

  function run(command: Command & { do: 'add' }): void {
    const id = nextId(project.architecture, command.kind)
    if (project.run(command)) selection.show(id)
  }

  /** Below everything, at the left. */
  function free(): Point {
    const { nodes } = project.architecture
    if (nodes.length === 0) return { x: 0, y: 0 }
    return { x: Math.min(...nodes.map(node => node.position.x)), y: Math.max(...nodes.map(node => node.position.y)) + ROOM.height }
  }

  return { add, addNext }
}
