import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeNode } from '../../../core/architecture/fix.ts'
import { adaptToImages, channels, elements, inferArchitecture, presetNamed, scaleWidths } from '../../../core/architecture/index.ts'
import type { Project } from '../../../core/architecture/project.ts'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { localStep } from './localStep.ts'

/** GoogLeNet on the smallest pictures that its auxiliary classifiers allow. */
const [LEAST_SIDE, NARROW] = [65, 0.05]

/** The other networks on pictures; with more rows they are held against the reference from end to end (presets.gpu.test.ts). */
const others: readonly (readonly [name: string, side: number, width: number])[] = [
  ['alexnet', 99, 0.03],
  ['xnor-net-alexnet', 67, 0.02],
  ['bi-real-18', 32, 0.03],
  ['cifar10-convnet-theano', 16, 0.05],
  ['cifar10-convnet-torch', 16, 0.05],
  ['svhn-convnet-theano', 16, 0.05],
  ['svhn-convnet-torch', 16, 0.05],
  ['binaryconnect-cifar10', 16, 0.03],
  ['binaryconnect-svhn', 16, 0.05],
  ['finn-cnv', 32, 0.05],
]

function narrow(name: string, side: number, width: number): Project {
  return adaptToImages(scaleWidths(presetNamed(name), width), { name: 'small', shape: [side, side, 3], classes: ['a', 'b', 'c', 'd', 'e'] }).project
}

/** Batch norm of one place knows nothing of one picture but its mean, so that nothing passes back through it. */
function normsOfOnePlace({ architecture }: Project): string[] {
  return [...inferArchitecture(architecture).nodes.values()].filter(({ kind, signal }) => kind === 'batchNorm' && signal && elements(signal.shape) === channels(signal.shape)).map(({ id }) => id)
}

/** In place of batch norm, XNOR-Net's alpha keeps the sums of signs small enough for the straight-through estimator to pass something. */
function withoutNormsOfOnePlace(project: Project): Project {
  const { nodes, ...rest } = normsOfOnePlace(project).reduce(removeNode, project.architecture)
  const scaled = nodes.map(node => (node.kind === 'dense' && ['binary', undefined].includes(node.attributes.weights as string) && node.attributes.binarisation !== 'stochastic' ? { ...node, attributes: { ...node.attributes, weights: 'scaled' } } : node))
  return { ...project, architecture: { ...rest, nodes: scaled }, recipe: { ...project.recipe, weightInit: 'fanIn' } }
}

describe.each(adapters)('each layer of a training step by itself on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter, 'last')
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  /** Everything agrees, hardly anything was left out, and a gradient reached every layer with one of its own to pass on. */
  async function agrees(project: Project, rows: number): Promise<void> {
    const { failures, tensors, values, leftOut, reaching } = await localStep(toolbox, { project, rows, path: 'float' })
    expect(failures).toEqual([])
    expect(tensors).toBeGreaterThan(2 * project.architecture.nodes.length)
    expect(leftOut).toBeLessThan(values / 1000)
    expect([...reaching].flatMap(([id, largest]) => (largest === 0 ? [id] : [])).join(' ')).toBe('')
  }

  it('googlenet, its inception modules and its three heads, three pictures', async () => {
    await agrees(narrow('googlenet', LEAST_SIDE, NARROW), 3)
  })

  it.each([['googlenet', LEAST_SIDE, NARROW] as const, ...others])('%s on one picture of side %i, without batch norm of one place', async (name, side, width) => {
    await agrees(withoutNormsOfOnePlace(narrow(name, side, width)), 1)
  })

  it.each(['googlenet', 'svhn-convnet-torch'])('%s on one picture as it is: batch norm of one place gives beta, and nothing passes back through it', async name => {
    const project = name === 'googlenet' ? narrow(name, LEAST_SIDE, NARROW) : narrow(name, 16, 0.05)
    const norms = new Set(normsOfOnePlace(project))
    const { failures, reaching, outputs, parameters } = await localStep(toolbox, { project, rows: 1, path: 'float' })
    expect(failures).toEqual([])
    for (const id of norms) expect(outputs.get(id)).toEqual(parameters.get(`${id}.beta`))
    const silent = project.architecture.edges.filter(({ to }) => norms.has(to.node)).map(({ from }) => from.node)
    expect(silent.length).toBeGreaterThan(1)
    for (const id of silent) expect([id, reaching.get(id)]).toEqual([id, 0])
  })
})
