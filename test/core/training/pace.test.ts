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

  it('knows when the device began with what it is at, and the least it will need', () => {
    const pace = new Pace()
    pace.restart(1000)
    expect([pace.since, pace.quickest]).toEqual([1000, 0])
    // The first step compiles.
    pace.mark(3000, 1)
    expect([pace.since, pace.quickest]).toEqual([3000, 0])
    pace.mark(3010, 1)
    expect([pace.since, pace.quickest]).toEqual([3010, 10])
    pace.mark(3310, 20)
    pace.mark(3810, 30)
    expect(pace.quickest).toBe(10)
    pace.restart(9000)
    expect([pace.since, pace.quickest]).toEqual([9000, 10])
  })
})
