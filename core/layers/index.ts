import { layerKinds } from '../architecture/kinds/index.ts'
import type { Attributes } from '../architecture/document.ts'
import { invariant } from '../errors.ts'
import { buildActivation } from './activation.ts'
import { buildBatchNorm } from './batchNorm.ts'
import type { Builder } from './context.ts'
import { buildConv2d } from './conv2d.ts'
import { buildDense } from './dense.ts'
import { buildDropout } from './dropout.ts'
import { buildFlatten } from './flatten.ts'
import { buildHead } from './head.ts'
import { buildInput } from './input.ts'
import { buildAdd, buildConcat } from './join.ts'
import { buildAvgPool, buildGlobalAvgPool, buildMaxPool } from './pool.ts'
import { buildQuantize } from './quantize.ts'
import { buildSign } from './sign.ts'

/** How each kind of layer is computed. A new kind is one entry here and one in core/architecture/kinds. */
const builders = {
  input: buildInput,
  flatten: buildFlatten,
  dense: buildDense,
  conv2d: buildConv2d,
  maxPool: buildMaxPool,
  avgPool: buildAvgPool,
  globalAvgPool: buildGlobalAvgPool,
  concat: buildConcat,
  add: buildAdd,
  batchNorm: buildBatchNorm,
  sign: buildSign,
  dropout: buildDropout,
  activation: buildActivation,
  quantize: buildQuantize,
  head: buildHead,
}

/** The builder of a kind. Attributes must have passed the kind's schema: that is what makes the cast sound. */
export function builderOf(kind: string): Builder<Attributes> {
  invariant(Object.hasOwn(builders, kind) && layerKinds.has(kind), () => `layer kind ${kind} has no builder`)
  return builders[kind as keyof typeof builders] as unknown as Builder<Attributes>
}
