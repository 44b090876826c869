import type { Attributes, Edge, Group, LayerNode } from '../document.ts'
import type { Fix } from '../kind.ts'
import type { Recipe } from '../recipe.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** A part of a graph that can be put into another: what a clipboard holds. Edges lead between its own nodes. */
export interface Fragment {
  readonly nodes: readonly LayerNode[]
  readonly edges: readonly Edge[]
  /** Those that are whole in it. */
  readonly groups: readonly Group[]
}

export type Side = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom'

/**
 * Everything that can be done to a project, one step of the history each, however many nodes it touches. Ids that a command
 * names and the project has not are left out of account, except where nothing would be left to do.
 */
export type Command =
  /**
   * A new node, named `id` or after its kind. `from`: what feeds its first input; `into`: the input it feeds; `onto`: the edge it is put on.
   * `room`: the size of nodes: those of its column that it would cover or that come after move down.
   */
  | {
    readonly do: 'add'; readonly kind: string; readonly at: Point; readonly attributes?: Attributes; readonly id?: string
    readonly from?: string; readonly into?: { readonly node: string; readonly port: string }; readonly onto?: Edge; readonly room?: Size
  }
  /** A node that is there, onto an edge. */
  | { readonly do: 'insert'; readonly id: string; readonly onto: Edge; readonly at: Point }
  /** The port's only edge from now on. */
  | { readonly do: 'connect'; readonly from: string; readonly to: string; readonly port: string }
  | { readonly do: 'disconnect'; readonly edges: readonly Edge[] }
  /** `join`: what fed a node's one input then feeds what it fed. */
  | { readonly do: 'remove'; readonly ids: readonly string[]; readonly join?: boolean }
  | { readonly do: 'move'; readonly to: readonly { readonly id: string; readonly at: Point }[] }
  | { readonly do: 'align'; readonly ids: readonly string[]; readonly side: Side; readonly size: Size }
  /** All nodes, or those named around where they are. */
  | { readonly do: 'arrange'; readonly ids?: readonly string[] }
  /** Names in `unset` go back to what the kind has. */
  | { readonly do: 'setAttributes'; readonly ids: readonly string[]; readonly set: Attributes; readonly unset?: readonly string[] }
  | { readonly do: 'renameNode'; readonly id: string; readonly to: string }
  /** Its upper left corner is put at `at`. */
  | { readonly do: 'paste'; readonly fragment: Fragment; readonly at: Point }
  | { readonly do: 'fix'; readonly fix: Fix }
  | { readonly do: 'group'; readonly ids: readonly string[]; readonly name?: string }
  | { readonly do: 'ungroup'; readonly group: string }
  | { readonly do: 'setGroup'; readonly group: string; readonly name?: string; readonly repeat?: number; readonly collapsed?: boolean }
  /** `what` names the change in the history, as in "learning rate". */
  | { readonly do: 'setRecipe'; readonly recipe: Recipe; readonly what: string }
  | { readonly do: 'setProject'; readonly name?: string; readonly description?: string; readonly dataset?: string }
  /** Puts parts back as they were: what inverses are made of. */
  | { readonly do: 'restore'; readonly label: string; readonly parts: Parts }

/** Parts of a project, by reference: documents never change, so keeping one costs what changed in it. */
export interface Parts {
  readonly name?: string
  readonly description?: string
  readonly dataset?: string
  readonly recipe?: Recipe
  readonly nodes?: readonly LayerNode[]
  readonly edges?: readonly Edge[]
  /** null: the document has none. */
  readonly groups?: readonly Group[] | null
}
