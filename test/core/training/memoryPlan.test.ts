import { describe, expect, test } from 'vitest'
import { presetNamed } from '../../../core/architecture/presets/index.ts'
import { scaleWidths } from '../../../core/architecture/transform.ts'
import { trainingMemory } from '../../../core/architecture/costs.ts'
import { inferArchitecture } from '../../../core/architecture/infer.ts'
import { LEAST_LIMITS, largestBatch, planMemory, requireMemory, type DeviceLimits } from '../../../core/training/memoryPlan.ts'
import { openShaders } from '../../../main/services/shaders.ts'
import { smallProject } from '../../support/small-training.ts'

const shaders = openShaders()
const GIB = 2 ** 30
const batchOf = (name: string, batchSize: number): ReturnType<typeof presetNamed> => {
  const preset = presetNamed(name)
  return { ...preset, recipe: { ...preset.recipe, batchSize } }
}

describe('the memory plan', () => {
  test('counts what AlexNet keeps: 61,090,496 latent weights and their bits, two moments', () => {
    const plan = planMemory(presetNamed('alexnet'), shaders, LEAST_LIMITS)
    const [weights, vectors, channels] = [61_090_496, 20_688, 20_688 / 2]
    // Bits: conv1 has 3 channels a tap, so that its 121 taps take a word each; all others fill theirs.
    const bits = 121 * 64 * 4 + (weights - 121 * 3 * 64) / 8
    expect(plan.parameters).toBe(4 * (weights + vectors + 2 * channels) + bits)
    expect(plan.optimizer).toBe(2 * 4 * (weights + vectors))
    expect(plan.largestBuffer.bytes).toBeGreaterThanOrEqual(512 * 55 * 55 * 64 * 4)
    expect(plan.total).toBe(plan.parameters + plan.optimizer + plan.step + plan.evaluation + plan.exchange + plan.tuning)
  })

  test('the CIFAR-10 network at batch 100 keeps activations at least ten times smaller than float32 would', () => {
    const project = batchOf('cifar10-convnet-theano', 100)
    const { activations } = planMemory(project, shaders, LEAST_LIMITS)
    const { floatTwinActivations, savedActivations } = trainingMemory(inferArchitecture(project.architecture), project.recipe)
    expect(floatTwinActivations / activations).toBeGreaterThan(10)
    // What the costs of the layers say from the graph alone, and what the programs do, are the same but for words that bits do not fill.
    expect(activations / savedActivations).toBeGreaterThan(0.9)
    expect(activations / savedActivations).toBeLessThan(1.2)
  })

  test('grows with the batch, and keeping sums takes more than computing them again', () => {
    const totals = [1, 10, 100].map(batch => planMemory(batchOf('svhn-convnet-theano', batch), shaders, LEAST_LIMITS).total)
    expect(totals).toEqual([...totals].sort((a, b) => a - b))
    const project = batchOf('svhn-convnet-theano', 100)
    const kept = planMemory({ ...project, recipe: { ...project.recipe, activations: 'keep' } }, shaders, LEAST_LIMITS)
    expect(kept.activations).toBeGreaterThan(5 * planMemory(project, shaders, LEAST_LIMITS).activations)
  })
})

describe('what does not fit', () => {
  const limits = (memoryBytes: number, maxBufferBytes = 4 * GIB): DeviceLimits => ({ name: 'a device', maxBindingBytes: 2 ** 27, maxBufferBytes, memoryBytes })

  test.each([['alexnet', 1.2 * GIB], ['cifar10-convnet-torch', 0.5 * GIB]] as const)('%s is refused with the largest batch that fits, and fits with it', (name, bytes) => {
    const batch = largestBatch(presetNamed(name), shaders, limits(bytes))
    expect(batch).toBeGreaterThan(0)
    expect(() => requireMemory(presetNamed(name), shaders, limits(bytes))).toThrow(new RegExp(`not enough memory.*MiB are needed.*training ${name} at batch.*--batch ${batch}`, 's'))
    expect(requireMemory(batchOf(name, batch), shaders, limits(bytes)).total).toBeLessThanOrEqual(bytes)
    expect(planMemory(batchOf(name, batch + 1), shaders, limits(bytes)).total).toBeGreaterThan(bytes)
  })

  test('a buffer larger than the adapter makes is named', () => {
    const preset = presetNamed('googlenet')
    expect(() => requireMemory(preset, shaders, limits(8 * GIB, 2 ** 27))).toThrow(/needs 196 MiB in one buffer, and a device makes them of at most 128 MiB/)
  })

  test('where not even one image fits, a narrower network is what helps', () => {
    expect(() => requireMemory(presetNamed('alexnet'), shaders, limits(2 ** 28))).toThrow(/not even a batch of one image fits.*--width-scale/s)
    expect(requireMemory(scaleWidths(batchOf('alexnet', 1), 0.25), shaders, limits(2 ** 28)).total).toBeLessThan(2 ** 28)
  })

  test('without a known size only buffers count; a graph with problems is no matter of memory', () => {
    const unknown = { ...limits(0), memoryBytes: undefined }
    expect(largestBatch(presetNamed('alexnet'), shaders, unknown)).toBe(512)
    const { architecture, ...rest } = smallProject()
    expect(() => requireMemory({ ...rest, architecture: { ...architecture, edges: [] } }, shaders, limits(1))).toThrow(/nothing uses the output of input/)
  })
})
