import { invariant } from '../errors.ts'
import type { Role, Tensor } from './tensor.ts'

/** One kernel launch, in terms of tensors. Which candidate of a family runs it is decided when the program is compiled. */
export interface Operation {
  /** A shader's name, or the name of a family of interchangeable shaders. */
  readonly kernel: string
  readonly overrides: Readonly<Record<string, number>>
  readonly params: Readonly<Record<string, number>>
  readonly tensors: Readonly<Record<string, Tensor>>
  /** The layer it belongs to, for profiles and messages. */
  readonly node: string
  readonly phase: 'forward' | 'backward' | 'update'
}

/** A fixed sequence of launches: the same every step, so everything about it is settled once. */
export class Program {
  readonly operations: Operation[] = []
  #node = ''
  #phase: Operation['phase'] = 'forward'
  #names = new Map<string, number>()
  readonly #role: Role

  /** With `inspect`, what a step computes stays readable after it, each tensor in a buffer of its own. */
  constructor({ inspect = false }: { readonly inspect?: boolean } = {}) {
    this.#role = inspect ? 'output' : 'step'
  }

  /** Marks the following operations as belonging to a layer. */
  enter(node: string, phase: Operation['phase']): void {
    this.#node = node
    this.#phase = phase
  }

  get phase(): Operation['phase'] {
    return this.#phase
  }

  /** A tensor that lives within the step. The name gets a number when it is taken already. */
  tensor(name: string, dtype: Tensor['dtype'], shape: readonly number[], role = this.#role): Tensor {
    invariant(shape.every(size => Number.isSafeInteger(size) && size > 0), () => `tensor ${name} has shape ${shape.join(' x ')}`)
    const full = `${this.#node}.${name}`
    const seen = this.#names.get(full) ?? 0
    this.#names.set(full, seen + 1)
    return { name: seen ? `${full}#${seen}` : full, dtype, shape, role }
  }

  launch(kernel: string, tensors: Record<string, Tensor>, params: Record<string, number>, overrides: Record<string, number> = {}): void {
    this.operations.push({ kernel, tensors, params, overrides, node: this.#node, phase: this.#phase })
  }
}
