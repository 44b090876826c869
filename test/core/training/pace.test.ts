import { describe, expect, it } from 'vitest'
import { Pace } from '../../../core/training/pace.ts'

describe('the pace of training', () => {
  it('is unknown at first, then time over steps', () => {
    const pace = new Pace()
    pace.restart(1000)
    expect(pace.millisecondsPerStep).toBe(0)
    pace.mark(1100, 10)
    expect(pace.millisecondsPerStep).toBe(10)
  })

  it('does not swing when two groups arrive together', () => {
    const pace = new Pace()
    pace.restart(0)
    for (let group = 1; group <= 6; group++) pace.mark(group % 2 === 0 ? group * 100 : (group + 1) * 100 - 1, 10)
    expect(pace.millisecondsPerStep).toBeCloseTo(10, 0)
  })

  it('forgets what lies further back, and never counts a pause', () => {
    const pace = new Pace()
    pace.restart(0)
    for (let group = 1; group <= 20; group++) pace.mark(group * 500, 10)
    for (let group = 1; group <= 9; group++) pace.mark(10_000 + group * 100, 10)
    expect(pace.millisecondsPerStep).toBeCloseTo(10, 6)
    pace.restart(1e6)
    expect(pace.millisecondsPerStep).toBeCloseTo(10, 6)
    pace.mark(1e6 + 200, 10)
    expect(pace.millisecondsPerStep).toBe(20)
  })
})
