import { describe, expect, test } from 'vitest'
import { Interrupts } from '../../../main/cli/interrupt.ts'

function arrange() {
  const happened: string[] = []
  let time = 0
  const interrupts = new Interrupts(() => happened.push('die'), () => time)
  return { interrupts, happened, pass: (ms: number) => (time += ms) }
}

describe('interrupts', () => {
  test('end at once when nothing has to be saved', () => {
    const { interrupts, happened } = arrange()
    interrupts.receive()
    expect(happened).toEqual(['die'])
  })

  test('let the work under way end well, and kill at the second', async () => {
    const { interrupts, happened, pass } = arrange()
    await interrupts.during(() => happened.push('stop'), async () => {
      interrupts.receive()
      pass(1000)
      interrupts.receive()
    })
    expect(happened).toEqual(['stop', 'die'])
    expect(interrupts.asked).toBe(true)
  })

  test('count one press once, though npm and the terminal both pass it on', async () => {
    const { interrupts, happened, pass } = arrange()
    await interrupts.during(() => happened.push('stop'), async () => {
      for (let echo = 0; echo < 3; echo++) {
        interrupts.receive()
        pass(50)
      }
    })
    expect(happened).toEqual(['stop'])
  })

  test('kill again once the work has ended, even if it failed', async () => {
    const { interrupts, happened } = arrange()
    await expect(interrupts.during(() => happened.push('stop'), () => Promise.reject(new Error('work')))).rejects.toThrow('work')
    interrupts.receive()
    expect(happened).toEqual(['die'])
  })
})
