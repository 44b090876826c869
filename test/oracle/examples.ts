/** Small projects and data for tests that hold something against the reference. */
import type { z } from 'zod'
import type { Attributes } from '../../core/architecture/document.ts'
import { ProjectSchema, type Project } from '../../core/architecture/project.ts'
import type { RecipeSchema } from '../../core/architecture/recipe.ts'
import { threefry2x32, unitFloat } from '../../core/random.ts'
import { at } from './numbers.ts'

/** Recipe fields as a document gives them: those with defaults may be missing. */
export type RecipeFields = Partial<z.input<typeof RecipeSchema>>
export type Step = readonly [id: string, kind: string, attributes?: Attributes]

const PLAIN_RECIPE = {
  version: 1, epochs: 10, batchSize: 8, optimizer: { kind: 'sgd' }, learningRate: { start: 0.1, schedule: { kind: 'constant' } },
  layerScale: { mode: 'off' }, validation: 0,
} as const

/** Layers one after the other. `recipe` overrides fields of a plain one: sgd, rate 0.1, no layer scale. */
export function chainProject(steps: readonly Step[], recipe: RecipeFields = {}): Project {
  const edges = steps.slice(1).map(([id], i) => ({ from: { node: steps[i]?.[0] }, to: { node: id } }))
  return graphProject(steps, edges, recipe)
}

export function graphProject(steps: readonly Step[], edges: readonly unknown[], recipe: RecipeFields = {}): Project {
  const nodes = steps.map(([id, kind, attributes = {}]) => ({ id, kind, attributes }))
  return ProjectSchema.parse({ version: 1, name: 'example', dataset: 'none', architecture: { version: 1, nodes, edges }, recipe: { ...PLAIN_RECIPE, ...recipe } })
}

/** `count` floats in [low, high), a pure function of `seed`. */
export function uniformValues(count: number, seed: number, low = -1, high = 1): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => low + (high - low) * unitFloat(threefry2x32([seed, 77], [i, 0])[0]))
}

/** Pixel bytes, a pure function of `seed`. */
export function randomPixels(count: number, seed: number): Uint8Array {
  return Uint8Array.from(uniformValues(count, seed, 0, 256), Math.floor)
}

/** Labels below `classes`, a pure function of `seed`. */
export function randomLabels(count: number, classes: number, seed: number): Uint8Array {
  return Uint8Array.from(uniformValues(count, seed, 0, classes), Math.floor)
}

/** Images that are one random picture per class, with `noise` (0..1) of the pixels replaced by random ones. */
export function clusteredImages(count: number, depth: number, classes: number, noise: number, seed: number): { pixels: Uint8Array; labels: Uint8Array } {
  const prototypes = randomPixels(classes * depth, seed)
  const others = randomPixels(count * depth, seed + 1)
  const replaced = uniformValues(count * depth, seed + 2, 0, 1)
  const labels = randomLabels(count, classes, seed + 3)
  const pixels = others.map((other, i) => {
    const prototype = at(prototypes, at(labels, Math.floor(i / depth)) * depth + i % depth)
    return at(replaced, i) < noise ? other : prototype
  })
  return { pixels, labels }
}

/** Central differences of f at each element of `values`, which is left as it was. */
export function numericGradient(f: () => number, values: Float64Array, h = 1e-5): Float64Array {
  return values.map((value, i) => {
    values[i] = value + h
    const above = f()
    values[i] = value - h
    const below = f()
    values[i] = value
    return (above - below) / (2 * h)
  })
}
