import { describe, expect, test } from 'vitest'
import { assignment, collected, positiveNumber, wholeNumber, wholeNumbers } from '../../../main/cli/options.ts'

describe('arguments of options', () => {
  test.each(['0', '-1', '1.5', '1e3', 'NaN', 'Infinity', '', ' ', '0x10', '9007199254740993', '65536'])('refuse %j as a whole number from 1 to 65535', text => {
    expect(() => wholeNumber(1, 65535)(text)).toThrow('Expected a whole number from 1 to 65535')
  })
  test('take whole numbers', () => expect(['1', '+7', '65535'].map(wholeNumber(1, 65535))).toEqual([1, 7, 65535]))

  test.each(['0', '-0.5', 'NaN', 'Infinity', '1e999', '', 'x', '1,5', '0x1'])('refuse %j as a number above 0', text => {
    expect(() => positiveNumber(text)).toThrow('Expected a number above 0')
  })
  test('take numbers above 0', () => expect(['0.25', '2', '.5', '1e-3', '3.'].map(positiveNumber)).toEqual([0.25, 2, 0.5, 0.001, 3]))

  test('collect what is given several times, without touching what was there', () => {
    const first = collected('a')
    expect(collected('b', first)).toEqual(['a', 'b'])
    expect(first).toEqual(['a'])
  })

  test.each(['recipe.batchSize', '=3', ''])('refuse %j as an assignment', text => expect(() => assignment(text)).toThrow('PATH=VALUE'))
  test('keep an assignment as it is', () => expect(assignment('recipe.optimizer={"kind":"sgd","momentum":0}')).toEqual(['recipe.optimizer={"kind":"sgd","momentum":0}']))

  test('take several whole numbers with commas', () => {
    expect(wholeNumbers(32, 8192)('512, 1024')).toEqual([512, 1024])
    expect(() => wholeNumbers(32, 8192)('512,,1024')).toThrow('Expected')
  })
})
