import type { z } from 'zod'
import { invariant } from '../errors.ts'
import type { Attributes, Edge } from './document.ts'
import type { Signal } from './signal.ts'

/** One end of an edge; without a port, every port of the node is meant. */
export interface EndPattern {
  readonly node: string
  readonly port?: string
}

/** What a fix does to the graph. fix.ts applies it; nodes are named by id. */
export type Edit =
  /** New attribute values; names in `unset` are dropped. */
  | { readonly node: string; readonly set: Attributes; readonly unset?: readonly string[] }
  /** Takes the node out; what fed its one input then feeds what it fed. */
  | { readonly node: string; readonly remove: true }
  /** The same node and attributes under another kind. */
  | { readonly node: string; readonly become: string }
  /** A new node of kind `insert` behind `after`, in front of everything `after` feeds. */
  | { readonly after: string; readonly insert: string; readonly with?: Attributes }
  /** A new node of kind `insert` on the edge into a port (by default the first) of `before`. */
  | { readonly before: string; readonly port?: string; readonly insert: string; readonly with?: Attributes }
  /** A new node that nothing is connected to yet. */
  | { readonly add: string; readonly with?: Attributes }
  /** The only edge into that port from now on. */
  | { readonly connect: { readonly from: string; readonly to: string; readonly port: string } }
  /** Drops every edge between the two ends. */
  | { readonly disconnect: { readonly from: EndPattern; readonly to: EndPattern } }
  /** Ids of their own for all nodes of this id but the first, which keeps the edges. */
  | { readonly rename: string }
  /** Another number of repetitions. */
  | { readonly group: string; readonly repeat: number }
  /** The nodes stay. */
  | { readonly ungroup: string }

/** A single choice on how to mend a problem; the label is the text of a button. */
export type Fix = { readonly label: string } & Edit

export type ProblemCode =
  // the document
  | 'badGroup' | 'duplicateId' | 'unknownKind' | 'unknownAttribute' | 'invalidAttribute'
  // its edges
  | 'missingNode' | 'missingPort' | 'severalEdges' | 'cycle' | 'unconnectedInput' | 'leadsNowhere' | 'noInput' | 'severalInputs' | 'noHead'
  // what flows
  | 'needsVector' | 'needsPicture' | 'wrongFlow' | 'nothingToNormalise' | 'alreadyBits' | 'tooLarge'
  | 'preprocessingOrder' | 'windowTooLarge' | 'paddingTooWide' | 'shapesDiffer' | 'flowsDiffer'
  // advice
  | 'alreadyVector' | 'headWithoutBatchNorm' | 'biasBeforeBatchNorm' | 'signWithoutBatchNorm' | 'nothingNonLinear' | 'dropoutTwice' | 'batchOfOne'

export interface Problem {
  /** What kind of problem, for programs; stable. */
  readonly code: ProblemCode
  /** error: the network cannot be trained. warning: it can, but probably should not. */
  readonly severity: 'error' | 'warning'
  readonly message: string
  /** The node concerned; absent when the whole graph is. */
  readonly node?: string
  /** The attribute concerned. */
  readonly field?: string
  /** The input port concerned. */
  readonly port?: string
  readonly edge?: Edge
  readonly fixes: readonly Fix[]
}

/** What one layer costs, per image unless stated otherwise. */
export interface Cost {
  readonly realParameters: number
  readonly binaryParameters: number
  /** Values kept beside the parameters and not learned by gradient, such as running statistics. */
  readonly stateValues: number
  /** Bytes of the parameters in the packed model: bits for binary weights, 4 bytes for the rest. */
  readonly packedBytes: number
  /** Multiply-accumulates in floating point. */
  readonly floatMacs: number
  /** Multiply-accumulates done as XNOR and popcount. */
  readonly binaryMacs: number
  /** 32-bit XNOR-popcount word operations. */
  readonly xnorWords: number
  /** Bits per image that must stay in memory from forward to backward, sums in front of batch normalisation computed again. */
  readonly savedBits: number
}

export const NO_COST: Cost = Object.freeze({
  realParameters: 0, binaryParameters: 0, stateValues: 0, packedBytes: 0, floatMacs: 0, binaryMacs: 0, xnorWords: 0, savedBits: 0,
})

/** What the inspector needs to draw a field. */
export interface FieldHelp {
  readonly label: string
  readonly help: string
  readonly unit?: string
  /** Where the choice comes from, such as a paper's section. */
  readonly source?: string
  /** Another field without one of these values makes it meaningless. */
  readonly when?: { readonly field: string; readonly is: readonly (string | number | boolean)[] }
}

/** A kind without an output leaves `output` out. Problems beside an output are warnings, or errors that do not stop the shapes. */
export type Inferred =
  | { readonly output?: Signal; readonly cost: Cost; readonly problems?: readonly Problem[] }
  | { readonly problems: readonly Problem[] }

export type Family = 'input' | 'weights' | 'normalise' | 'activate' | 'regularise' | 'pool' | 'join' | 'reshape' | 'output'

/** A kind of layer, as the graph sees it. What it computes is in core/layers. */
export interface LayerKind<A extends z.ZodObject = z.ZodObject> {
  readonly kind: string
  readonly family: Family
  readonly title: string
  readonly summary: string
  readonly inputs: readonly string[]
  readonly hasOutput: boolean
  /** Can be taken out of a chain without changing shapes (`--without`). */
  readonly passThrough: boolean
  readonly attributes: A
  readonly fields: { readonly [name in keyof z.infer<A>]: FieldHelp }
  /** Attributes a new node starts with: those without a default, at least. */
  readonly initial: Attributes
  /** The attribute that counts the layer's outputs, if it has one (`--width-scale`). */
  readonly width?: string
  /** For kinds whose number of inputs depends on their attributes: the ports, instead of `inputs`. */
  ports?(attributes: z.infer<A>): readonly string[]
  /** Inputs in the order of the ports, attributes already parsed. Pure and synchronous. */
  infer(inputs: readonly Signal[], attributes: z.infer<A>, node: string): Inferred
}

/** The input ports of a node of this kind, in the order `infer` takes them. */
export function portsOf(kind: LayerKind, attributes: Attributes): readonly string[] {
  return kind.ports?.(attributes) ?? kind.inputs
}

/** The input of a kind that has exactly one. Inference calls `infer` only with a signal for every port. */
export function onlyInput(inputs: readonly Signal[]): Signal {
  const [source] = inputs
  invariant(source && inputs.length === 1, () => `expected one input, found ${inputs.length}`)
  return source
}
