import { describe, expect, it } from 'vitest'
import { BitwrightError } from '../../../core/errors.ts'
import { openDawn } from '../../../main/engine/dawn.ts'
import { adapters } from '../../support/adapters.ts'

describe('choosing an adapter', () => {
  it('ranks hardware before lavapipe before SwiftShader', () => {
    const rank = (name: string): number => (/llvmpipe/i.test(name) ? 1 : /swiftshader/i.test(name) ? 2 : 0)
    expect(adapters.length).toBeGreaterThan(0)
    expect(adapters.map(rank)).toEqual(adapters.map(rank).sort((a, b) => a - b))
  })

  it.each(adapters)('opens %s by name and says what it is', async name => {
    const { adapter, device } = await openDawn(name)
    expect(adapter.kind).toBe(/llvmpipe|swiftshader/i.test(name) ? 'cpu' : 'gpu')
    expect(adapter.name).toMatch(/[^-]$/)
    expect(adapter.maxBindingBytes).toBeGreaterThanOrEqual(128 * 2 ** 20)
    device.destroy()
  })

  it('a name that no adapter has is an error that says which and what to do', async () => {
    const error: unknown = await openDawn('Imaginary 9000').catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BitwrightError)
    expect(String(error)).toMatch(/"Imaginary 9000" did not open.*bitwright doctor/s)
  })
})
