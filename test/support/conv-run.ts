import type { LayerNode } from '../../core/architecture/document.ts'
import { parseAs, ProjectSchema, type Project } from '../../core/architecture/project.ts'
import { fillUniform, streamKey } from '../../core/random.ts'
import type { TensorSource } from '../../main/services/runs/checkpoint-write.ts'

/** A network of two binary convolutions and two binary dense layers on 8 x 8 pictures. */
export function convProject(epochs = 4): Project {
  const layers: Pick<LayerNode, 'id' | 'kind' | 'attributes'>[] = [
    { id: 'input', kind: 'input', attributes: { height: 8, width: 8, channels: 1 } },
    { id: 'conv1', kind: 'conv2d', attributes: { filters: 12, kernel: 3 } },
    { id: 'norm1', kind: 'batchNorm', attributes: {} },
    { id: 'sign1', kind: 'sign', attributes: {} },
    { id: 'conv2', kind: 'conv2d', attributes: { filters: 20, kernel: 3 } },
    { id: 'norm2', kind: 'batchNorm', attributes: {} },
    { id: 'sign2', kind: 'sign', attributes: {} },
    { id: 'flatten', kind: 'flatten', attributes: {} },
    { id: 'dense1', kind: 'dense', attributes: { units: 40 } },
    { id: 'norm3', kind: 'batchNorm', attributes: {} },
    { id: 'sign3', kind: 'sign', attributes: {} },
    { id: 'dense2', kind: 'dense', attributes: { units: 10 } },
    { id: 'norm4', kind: 'batchNorm', attributes: {} },
    { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } },
  ]
  return parseAs(ProjectSchema, {
    version: 1, name: 'small convolutions', dataset: 'small',
    architecture: { version: 1, nodes: layers, edges: layers.slice(1).map(({ id }, at) => ({ from: { node: layers[at]?.id }, to: { node: id } })) },
    recipe: { version: 1, seed: 3, epochs, batchSize: 20, optimizer: { kind: 'adam' }, learningRate: { start: 3e-3, schedule: { kind: 'constant' } }, layerScale: { mode: 'exact' }, validation: 100 },
  }, 'the small convolutions')
}

const SHAPES = { conv1: [9, 12], conv2: [9 * 12, 20], dense1: [8 * 8 * 20, 40], dense2: [40, 10] } as const
const CHANNELS = { norm1: 12, norm2: 20, norm3: 40, norm4: 10 } as const

/** Weights that convProject might have after an epoch; from one to the next some of their signs turn. */
export function convTensors(epoch: number): ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }> {
  const drawn = (stream: number, count: number): Float32Array => {
    const start = fillUniform(new Float32Array(count), streamKey(5, stream), -1, 1)
    const drift = fillUniform(new Float32Array(count), streamKey(6, stream), -1, 1)
    return start.map((value, at) => Math.min(1, Math.max(-1, value + 0.1 * epoch * (drift[at] ?? 0))))
  }
  const tensors = new Map<string, { readonly shape: readonly number[]; readonly values: Float32Array }>()
  for (const [at, [name, shape]] of Object.entries(SHAPES).entries()) tensors.set(`${name}.weight`, { shape, values: drawn(at, shape[0] * shape[1]) })
  for (const [at, [name, count]] of Object.entries(CHANNELS).entries()) {
    for (const [which, part] of ['beta', 'runningMean'].entries()) tensors.set(`${name}.${part}`, { shape: [count], values: drawn(100 + 10 * at + which, count) })
    for (const part of ['gamma', 'runningInverseStd']) tensors.set(`${name}.${part}`, { shape: [count], values: new Float32Array(count).fill(1) })
  }
  return tensors
}

export function convSources(epoch: number): TensorSource[] {
  return [...convTensors(epoch)].map(([name, { shape, values }]) => ({ name, shape, read: async () => new Uint8Array(values.slice().buffer) }))
}
