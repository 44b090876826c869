import { describe, expect, it } from 'vitest'
import { DeviceWait } from '../../../core/training/deviceWait.ts'

describe('the time a device waits for images', () => {
  it('counts only what the device has nothing else to do in', () => {
    const wait = new DeviceWait()
    wait.submitted(0, 10)
    wait.submitted(1, 10)
    wait.waitedFor(2, 19)
    expect(wait.milliseconds).toBe(0)
    wait.waitedFor(19, 25)
    expect(wait.milliseconds).toBe(5)
    wait.submitted(25, 10)
    wait.waitedFor(40, 42)
    expect(wait.milliseconds).toBe(7)
  })

  it('learns from what was seen to be done', () => {
    const wait = new DeviceWait()
    wait.submitted(0, 100)
    wait.collected(50, 0)
    wait.waitedFor(50, 60)
    expect(wait.milliseconds).toBe(10)
    wait.collected(60, 30)
    wait.waitedFor(60, 85)
    expect(wait.milliseconds).toBe(10)
  })
})
