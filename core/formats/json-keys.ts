import { BitwrightError } from '../errors.ts'

/** Keys through which a plain object could be made to answer for something it does not hold. */
const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export function isPrototypeKey(key: string): boolean {
  return PROTOTYPE_KEYS.has(key)
}

/**
 * Parses JSON from outside more strictly than JSON.parse, which silently keeps the last of two equal keys: refuses
 * duplicate keys within one object, keys that reach for a prototype, and nesting deeper than `maxDepth`
 * (an array or object inside another is one deeper; checked before any value is built).
 */
export function parseStrictJson(text: string, maxDepth: number, where: string): unknown {
  try {
    scanKeys(text, maxDepth, where)
    return JSON.parse(text) as unknown
  } catch (cause) {
    if (cause instanceof BitwrightError) throw cause
    throw new BitwrightError({ what: `expected JSON: ${cause instanceof Error ? cause.message : String(cause)}`, where, remedy: 'use an undamaged file', cause })
  }
}

/**
 * Walks strings and brackets alone, without a check of the grammar: what JSON.parse accepts afterwards was read
 * rightly here, and what was misread here is refused there.
 */
function scanKeys(text: string, maxDepth: number, where: string): void {
  const open: (Set<string> | undefined)[] = []
  for (let i = 0; i < text.length; i++) {
    const mark = text[i]
    if (mark === '{' || mark === '[') {
      open.push(mark === '{' ? new Set() : undefined)
      if (open.length > maxDepth) {
        throw new BitwrightError({ what: `expected JSON nested at most ${maxDepth} deep, found deeper at character ${i}`, where, remedy: 'use an undamaged file' })
      }
    } else if (mark === '}' || mark === ']') {
      open.pop()
    } else if (mark === '"') {
      const end = endOfString(text, i)
      const keys = open.at(-1)
      if (keys !== undefined && nextMark(text, end) === ':') recordKey(keys, JSON.parse(text.slice(i, end)) as string, where)
      i = end - 1
    }
  }
}

function recordKey(keys: Set<string>, key: string, where: string): void {
  if (isPrototypeKey(key)) throw new BitwrightError({ what: `the name ${JSON.stringify(key)} is not allowed`, where, remedy: 'rename it' })
  if (keys.has(key)) throw new BitwrightError({ what: `expected each name once, found ${JSON.stringify(key)} twice`, where, remedy: 'rename one of the two' })
  keys.add(key)
}

/** Position after the closing quote of the string that opens at `start`; the end of the text if it never closes. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

function nextMark(text: string, from: number): string | undefined {
  let i = from
  while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++
  return text[i]
}
