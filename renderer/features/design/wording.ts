import { layerKinds, shapeText, type LayerNode, type Signal } from '../../../core/architecture/index.ts'

/** A layer in a few words: "Conv 3×3 · 128", "Sign · stochastic". */
export function layerText({ kind, attributes }: Pick<LayerNode, 'kind' | 'attributes'>): string {
  const value = (name: string, otherwise: string | number): string => String(attributes[name] ?? otherwise)
  const real = attributes['weights'] !== undefined && attributes['weights'] !== 'binary' ? `, ${String(attributes['weights'])}` : ''
  switch (kind) {
    case 'input': return `Input ${value('height', '?')}×${value('width', '?')}×${value('channels', '?')}`
    case 'conv2d': return `Conv ${value('kernel', 3)}×${value('kernel', 3)} · ${value('filters', '?')}${real}`
    case 'dense': return `Dense · ${value('units', '?')}${real}`
    case 'batchNorm': return attributes['mode'] === 'shift' ? 'Shift batch norm' : 'Batch norm'
    case 'sign': return attributes['mode'] === 'stochastic' ? 'Sign · stochastic' : 'Sign'
    case 'activation': return `Activation · ${value('function', 'relu')}`
    case 'maxPool': return `Max pool ${value('size', 2)}×${value('size', 2)}`
    case 'avgPool': return `Average pool ${value('size', 2)}×${value('size', 2)}`
    case 'globalAvgPool': return 'Global average pool'
    case 'dropout': return `Dropout · ${value('rate', 0.5)}`
    case 'concat': return `Concatenate ${value('inputs', 2)}`
    case 'head': return value('loss', 'squaredHinge') === 'crossEntropy' ? 'Head · cross-entropy' : 'Head · squared hinge'
    default: return layerKinds.get(kind)?.title ?? kind
  }
}

/** As on an edge: "16×16×128". */
export function shapeShort({ shape }: Signal): string {
  return shapeText(shape).replaceAll(' × ', '×').replaceAll(',', '')
}
