import { z } from 'zod'
import { NO_COST, type Fix, type LayerKind, type Problem } from '../kind.ts'
import { channels, elements, MAX_VALUES, type Flow, type Shape, type Signal } from '../signal.ts'
import { describeSignal, grouped, shapeText } from '../wording.ts'
import { outputTooLarge } from './complaints.ts'

const concatAttributes = z.strictObject({ inputs: z.int().min(2).max(64).default(2) })
export type ConcatAttributes = z.infer<typeof concatAttributes>

const addAttributes = z.strictObject({})
export type AddAttributes = z.infer<typeof addAttributes>

const ADD_PORTS = ['a', 'b'] as const

export const concat: LayerKind<typeof concatAttributes> = {
  kind: 'concat',
  family: 'join',
  title: 'Concatenate',
  summary: 'Several branches side by side: the channels of the first, then those of the next. Heights and widths must be the same.',
  inputs: ['in1', 'in2'],
  hasOutput: true,
  passThrough: false,
  attributes: concatAttributes,
  fields: { inputs: { label: 'Inputs', help: 'Number of branches that meet here.', unit: 'branches', source: 'inception modules of GoogLeNet (Hubara et al. 2016, supplement, Table 3)' } },
  initial: {},
  ports: ({ inputs }) => concatPorts(inputs),

  infer(inputs, attributes, node) {
    const ports = concatPorts(attributes.inputs)
    const problems = [...differentSizes(node, inputs, ports, false), ...differentFlows(node, inputs, ports)]
    if (problems.length > 0) return { problems }
    const [first] = inputs as [Signal, ...Signal[]]
    const width = inputs.reduce((sum, { shape }) => sum + channels(shape), 0)
    const shape: Shape = first.shape.length === 1 ? [width] : [first.shape[0], first.shape[1], width]
    if (elements(shape) > MAX_VALUES) return { problems: [outputTooLarge(node, elements(shape), { label: `Remove ${node}`, node, remove: true })] }
    return { output: { shape, flow: first.flow }, cost: NO_COST }
  },
}

function concatPorts(inputs: number): string[] {
  return Array.from({ length: inputs }, (_, at) => `in${at + 1}`)
}

export const add: LayerKind<typeof addAttributes> = {
  kind: 'add',
  family: 'join',
  title: 'Add',
  summary: 'The sum of two branches of the same shape, value by value, as behind a shortcut.',
  inputs: ADD_PORTS,
  hasOutput: true,
  passThrough: false,
  attributes: addAttributes,
  fields: {},
  initial: {},

  infer(inputs, _attributes, node) {
    const problems = differentSizes(node, inputs, ADD_PORTS, true)
    const pixels = inputs.findIndex(({ flow }) => flow === 'pixels')
    if (pixels >= 0) problems.push(pixelsAdded(node, inputs[pixels] as Signal, ADD_PORTS[pixels] ?? 'a'))
    if (problems.length > 0) return { problems }
    const [{ shape }] = inputs as [Signal, Signal]
    const whole = inputs.every(({ flow }) => flow === 'integers' || flow === 'bits')
    return { output: { shape, flow: whole ? 'integers' : 'reals' }, cost: NO_COST }
  },
}

function pixelsAdded(node: string, source: Signal, port: string): Problem {
  return {
    code: 'wrongFlow',
    severity: 'error',
    message: `${node}.${port} gets ${describeSignal(source)}; only what layers compute can be added, and the first layer with weights reads 8-bit pixels as they are`,
    node,
    port,
    fixes: [{ label: `Remove ${node}`, node, remove: true }],
  }
}

/** As in "heights, widths and channels". */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/**
 * One problem for every input whose shape keeps the branches apart: for `add` all of it must agree, for `concat` height
 * and width. The others are held to the smallest picture, since a picture can be made smaller.
 */
function differentSizes(node: string, inputs: readonly Signal[], ports: readonly string[], wholeShape: boolean): Problem[] {
  const vector = inputs.findIndex(({ shape }) => shape.length === 1)
  if (vector >= 0) return besideVector(node, inputs, ports, vector, wholeShape)
  const places = ({ shape }: Signal): number => elements(shape) / channels(shape)
  const least = inputs.reduce((smallest, input, at) => (places(input) < places(inputs[smallest] as Signal) ? at : smallest), 0)
  const target = (inputs[least] as Signal).shape as readonly [number, number, number]
  return inputs.flatMap((input, at) => {
    const shape = input.shape as readonly [number, number, number]
    const parts = ['heights', 'widths', ...(wholeShape ? ['channels'] : [])]
    const differing = parts.filter((_, part) => shape[part] !== target[part])
    if (differing.length === 0) return []
    const port = ports[at] as string
    return [shapesDiffer(node, input.shape, port, target, ports[least] as string, differing, reduction(node, port, shape, target, wholeShape))]
  })
}

/** A vector among the inputs: pictures beside it must be flattened, and to be added it must be as long as the others. */
function besideVector(node: string, inputs: readonly Signal[], ports: readonly string[], vector: number, wholeShape: boolean): Problem[] {
  const target = (inputs[vector] as Signal).shape
  return inputs.flatMap((input, at): Problem[] => {
    const port = ports[at] as string
    if (input.shape.length === 3) {
      return [{
        code: 'needsVector',
        severity: 'error',
        message: `${node}.${port} gets ${describeSignal(input)}, but ${ports[vector]} ${describeSignal(inputs[vector] as Signal)}; branches meet in the same form`,
        node,
        port,
        fixes: [{ label: 'Insert a flatten layer', before: node, port, insert: 'flatten' }],
      }]
    }
    if (!wholeShape || elements(input.shape) === elements(target)) return []
    const units = elements(target)
    const fix = units <= 65536 ? { label: `Insert a dense layer of ${grouped(units)} units`, before: node, port, insert: 'dense', with: { units } } : undefined
    return [shapesDiffer(node, input.shape, port, target, ports[vector] as string, ['lengths'], fix)]
  })
}

function shapesDiffer(node: string, shape: Shape, port: string, target: Shape, other: string, differing: readonly string[], fix: Fix | undefined): Problem {
  return {
    code: 'shapesDiffer',
    severity: 'error',
    message: `${node} cannot join ${port}, ${shapeText(shape)}, with ${other}, ${shapeText(target)}: the ${listed(differing)} differ`,
    node,
    port,
    fixes: [...(fix ? [fix] : []), { label: `Remove ${node}`, node, remove: true }],
  }
}

/** A convolution of 1 × 1 that brings a picture to the target's size, as projection shortcuts do; undefined if no stride does. */
function reduction(node: string, port: string, [height, width, depth]: readonly [number, number, number], target: readonly [number, number, number], wholeShape: boolean): Fix | undefined {
  const filters = wholeShape ? target[2] : depth
  const stride = Math.ceil(height / target[0])
  if (filters > 65536 || stride > 64 || Math.ceil(height / stride) !== target[0] || Math.ceil(width / stride) !== target[1]) return undefined
  const label = `Insert a 1 × 1 convolution of ${grouped(filters)} filters${stride === 1 ? '' : ` and stride ${stride}`}`
  return { label, before: node, port, insert: 'conv2d', with: { filters, kernel: 1, stride } }
}

/** One problem for every input that flows differently from what the branches can agree on: bits if any has them, else reals. */
function differentFlows(node: string, inputs: readonly Signal[], ports: readonly string[]): Problem[] {
  const flows = new Set(inputs.map(({ flow }) => flow))
  if (flows.size === 1) return []
  const target = (['bits', 'ternary', 'reals', 'integers'] as const).find(flow => flows.has(flow)) ?? 'pixels'
  const kept = ports[inputs.findIndex(({ flow }) => flow === target)]
  return inputs.flatMap((input, at): Problem[] => {
    if (input.flow === target) return []
    const port = ports[at] as string
    const conversion = converted(input.flow, target)
    return [{
      code: 'flowsDiffer',
      severity: 'error',
      message: `${node}.${port} gets ${describeSignal(input)}, but ${kept} ${describeSignal(inputs[ports.indexOf(kept as string)] as Signal)}; what is put side by side must be of one kind`,
      node,
      port,
      fixes: [
        ...(conversion ? [{ label: conversion.label, before: node, port, insert: conversion.kind }] : []),
        { label: `Remove ${node}`, node, remove: true },
      ],
    }]
  })
}

function converted(from: Flow, to: Flow): { label: string; kind: string } | undefined {
  if (from !== 'integers' && from !== 'reals') return undefined
  if (to === 'bits') return { label: 'Insert a sign', kind: 'sign' }
  return to === 'reals' ? { label: 'Insert batch normalisation', kind: 'batchNorm' } : undefined
}
