import type { z } from 'zod'
import type { Attributes } from './document.ts'
import type { Signal } from './signal.ts'

/** A single choice on how to mend a problem: new attribute values for a node, or a structural edit the editor applies. */
export type Fix =
  | { readonly label: string; readonly node: string; readonly set: Attributes }
  | { readonly label: string; readonly node: string; readonly remove: true }
  | { readonly label: string; readonly after: string; readonly insert: string }
  | { readonly label: string; readonly connect: { readonly from: string; readonly to: string; readonly port: string } }

export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** The node concerned; absent when the whole graph is. */
  readonly node?: string
  readonly fixes: readonly Fix[]
}

/** What one layer costs, per image unless stated otherwise. */
export interface Cost {
  readonly realParameters: number
  readonly binaryParameters: number
  /** Bytes of the parameters in the packed model: bits for binary weights, 4 bytes for the rest. */
  readonly packedBytes: number
  /** Multiply-accumulates in floating point. */
  readonly floatMacs: number
  /** Multiply-accumulates done as XNOR and popcount. */
  readonly binaryMacs: number
  /** 32-bit XNOR-popcount word operations. */
  readonly xnorWords: number
  /** Bits per image that must stay in memory from forward to backward. */
  readonly savedBits: number
}

/** What the inspector needs to draw a field. */
export interface FieldHelp {
  readonly label: string
  readonly help: string
  readonly unit?: string
  /** Where the choice comes from, such as a paper's section. */
  readonly source?: string
}

export type Inferred = { readonly output: Signal; readonly cost: Cost; readonly problems?: readonly Problem[] } | { readonly problems: readonly Problem[] }

/** A kind of layer, as the graph sees it. What it computes is in core/layers. */
export interface LayerKind<A extends z.ZodObject = z.ZodObject> {
  readonly kind: string
  readonly family: 'input' | 'weights' | 'normalise' | 'activate' | 'regularise' | 'reshape' | 'output'
  readonly title: string
  readonly summary: string
  readonly inputs: readonly string[]
  readonly hasOutput: boolean
  /** Can be taken out of a chain without changing shapes (`--without`). */
  readonly passThrough: boolean
  readonly attributes: A
  readonly fields: { readonly [name in keyof z.infer<A>]: FieldHelp }
  /** Inputs in the order of `inputs`, attributes already parsed. Pure and synchronous. */
  infer(inputs: readonly Signal[], attributes: z.infer<A>, node: string): Inferred
}
