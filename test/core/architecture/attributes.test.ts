import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAttributes, controlsOf, controlText, type Control } from '../../../core/architecture/attributes.ts'
import { NodeSchema } from '../../../core/architecture/document.ts'
import type { LayerKind } from '../../../core/architecture/kind.ts'
import { batchNorm, conv2d, dense, dropout, layerKinds } from '../../../core/architecture/kinds/index.ts'

describe('controls', () => {
  test('carry the ranges of the schema and what a new node starts with', () => {
    expect(controlsOf(dense).get('units')).toEqual({ type: 'integer', minimum: 1, maximum: 65536, initial: 256 })
    expect(controlsOf(dense).get('weights')).toEqual({ type: 'choice', choices: ['binary', 'scaled', 'quantized', 'real'], initial: 'binary' })
    expect(controlsOf(dense).get('bias')).toEqual({ type: 'boolean', initial: false })
    expect(controlsOf(dropout).get('rate')).toEqual({ type: 'number', minimum: 0, below: 1, initial: 0.5 })
    expect(controlsOf(batchNorm)).toBe(controlsOf(batchNorm))
  })

  test('read as text', () => {
    const texts: [Control, string][] = [
      [{ type: 'integer', minimum: 1, maximum: 9 }, 'a whole number from 1 to 9'],
      [{ type: 'number', minimum: 0, below: 1 }, 'a number from 0 to below 1'],
      [{ type: 'number', above: 0 }, 'a number from above 0'],
      [{ type: 'number', maximum: 3 }, 'a number up to 3'],
      [{ type: 'number' }, 'a number'],
      [{ type: 'boolean' }, 'true or false'],
      [{ type: 'choice', choices: ['a', 'b'] }, 'one of a, b'],
    ]
    for (const [control, text] of texts) expect(controlText(control)).toBe(text)
  })
})

describe('checkAttributes', () => {
  const check = (attributes: Record<string, unknown>, kind: LayerKind = dense): ReturnType<typeof checkAttributes> =>
    checkAttributes(kind, NodeSchema.parse({ id: 'n', kind: kind.kind, attributes }))

  test('says what was expected and what was found', () => {
    expect(check({}).problems).toMatchObject([{ message: 'n needs units as a whole number from 1 to 65536; found none', fixes: [{ set: { units: 256 } }] }])
    expect(check({ units: 'many' }).problems).toMatchObject([{ message: 'n needs units as a whole number from 1 to 65536; found "many"' }])
  })

  test.each([
    [{ units: 0 }, { units: 1 }],
    [{ units: 12.6 }, { units: 13 }],
    [{ units: '64' }, { units: 64 }],
    [{ units: 1e9 }, { units: 65536 }],
    [{ units: true }, { units: 256 }],
    [{ units: 8, bias: 'yes' }, { bias: true }],
    [{ units: 8, bias: 0 }, { bias: false }],
    [{ units: 8, bias: 'perhaps' }, { bias: false }],
    [{ units: 8, weights: 'Binry' }, { weights: 'binary' }],
    [{ units: 8, weights: 'xyz' }, { weights: 'binary' }],
  ])('%o is mended by %o', (written, set) => {
    expect(check(written).problems).toMatchObject([{ fixes: [{ node: 'n', set }] }])
  })

  test('an attribute that may be left out is left out where nothing is meant', () => {
    expect(check({ filters: 3, padding: false }, conv2d).problems).toMatchObject([{ field: 'padding', fixes: [{ label: 'Leave out padding', set: {}, unset: ['padding'] }] }])
    expect(check({ filters: 3, padding: '2' }, conv2d).problems).toMatchObject([{ fixes: [{ set: { padding: 2 } }] }])
  })

  test('offers a value that its schema takes, whatever was written', () => {
    const value = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean())
    fc.assert(fc.property(fc.constantFrom(...layerKinds.values()), value, (kind, written) => {
      for (const name of controlsOf(kind).keys()) {
        const attributes = { ...kind.initial, [name]: written }
        for (const { fixes } of checkAttributes(kind, { id: 'n', kind: kind.kind, attributes, position: { x: 0, y: 0 } }).problems) {
          const [fix] = fixes
          expect(fix).toBeDefined()
          if (fix && 'set' in fix) {
            const mended = Object.entries({ ...attributes, ...fix.set }).filter(([other]) => !(fix.unset ?? []).includes(other))
            expect(kind.attributes.safeParse(Object.fromEntries(mended)).success).toBe(true)
          }
        }
      }
    }), { numRuns: 200 })
  })

  test('names from the prototype of objects are attributes like others', () => {
    const attributes = JSON.parse('{"units": 4, "__proto__": 1, "constructor": "x"}') as Record<string, number>
    const { problems } = checkAttributes(dense, { id: 'n', kind: 'dense', attributes, position: { x: 0, y: 0 } })
    expect(problems.map(problem => [problem.code, problem.field])).toEqual([['unknownAttribute', '__proto__'], ['unknownAttribute', 'constructor']])
  })
})
