import { z } from 'zod'
import { NO_COST, type Fix, type LayerKind } from '../kind.ts'
import { MAX_VALUES } from '../signal.ts'
import { grouped } from '../wording.ts'

const side = z.int().min(1).max(4096)

const attributes = z.strictObject({ height: side, width: side, channels: z.int().min(1).max(1024) })
export type InputAttributes = z.infer<typeof attributes>

export const input: LayerKind<typeof attributes> = {
  kind: 'input',
  family: 'input',
  title: 'Input',
  summary: 'The picture as 8-bit pixels, 0 to 255. The recipe says which real values they stand for.',
  inputs: [],
  hasOutput: true,
  passThrough: false,
  attributes,
  fields: {
    height: { label: 'Height', help: 'Rows of the picture, as in the data set.', unit: 'pixels' },
    width: { label: 'Width', help: 'Columns of the picture, as in the data set.', unit: 'pixels' },
    channels: { label: 'Channels', help: '1 for grey, 3 for colour.', unit: 'channels' },
  },
  initial: { height: 28, width: 28, channels: 1 },

  infer(_inputs, { height, width, channels }, node) {
    const values = height * width * channels
    if (values <= MAX_VALUES) return { output: { shape: [height, width, channels], flow: 'pixels' }, cost: NO_COST }
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
