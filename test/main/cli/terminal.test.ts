import { describe, expect, test } from 'vitest'
import { notesOn } from '../../../main/cli/terminal.ts'

function screen(isTTY: boolean) {
  const written: string[] = []
  let time = 0
  const notes = notesOn({ isTTY, columns: 60, write: text => written.push(text) }, { now: () => time })
  return { notes, written, pass: (ms: number) => (time += ms) }
}

describe('notes', () => {
  test('redraw their moving line at most ten times a second, in one column less than there are', () => {
    const { notes, written, pass } = screen(true)
    for (let at = 0; at < 100; at++) {
      notes.moving(columns => `${at} of ${columns}`)
      pass(10)
    }
    expect(written).toHaveLength(10)
    expect(written[1]).toBe('\r\u001b[2K10 of 59')
  })

  test('take the moving line away before a line that stays', () => {
    const { notes, written } = screen(true)
    notes.moving(() => 'half')
    notes.line('whole')
    notes.line('next')
    expect(written.join('')).toBe('\r\u001b[2Khalf\r\u001b[2Kwhole\nnext\n')
  })

  test('have no moving line where nobody watches', () => {
    const { notes, written } = screen(false)
    notes.moving(() => expect.unreachable('nobody watches'))
    notes.line('line')
    notes.settle()
    expect(written).toEqual(['line\n'])
  })
})
