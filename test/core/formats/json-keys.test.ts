import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPrototypeKey, parseStrictJson } from '../../../core/formats/json-keys.ts'

describe('parseStrictJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom(undefined, 2), (text, indent) => {
      fc.pre(!/"(__proto__|constructor|prototype)"/.test(text))
      const json = JSON.stringify(JSON.parse(text), null, indent)
      expect(parseStrictJson(json, 10, 'text')).toEqual(JSON.parse(json))
    }))
  })

  it.each([
    ['{"a":1,"a":2}', /"a" twice/],
    ['{"a":1,"\\u0061":2}', /"a" twice/],
    ['{"x":[{"a b" : 1, "a b"\n: 2}]}', /"a b" twice/],
    ['{"__proto__":{}}', /"__proto__" is not allowed/],
    ['{"a":{"\\u005f_proto__":1}}', /"__proto__" is not allowed/],
    ['{"constructor":1}', /"constructor" is not allowed/],
    ['[[[[1]]]]', /nested at most 3 deep, found deeper at character 3/],
    ['{"a":', /expected JSON/],
    ['{"a', /expected JSON/],
    ['{"\\q":1}', /expected JSON/],
    ['}}{{', /expected JSON/],
    ['', /expected JSON/],
  ])('refuses %s', (text, message) => {
    expect(() => parseStrictJson(text, 3, 'text')).toThrow(message)
  })

  it('takes equal keys of different objects, and keys as values, for what they are', () => {
    expect(parseStrictJson('{"a":{"b":"a"},"c":{"b":"__proto__"},"d":["a","a"]}', 3, 'text')).toEqual({ a: { b: 'a' }, c: { b: '__proto__' }, d: ['a', 'a'] })
  })

  it('refuses deep nesting without building it', () => {
    expect(() => parseStrictJson('['.repeat(5_000_000), 3, 'text')).toThrow(/nested/)
  })

  it('knows the keys that reach for a prototype', () => {
    expect(['__proto__', 'constructor', 'prototype', 'toString'].map(isPrototypeKey)).toEqual([true, true, true, false])
  })
})
