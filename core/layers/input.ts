import type { InputAttributes } from '../architecture/kinds/input.ts'
import type { Builder } from './context.ts'

/** The batch's pixels, still 8-bit; the preprocessing is the affine map that goes with them. */
export const buildInput: Builder<InputAttributes> = (context, _site, _inputs, { height, width, channels }) => ({
  output: { flow: 'pixels', shape: [height, width, channels], pixels: context.ports.pixels, scale: context.ports.scale, offset: context.ports.offset },
  backward: () => [],
})
