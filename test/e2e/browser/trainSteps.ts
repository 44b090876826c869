import type { Project } from '../../../core/architecture/project.ts'
import { identityOrder } from '../../../core/data/batches.ts'
import type { Split } from '../../../core/data/dataset.ts'
import { Preparer } from '../../../core/data/preprocessing.ts'
import { MemoryImages } from '../../../core/data/source.ts'
import { openDevice } from '../../../core/gpu/device.ts'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { candidatesOf } from '../../../core/gpu/families.ts'
import type { Host } from '../../../core/gpu/host.ts'
import { Pipelines } from '../../../core/gpu/pipelines.ts'
import type { ShaderLibrary } from '../../../core/gpu/shaders.ts'
import { emptyTuning, Tuner } from '../../../core/gpu/tuner.ts'
import { Session } from '../../../core/training/session.ts'

/** A learnable set of made-up pictures, the same wherever it is made: class c lights the columns that c picks. */
export function madeUpImages(count: number, side: number, classes: number): Split {
  const images = new Uint8Array(count * side * side)
  const labels = new Uint16Array(count)
  for (let image = 0; image < count; image++) {
    labels[image] = (image * 7) % classes
    for (let pixel = 0; pixel < side * side; pixel++) {
      const noise = ((image * 2654435761 + pixel * 40503) >>> 7) & 127
      const lit = (pixel + (labels[image] ?? 0) * 3) % 11 < 4
      images[image * side * side + pixel] = noise + (lit ? 120 : 0)
    }
  }
  return { count, images, labels }
}

/** Trains some steps on whatever GPU object this host has; the packed weights and the last loss. */
export async function trainSteps(gpu: GPU, shaders: ShaderLibrary, host: Host, project: Project, steps: number): Promise<{ adapter: string; loss: number; bits: Record<string, number[]> }> {
  const device = await openDevice(gpu)
  const first: Toolbox['choose'] = operation => Promise.resolve(candidatesOf(operation.kernel)[0] ?? { shader: operation.kernel })
  const toolbox: Toolbox = { device, shaders, pipelines: new Pipelines(device.device), choose: first }
  const tuner = new Tuner(toolbox, host, emptyTuning(device.adapter.name), () => Promise.resolve())
  const rows = project.recipe.batchSize
  const split = madeUpImages(rows * 4, 12, 5)
  const session = Session.open({ toolbox, tuner, host }, project, { scale: 2 / 255, offset: -1 }, { name: 'made-up', shape: [12, 12, 1], classes: ['a', 'b', 'c', 'd', 'e'] })
  const loaded = await session.load(true, rows)
  await session.initialise()
  const preparer = new Preparer(project.recipe.preprocessing, session.model.pixels, session.model.imageShape)
  const images = new MemoryImages(split, preparer)
  const order = identityOrder(split.count)
  let stream = images.batches({ order, first: 0, rows })
  for (let step = 1; step <= steps; step++) {
    if ((step - 1) % 4 === 0) stream = images.batches({ order, first: 0, rows })
    session.feed(loaded, await stream.next())
    loaded.executable.submit({ step, rows, slot: step, rate: session.model.optimizer.rate(project.recipe.learningRate.start, step) })
  }
  const metrics = await session.memory.readFloats(loaded.built.ports.metrics)
  const bits: Record<string, number[]> = {}
  for (const { name, packed } of session.model.parameters.values()) if (packed) bits[name] = [...(await session.memory.readWords(packed))]
  session.close()
  return { adapter: device.adapter.name, loss: (metrics[steps * 4] ?? NaN) / rows, bits }
}
