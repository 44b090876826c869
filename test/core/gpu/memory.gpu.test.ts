import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { Memory, STAGING_BYTES } from '../../../core/gpu/memory.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'

describe.each(adapters)('tensors read one after another on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  it('are what they are, small ones together, large ones in pieces', async () => {
    const memory = new Memory(toolbox.device)
    const half = STAGING_BYTES / 8
    const sizes = [3, 1000, half, half - 1003, 1, STAGING_BYTES / 4 + 7, half, half, 5]
    const all = sizes.map((size, index): [Tensor, Float32Array<ArrayBuffer>] => [{ name: `t${index}`, dtype: 'f32', shape: [size], role: 'parameter' }, Float32Array.from(uniformValues(Math.min(size, 4099), index))])
    for (const [tensor, values] of all) memory.write(tensor, values)
    const lengths: number[] = []
    for await (const bytes of memory.readEach(all.map(([tensor]) => tensor))) {
      const values = all[lengths.length]?.[1] as Float32Array
      const found = new Float32Array(bytes.buffer)
      expect(found.subarray(0, values.length)).toEqual(values)
      expect(found.subarray(values.length).every(value => value === 0)).toBe(true)
      lengths.push(found.length)
    }
    expect(lengths).toEqual(sizes)
    memory.destroy()
  })
})
