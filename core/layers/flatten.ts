import { invariant } from '../errors.ts'
import type { Builder } from './context.ts'
import { channels } from './values.ts'

/** A picture as a vector, in the order height, width, channels: the same memory, so nothing is computed. */
export const buildFlatten: Builder<object> = (_context, site, [input]) => {
  invariant(input, () => `flatten ${site.id} has no input`)
  return { output: { ...input, shape: [channels(input)] }, backward: gradient => [gradient] }
}
