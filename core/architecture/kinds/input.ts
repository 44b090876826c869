import { z } from 'zod'
import { codedPixels } from '../coding.ts'
import { NO_COST, type Fix, type LayerKind } from '../kind.ts'
import { MAX_VALUES } from '../signal.ts'
import { grouped } from '../wording.ts'

const side = z.int().min(1).max(4096)

const value = z.number().min(-1e6).max(1e6)

const attributes = z.strictObject({
  height: side,
  width: side,
  channels: z.int().min(1).max(1024),
  coding: z.enum(['recipe', 'affine', 'fixedPoint', 'threshold']).default('recipe'),
  low: value.default(-1),
  high: value.default(1),
  bits: z.int().min(2).max(16).default(8),
  /** Left out: bits - 1, so that values lie within -1..1. */
  fractionBits: z.int().min(0).max(24).optional(),
  threshold: value.default(0),
})
export type InputAttributes = z.infer<typeof attributes>

export const input: LayerKind<typeof attributes> = {
  kind: 'input',
  family: 'input',
  title: 'Input',
  summary: 'The picture as 8-bit pixels, 0 to 255. The recipe says which real values they stand for, or the coding here does.',
  inputs: [],
  hasOutput: true,
  passThrough: false,
  attributes,
  fields: {
    height: { label: 'Height', help: 'Rows of the picture, as in the data set.', unit: 'pixels' },
    width: { label: 'Width', help: 'Columns of the picture, as in the data set.', unit: 'pixels' },
    channels: { label: 'Channels', help: '1 for grey, 3 for colour.', unit: 'channels' },
    coding: {
      label: 'Coding',
      help: 'What the network sees of a pixel. recipe: as the recipe\'s preprocessing says. affine: low for 0, high for 255. fixedPoint: that, rounded to the nearest of 2^bits values (halves up) and clipped. threshold: +1 where that is at least the threshold, else -1.',
      source: 'networks for FPGAs: fixed point of 8 bits for pictures, a threshold for digits (Umuroglu et al. 2017, FINN, section 4)',
    },
    low: { label: 'Low', help: 'What a pixel of 0 stands for, unless the recipe says it.' },
    high: { label: 'High', help: 'What a pixel of 255 stands for, unless the recipe says it.' },
    bits: { label: 'Bits', help: 'fixedPoint: how many bits a value has, its sign among them.', unit: 'bits' },
    fractionBits: { label: 'Fraction bits', help: 'fixedPoint: how many of the bits stand behind the point. Left empty: all but the sign, for values within ±1.', unit: 'bits' },
    threshold: { label: 'Threshold', help: 'threshold: the least value that counts as +1.' },
  },
  initial: { height: 28, width: 28, channels: 1 },

  infer(_inputs, written, node) {
    const { height, width, channels, coding, low, high } = written
    const values = height * width * channels
    if (coding !== 'recipe' && low === high) {
      return {
        problems: [{
          code: 'invalidAttribute',
          severity: 'error',
          message: `${node} gives every pixel the same value: low and high are both ${low}`,
          node,
          field: 'high',
          fixes: [{ label: 'Use -1 and 1', node, set: { low: -1, high: 1 } }],
        }],
      }
    }
    const flow = codedPixels(written)?.flow ?? 'pixels'
    if (values <= MAX_VALUES) return { output: { shape: [height, width, channels], flow }, cost: { ...NO_COST, savedBits: flow === 'bits' ? values : 0 } }
    return {
      problems: [{
        code: 'tooLarge',
        severity: 'error',
        message: `${node} is a picture of ${grouped(values)} values; at most ${grouped(MAX_VALUES)} are possible, so that sums over 8-bit pixels fit 32-bit integers`,
        node,
        fixes: [smaller(height, width, channels, node)],
      }],
    }
  },
}

/** Shrinks the sides by the same factor until the picture fits; channels alone never exceed the limit. */
function smaller(height: number, width: number, channels: number, node: string): Fix {
  const factor = Math.sqrt(MAX_VALUES / (height * width * channels))
  const set = { height: Math.max(1, Math.floor(height * factor)), width: Math.max(1, Math.floor(width * factor)) }
  return { label: `Use ${set.height} × ${set.width} pixels`, node, set }
}
