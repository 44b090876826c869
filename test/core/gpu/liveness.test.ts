import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placeTensors, type Access } from '../../../core/gpu/liveness.ts'
import { bytesOf, type Tensor } from '../../../core/gpu/tensor.ts'

function tensor(name: string, length: number, role: Tensor['role'] = 'step'): Tensor {
  return { name, dtype: 'f32', shape: [length], role }
}

describe('placing tensors in shared buffers', () => {
  it('lets two that never live together share one, and no others', () => {
    const [a, b, c] = [tensor('a', 100), tensor('b', 60), tensor('c', 80)]
    const { slots, slotOf } = placeTensors([{ reads: [], writes: [a] }, { reads: [a], writes: [b] }, { reads: [b], writes: [c] }, { reads: [c], writes: [] }])
    expect(slotOf.get(a)).toBe(slotOf.get(c))
    expect(slotOf.get(b)).not.toBe(slotOf.get(a))
    expect(slots).toEqual([400, 240])
  })

  it('keeps what outlives the step out of them', () => {
    const kept = tensor('weights', 10, 'parameter')
    expect(placeTensors([{ reads: [kept], writes: [kept] }]).slots).toEqual([])
  })

  it('refuses to read what nothing wrote', () => {
    expect(() => placeTensors([{ reads: [tensor('ghost', 4)], writes: [] }])).toThrow(/launch 0 reads ghost/)
  })

  it('never lets two live tensors share, nor a slot be too small, for any program', () => {
    const life = fc.record({ from: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 0, max: 12 }), size: fc.integer({ min: 1, max: 50 }) })
    fc.assert(
      fc.property(fc.array(life, { minLength: 1, maxLength: 25 }), lives => {
        const tensors = lives.map((one, index) => ({ ...one, tensor: tensor(`t${index}`, one.size) }))
        const accesses = Array.from({ length: 44 }, (_, at): Access => ({
          writes: tensors.filter(one => one.from === at).map(one => one.tensor),
          reads: tensors.filter(one => one.length > 0 && one.from + one.length === at).map(one => one.tensor),
        }))
        const { slots, slotOf } = placeTensors(accesses)
        for (const one of tensors) {
          expect(slots[slotOf.get(one.tensor) ?? -1]).toBeGreaterThanOrEqual(bytesOf(one.tensor))
          for (const other of tensors) {
            const together = one !== other && one.from <= other.from + other.length && other.from <= one.from + one.length
            if (together) expect(slotOf.get(one.tensor)).not.toBe(slotOf.get(other.tensor))
          }
        }
        // No plan can need less than what lives at the busiest moment.
        const busiest = Math.max(...accesses.map((_, at) => tensors.filter(one => one.from <= at && at <= one.from + one.length).reduce((sum, one) => sum + bytesOf(one.tensor), 0)))
        expect(slots.reduce((sum, bytes) => sum + bytes, 0)).toBeGreaterThanOrEqual(busiest)
      }),
    )
  })
})
