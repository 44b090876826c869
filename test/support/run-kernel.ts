import { Executable, type Toolbox } from '../../core/gpu/executable.ts'
import { Memory } from '../../core/gpu/memory.ts'
import { Program } from '../../core/gpu/program.ts'
import type { Tensor } from '../../core/gpu/tensor.ts'

type Data = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

export interface Run {
  readonly tensors: Readonly<Record<string, Data>>
  readonly params: Readonly<Record<string, number>>
  readonly overrides?: Readonly<Record<string, number>>
  readonly step?: number
  readonly gamma?: number
}

/** Runs one shader once over these tensors, and returns what they hold afterwards. */
export async function runKernel(toolbox: Toolbox, shader: string, { tensors, params, overrides, step = 1, gamma = 0 }: Run): Promise<(name: string) => Data> {
  const memory = new Memory(toolbox.device)
  const all = Object.entries(tensors).map(([name, data]): readonly [string, Data, Tensor] => [name, data, { name, dtype: data instanceof Float32Array ? 'f32' : 'u32', shape: [data.length], role: 'output' }])
  for (const [, data, tensor] of all) memory.write(tensor, data)
  const program = new Program()
  program.launch(shader, Object.fromEntries(all.map(([name, , tensor]) => [name, tensor])), { ...params }, { ...overrides })
  const executable = await Executable.compile(program, memory, toolbox)
  executable.submit({ step, rows: 1, slot: 0, rate: 0, gamma })
  const after = new Map<string, Data>()
  for (const [name, data, tensor] of all) after.set(name, data instanceof Float32Array ? await memory.readFloats(tensor) : await memory.readWords(tensor))
  executable.destroy()
  memory.destroy()
  return name => {
    const data = after.get(name)
    if (!data) throw new Error(`${shader} has no tensor ${name}`)
    return data
  }
}
