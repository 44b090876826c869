import { readFileSync } from 'node:fs'

/** @param {string} path */
export function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string | undefined} text
 * @returns {unknown} undefined when it is no JSON
 */
export function parseJson(text) {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}

/**
 * A part of what JSON held, or undefined where the path leads nowhere. Setup has no schema library: it comes before the
 * packages.
 *
 * @param {unknown} value
 * @param {...string} path
 * @returns {unknown}
 */
export function partOf(value, ...path) {
  const [name, ...rest] = path
  if (name === undefined) return value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return partOf(/** @type {Record<string, unknown>} */ (value)[name], ...rest)
}

/**
 * @param {unknown} value
 * @param {...string} path
 */
export function textAt(value, ...path) {
  const part = partOf(value, ...path)
  return typeof part === 'string' ? part : undefined
}

/**
 * @param {unknown} value
 * @returns {[name: string, value: unknown][]} none unless it is an object
 */
export const entriesOf = value => (typeof value === 'object' && value !== null ? Object.entries(value) : [])

/**
 * @param {unknown} value
 * @returns {string[] | undefined} undefined unless it is an array; what is no text in it is left out
 */
export const textsOf = value => (Array.isArray(value) ? value.filter(item => typeof item === 'string') : undefined)
