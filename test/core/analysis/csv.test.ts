import { expect, test } from 'vitest'
import { csvOfColumns, csvText } from '../../../core/analysis/csv.ts'
import { filterTable } from '../../../core/analysis/filterTable.ts'

test('fields are quoted where they must be, and are no formulas; what is no number is empty', () => {
  expect(csvText(['a,b', 'c'], [['=1+1', -1.5], ['say "no"', null], ['two\nlines', NaN], [true, 1e-7]])).toBe('"a,b",c\r\n\'=1+1,-1.5\r\n"say ""no""",\r\n"two\nlines",\r\ntrue,1e-7\r\n')
  expect(csvOfColumns({ step: Float64Array.of(1, 2), 'dense,1': Float64Array.of(NaN, 0.25) })).toBe('step,"dense,1"\r\n1,\r\n2,0.25\r\n')
  expect(csvOfColumns({})).toBe('\r\n')
  expect(filterTable([])).toBe('layer,kernel,key,count,opposite,maps\r\n')
})
