import { invariant } from '../errors.ts'
import { candidatesOf } from './families.ts'
import { placeTensors, type Access, type Placement } from './liveness.ts'
import type { Operation, Program } from './program.ts'
import type { Shader, ShaderLibrary } from './shaders.ts'
import { splitOperations, type BindingLimits } from './split.ts'
import { bytesOf, isPersistent, wholeOf, type Tensor } from './tensor.ts'

/** What a program will launch and where its tensors will lie, settled without a device. */
export interface ProgramPlan extends Placement {
  readonly operations: readonly Operation[]
  /** Tensors that outlive the step, each in a buffer of its own. */
  readonly persistent: ReadonlySet<Tensor>
  /** Bytes of the shared buffers that hold all tensors of a step, and of those tensors that are kept from forward to backward. */
  readonly stepBytes: number
  readonly savedBytes: number
}

/** All candidates of a family bind the same, so the plan does not depend on which of them will run. */
export function planProgram({ operations: whole }: Program, shaders: ShaderLibrary, limits: BindingLimits): ProgramPlan {
  const operations = splitOperations(whole, shaders, limits)
  const accesses = operations.map(operation => accessOf(operation, shaders.get(candidatesOf(operation.kernel)[0]?.shader ?? operation.kernel)))
  const { slots, slotOf } = placeTensors(accesses)
  const persistent = new Set(accesses.flatMap(({ reads, writes }) => [...reads, ...writes]).filter(isPersistent))
  return { operations, slots, slotOf, persistent, stepBytes: slots.reduce((sum, bytes) => sum + bytes, 0), savedBytes: savedBytes(operations, accesses) }
}

/** Bytes of the step's tensors that forward writes and backward reads: the activation memory that training costs. */
function savedBytes(operations: readonly Operation[], accesses: readonly Access[]): number {
  const forward = new Set<Tensor>()
  const saved = new Set<Tensor>()
  for (const [index, { reads, writes }] of accesses.entries()) {
    if (operations[index]?.phase === 'forward') for (const tensor of writes) forward.add(tensor)
    else for (const tensor of reads) if (forward.has(tensor) && !isPersistent(tensor)) saved.add(tensor)
  }
  return [...saved].reduce((sum, tensor) => sum + bytesOf(tensor), 0)
}

function accessOf(operation: Operation, shader: Shader): Access {
  const reads: Tensor[] = []
  const writes: Tensor[] = []
  for (const { name, access } of shader.bindings) {
    const tensor = operation.tensors[name]
    if (access === 'uniform' || !tensor) continue
    if (access === 'read') reads.push(wholeOf(tensor))
    else writes.push(wholeOf(tensor))
  }
  for (const name of Object.keys(operation.tensors)) invariant(shader.bindings.some(b => b.name === name), () => `shaders/${shader.name}.wgsl has no binding "${name}"`)
  return { reads, writes }
}
