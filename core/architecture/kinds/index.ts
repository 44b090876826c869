import type { z } from 'zod'
import { BitwrightError } from '../../errors.ts'
import type { LayerNode } from '../document.ts'
import type { LayerKind } from '../kind.ts'
import { parseAs } from '../project.ts'
import { didYouMean } from '../wording.ts'
import { activation } from './activation.ts'
import { batchNorm } from './batchNorm.ts'
import { conv2d } from './conv2d.ts'
import { dense } from './dense.ts'
import { dropout } from './dropout.ts'
import { flatten } from './flatten.ts'
import { head } from './head.ts'
import { input } from './input.ts'
import { add, concat } from './joins.ts'
import { avgPool, globalAvgPool, maxPool } from './pools.ts'
import { quantize } from './quantize.ts'
import { sign } from './sign.ts'

export { activation, type ActivationAttributes } from './activation.ts'
export { batchNorm, type BatchNormAttributes } from './batchNorm.ts'
export { conv2d, windowOfConvolution, type Conv2dAttributes } from './conv2d.ts'
export { dense, type DenseAttributes } from './dense.ts'
export { dropout, type DropoutAttributes } from './dropout.ts'
export { flatten, type FlattenAttributes } from './flatten.ts'
export { head, type HeadAttributes } from './head.ts'
export { input, type InputAttributes } from './input.ts'
export { add, concat, type AddAttributes, type ConcatAttributes } from './joins.ts'
export { avgPool, globalAvgPool, maxPool, type AvgPoolAttributes, type GlobalAvgPoolAttributes, type MaxPoolAttributes } from './pools.ts'
export { quantize, type QuantizeAttributes } from './quantize.ts'
export { sign, type SignAttributes } from './sign.ts'
export { MAX_WEIGHTS, type WeightAttributes } from './weights.ts'

export type LayerKinds = ReadonlyMap<string, LayerKind>

/** Every kind of layer there is, in the order of a palette. */
export const layerKinds: LayerKinds = new Map<string, LayerKind>(
  [input, conv2d, dense, batchNorm, sign, activation, quantize, maxPool, avgPool, globalAvgPool, dropout, flatten, concat, add, head].map((kind): [string, LayerKind] => [kind.kind, kind]),
)

/** The kind of this name. Throws, with the nearest name, if there is none. */
export function kindOf(name: string, kinds: LayerKinds = layerKinds): LayerKind {
  const kind = kinds.get(name)
  if (kind) return kind
  throw new BitwrightError({
    what: `there is no layer kind "${name}"`,
    remedy: didYouMean(name, kinds.keys()),
  })
}

/** A node's attributes with defaults filled in, typed by its kind. Throws on a node of another kind and on values out of range. */
export function attributesOf<A extends z.ZodObject>(kind: LayerKind<A>, node: Pick<LayerNode, 'id' | 'kind' | 'attributes'>): z.infer<A> {
  if (node.kind !== kind.kind) throw new BitwrightError({ what: `expected a node of kind ${kind.kind}, found ${node.kind}`, where: `node ${node.id}` })
  return parseAs(kind.attributes, node.attributes, `node ${node.id}`)
}
