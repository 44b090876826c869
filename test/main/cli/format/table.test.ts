import { describe, expect, test } from 'vitest'
import { facts, printable, table, widthOf, type Column } from '../../../../main/cli/format/table.ts'

interface Row {
  readonly name: string
  readonly size: number
  readonly remark?: string
}

const columns: readonly Column<Row>[] = [
  { title: 'name', cell: row => row.name },
  { title: 'size', align: 'right', cell: row => String(row.size) },
  { title: 'remark', cell: row => row.remark ?? '' },
]

describe('tables', () => {
  test('line up, numbers to the right, without trailing blanks', () => {
    expect(table(columns, [{ name: 'a', size: 5 }, { name: 'long name', size: 12345, remark: 'large' }])).toEqual([
      'name        size  remark',
      '─────────  ─────  ──────',
      'a              5',
      'long name  12345  large',
    ])
  })

  test('leave out a column that nobody uses', () => {
    expect(table(columns, [{ name: 'a', size: 5 }])[0]).toBe('name  size')
  })

  test('end in a total that may be the widest', () => {
    const lines = table(columns, [{ name: 'a', size: 5 }], ['total', '1234567', ''])
    expect(lines.slice(-2)).toEqual(['─────  ───────', 'total  1234567'])
    expect(new Set(lines.map(widthOf)).size).toBe(1)
  })

  test('with no rows still have their titles', () => expect(table(columns, [])[0]).toBe('name  size  remark'))

  test('show control characters of what comes from outside as pictures', () => {
    expect(printable('a\nb\u001b[2J\u202ec')).toBe('a␊b␛[2J\ufffdc')
    expect(table(columns, [{ name: 'a\nb', size: 1 }])).toHaveLength(3)
  })
})

test('facts put values in one column and leave out what is not given', () => {
  expect(facts([['error', '1 %'], undefined, ['top-5 error', '0 %']])).toEqual(['error        1 %', 'top-5 error  0 %'])
})
