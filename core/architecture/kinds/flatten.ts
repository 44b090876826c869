import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { elements } from '../signal.ts'

const attributes = z.strictObject({})
export type FlattenAttributes = z.infer<typeof attributes>

export const flatten: LayerKind<typeof attributes> = {
  kind: 'flatten',
  family: 'reshape',
  title: 'Flatten',
  summary: 'A picture as one vector: row by row, pixel by pixel, channel by channel. Values stay as they are.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes,
  fields: {},
  initial: {},

  infer(inputs, _attributes, node) {
    const source = onlyInput(inputs)
    const output = { shape: [elements(source.shape)], flow: source.flow } as const
    if (source.shape.length === 3) return { output, cost: NO_COST }
    return {
      output,
      cost: NO_COST,
      problems: [{
        code: 'alreadyVector',
        severity: 'warning',
        message: `${node} flattens what is a vector already, and changes nothing`,
        node,
        fixes: [{ label: `Remove ${node}`, node, remove: true }],
      }],
    }
  },
}
