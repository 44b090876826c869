import { invariant } from '../errors.ts'
import { bytesOf, isPersistent, type Tensor } from './tensor.ts'

/** What one launch touches, in order of launch. */
export interface Access {
  readonly reads: readonly Tensor[]
  readonly writes: readonly Tensor[]
}

export interface Placement {
  /** Bytes of each shared buffer. */
  readonly slots: readonly number[]
  readonly slotOf: ReadonlyMap<Tensor, number>
}

/**
 * Gives every tensor that lives within a step a place in a small set of shared buffers, such that two tensors alive at
 * the same time never share one. Largest first, each into the first slot whose tenants' lifetimes it does not meet: a
 * slot is as large as its first tenant, so nothing is ever moved or grown. Buffers are whole because WebGPU forbids one
 * buffer to be read-only and writable in the same launch, even in disjoint ranges.
 */
export function placeTensors(accesses: readonly Access[]): Placement {
  const lives = new Map<Tensor, { first: number; last: number }>()
  for (const [index, { reads, writes }] of accesses.entries()) {
    for (const tensor of reads) {
      if (isPersistent(tensor)) continue
      const life = lives.get(tensor)
      invariant(life, () => `launch ${index} reads ${tensor.name} before anything wrote it`)
      life.last = index
    }
    for (const tensor of writes) {
      if (isPersistent(tensor)) continue
      const life = lives.get(tensor)
      if (life) life.last = index
      else lives.set(tensor, { first: index, last: index })
    }
  }
  const bySize = [...lives].sort(([a, la], [b, lb]) => bytesOf(b) - bytesOf(a) || la.first - lb.first)
  const slots: { bytes: number; tenants: { first: number; last: number }[] }[] = []
  const slotOf = new Map<Tensor, number>()
  for (const [tensor, life] of bySize) {
    let index = slots.findIndex(slot => slot.tenants.every(other => life.last < other.first || other.last < life.first))
    if (index < 0) index = slots.push({ bytes: bytesOf(tensor), tenants: [] }) - 1
    slots[index]?.tenants.push(life)
    slotOf.set(tensor, index)
  }
  return { slots: slots.map(slot => slot.bytes), slotOf }
}
