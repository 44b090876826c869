/**
 * parameter: trained; state: kept by a layer or optimizer; derived: recomputed from parameters (packed weights);
 * input, output: exchanged with the host; step: lives within one step and shares its buffer with others that live at
 * another time. All but the last live as long as the model, in a buffer of their own.
 */
export type Role = 'parameter' | 'state' | 'derived' | 'input' | 'output' | 'step'

export interface Tensor {
  readonly name: string
  readonly dtype: 'f32' | 'u32'
  readonly shape: readonly number[]
  readonly role: Role
  /** A piece of another tensor's memory, from its word `first` on (core/gpu/split.ts); pieces are never nested. */
  readonly within?: { readonly tensor: Tensor; readonly first: number }
}

export function lengthOf(tensor: Tensor): number {
  return tensor.shape.reduce((product, size) => product * size, 1)
}

export function bytesOf(tensor: Tensor): number {
  return Math.max(4, lengthOf(tensor) * 4)
}

export function isPersistent({ role }: Tensor): boolean {
  return role !== 'step'
}

/** The tensor whose buffer holds this one. */
export function wholeOf(tensor: Tensor): Tensor {
  return tensor.within?.tensor ?? tensor
}

/** Words first .. first + count of a tensor, in the same memory. */
export function pieceOf(tensor: Tensor, first: number, count: number): Tensor {
  const within = { tensor: wholeOf(tensor), first: (tensor.within?.first ?? 0) + first }
  return { name: `${within.tensor.name}[${within.first}..${within.first + count}]`, dtype: tensor.dtype, shape: [count], role: tensor.role, within }
}
