import { z } from 'zod'
import type { LayerKind } from '../kind.ts'
import { elements, type Signal } from '../signal.ts'
import { grouped } from '../wording.ts'
import { needsVector } from './complaints.ts'
import { magnitudeProblem, MAX_WEIGHTS, weightAttributes, weightCost, weightFields, weightFlow, weightPorts } from './weights.ts'

const attributes = z.strictObject({ units: z.int().min(1).max(65536), ...weightAttributes })
export type DenseAttributes = z.infer<typeof attributes>

export const dense: LayerKind<typeof attributes> = {
  kind: 'dense',
  family: 'weights',
  title: 'Dense',
  summary: 'Every unit is the dot product of all inputs with its own weights: XNOR and popcount when both are binary.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes,
  fields: { units: { label: 'Units', help: 'Number of outputs.', unit: 'units' }, ...weightFields('unit') },
  initial: { units: 256 },
  width: 'units',
  ports: weightPorts,

  infer(inputs, written, node) {
    const [source, magnitude] = inputs as readonly [Signal, Signal?]
    const { units } = written
    if (source.shape.length !== 1) return { problems: [needsVector(node, 'a dense layer', source)] }
    const wrong = magnitudeProblem(node, source, magnitude)
    if (wrong) return { problems: [wrong] }
    const depth = elements(source.shape)
    const count = depth * units
    if (count > MAX_WEIGHTS) {
      const most = Math.floor(MAX_WEIGHTS / depth)
      return {
        problems: [{
          code: 'tooLarge',
          severity: 'error',
          message: `${node} would have ${grouped(depth)} × ${grouped(units)} = ${grouped(count)} weights; at most ${grouped(MAX_WEIGHTS)} are possible`,
          node,
          field: 'units',
          fixes: [{ label: `Use ${grouped(most)} units`, node, set: { units: most } }],
        }],
      }
    }
    return { output: { shape: [units], flow: weightFlow(written, source) }, cost: weightCost(written, { source, channels: depth, taps: 1, places: 1, outputs: units }) }
  },
}
