import type { LayerNode } from '../../core/architecture/document.ts'
import { parseAs, ProjectSchema, type Project } from '../../core/architecture/project.ts'
import type { Recipe } from '../../core/architecture/recipe.ts'
import type { Dataset, Split } from '../../core/data/dataset.ts'
import { fillUniform, streamKey } from '../../core/random.ts'
import { publishDataset } from '../../main/services/datasets/publish.ts'

export const SMALL = 'small'
const SIDE = 8
const CLASSES = 10

/** Pictures of ten classes that a small network tells apart: each class has a pattern, each picture noise over it. */
export function smallDataset(train = 700, test = 200, seed = 1): Dataset {
  const pattern = uniform(CLASSES * SIDE * SIDE, seed)
  const split = (count: number, stream: number): Split => {
    const noise = uniform(count * SIDE * SIDE, seed + stream)
    const labels = Uint16Array.from({ length: count }, (_, image) => (image * 7 + stream) % CLASSES)
    const images = Uint8Array.from({ length: count * SIDE * SIDE }, (_, at) => {
      const [image, pixel] = [Math.floor(at / (SIDE * SIDE)), at % (SIDE * SIDE)]
      const clean = pattern[(labels[image] as number) * SIDE * SIDE + pixel] as number
      return Math.round(255 * (0.25 * clean + 0.75 * (noise[at] as number)))
    })
    return { count, images, labels }
  }
  return { name: SMALL, shape: [SIDE, SIDE, 1], classes: Array.from({ length: CLASSES }, (_, k) => `class ${k}`), train: split(train, 1), test: split(test, 2) }
}

function uniform(count: number, seed: number): Float32Array {
  return fillUniform(new Float32Array(count), streamKey(seed, 77), 0, 1)
}

/** Stores smallDataset() in a home. */
export async function storeSmall(home: string, dataset = smallDataset(), replace = false): Promise<void> {
  await publishDataset(home, dataset, { kind: 'test', description: 'generated', files: [] }, { replace })
}

export interface SmallOptions {
  readonly units?: number
  readonly weights?: 'binary' | 'real'
  readonly recipe?: Partial<Recipe>
}

/** A network of one hidden layer with every source of randomness there is: shuffling, dropout and stochastic signs. */
export function smallProject({ units = 64, weights = 'binary', recipe = {} }: SmallOptions = {}): Project {
  const layers: Pick<LayerNode, 'id' | 'kind' | 'attributes'>[] = [
    { id: 'input', kind: 'input', attributes: { height: SIDE, width: SIDE, channels: 1 } },
    { id: 'flatten', kind: 'flatten', attributes: {} },
    { id: 'dense1', kind: 'dense', attributes: { units, weights } },
    { id: 'norm1', kind: 'batchNorm', attributes: {} },
    { id: 'sign1', kind: 'sign', attributes: { mode: 'stochastic' } },
    { id: 'drop1', kind: 'dropout', attributes: { rate: 0.2 } },
    { id: 'dense2', kind: 'dense', attributes: { units: CLASSES, weights } },
    { id: 'norm2', kind: 'batchNorm', attributes: {} },
    { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } },
  ]
  return parseAs(ProjectSchema, {
    version: 1,
    name: 'Small training!',
    dataset: SMALL,
    architecture: {
      version: 1,
      nodes: layers,
      edges: layers.slice(1).map(({ id }, at) => ({ from: { node: layers[at]?.id }, to: { node: id } })),
    },
    recipe: {
      version: 1,
      seed: 11,
      epochs: 4,
      batchSize: 20,
      optimizer: { kind: 'adam' },
      learningRate: { start: 3e-3, schedule: { kind: 'constant' } },
      layerScale: { mode: 'exact' },
      validation: 100,
      ...recipe,
    },
  }, 'the small project')
}
