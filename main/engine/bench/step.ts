import { totalsOf, trainingMemory } from '../../../core/architecture/index.ts'
import type { Project } from '../../../core/architecture/project.ts'
import type { Dataset } from '../../../core/data/dataset.ts'
import type { Batch } from '../../../core/data/source.ts'
import type { Executable, Launch } from '../../../core/gpu/executable.ts'
import { lengthOf } from '../../../core/gpu/tensor.ts'
import { profileLaunches } from '../../../core/gpu/timing.ts'
import { threefry2x32 } from '../../../core/random.ts'
import { Session, type Engine, type Loaded } from '../../../core/training/session.ts'
import type { BenchEntry, BenchMemory } from '../../contract/engine.ts'
import { median, prepareCeiling, race } from './kernels.ts'

const ROUNDS = 5
const STEPS_PER_ROUND = 4

/** A project's training step, compiled and fed with a batch of made-up images. */
export interface PreparedStep {
  readonly session: Session
  readonly executable: Executable
  /** Milliseconds of a step, over so many in a row. */
  readonly run: (steps: number) => Promise<number>
}

export async function prepareStep(engine: Engine, project: Project): Promise<PreparedStep> {
  const { recipe } = project
  const rows = recipe.batchSize
  const session = Session.open(engine, project, { scale: 2 / 255, offset: -1 }, shapeOf(project))
  try {
    const loaded = await session.load(true, rows)
    await session.initialise(session.model.whitening && new Float32Array(lengthOf(session.model.whitening)))
    session.feed(loaded, madeUp(loaded, session.model.classes))
    const { executable } = loaded
    const { device } = engine.toolbox.device
    let step = 0
    const run = async (steps: number): Promise<number> => {
      const begin = engine.host.now()
      for (let i = 0; i < steps; i++) executable.submit({ step: ++step, rows, slot: 0, rate: session.model.optimizer.rate(recipe.learningRate.start, step), gamma: session.model.optimizer.gamma(0, recipe.epochs) })
      await device.queue.onSubmittedWorkDone()
      return (engine.host.now() - begin) / steps
    }
    // Software adapters compile at the first dispatch.
    await run(1)
    return { session, executable, run }
  } catch (error) {
    session.close()
    throw error
  }
}

/** A training step of a project at its batch size: the whole of it, then kernel by kernel. */
export async function benchStep(engine: Engine, project: Project, log: (message: string) => void): Promise<{ entries: BenchEntry[]; memory: BenchMemory }> {
  const { recipe } = project
  const rows = recipe.batchSize
  log(`timing the training step of ${project.name}, batch ${rows}`)
  const { session, executable, run } = await prepareStep(engine, project)
  try {
    const whole: number[] = []
    const profiles: number[][] = []
    for (let round = 0; round < ROUNDS; round++) {
      whole.push(await run(STEPS_PER_ROUND))
      profiles.push(await profileLaunches(engine.toolbox.device, executable, engine.host))
    }
    const ceilings = { popcount: await prepareCeiling(engine, 'popcount'), fma: await prepareCeiling(engine, 'fma') }
    const raced = await race([ceilings.popcount, ceilings.fma], 3)
    const ceilingRate = (kind: 'popcount' | 'fma'): number => ceilings[kind].operations / median(raced.get(ceilings[kind]) ?? []) / 1e6
    const rates = { popcount: ceilingRate('popcount'), fma: ceilingRate('fma') }
    ceilings.popcount.close()
    ceilings.fma.close()

    const wholeMs = median(whole)
    const shape = `batch ${rows}`
    const entries: BenchEntry[] = [{ name: `${project.name}: training step`, shape, medianMs: wholeMs, imagesPerSecond: (rows * 1000) / wholeMs }]
    for (const [index, launch] of executable.launches.entries()) {
      const ms = median(profiles.map(profile => profile[index] ?? NaN)) / 1000
      const work = workOf(launch)
      const gops = work && work.operations / ms / 1e6
      entries.push({ name: `${launch.operation.phase} ${launch.operation.node}: ${launch.shader.name}`, shape: work?.shape ?? '', medianMs: ms, ...(work && gops !== undefined && { gops, ceilingShare: gops / rates[work.kind] }) })
    }
    const { parameters } = totalsOf(session.model.inference)
    const estimate = trainingMemory(session.model.inference, recipe)
    return {
      entries,
      memory: { activationBytes: executable.savedBytes, stepBytes: executable.stepBytes, floatActivationBytes: estimate.floatTwinActivations, storedBytes: session.model.storedBytes, parameters },
    }
  } finally {
    session.close()
  }
}

function shapeOf(project: Project): Pick<Dataset, 'name' | 'shape' | 'classes'> {
  const input = project.architecture.nodes.find(node => node.kind === 'input')?.attributes ?? {}
  const size = (name: string): number => Number(input[name])
  const heads = new Set(project.architecture.nodes.filter(node => node.kind === 'head').map(node => node.id))
  const last = project.architecture.nodes.filter(node => node.kind === 'dense' && !heads.has(node.id)).at(-1)
  const classes = Number(last?.attributes['units'])
  return { name: 'made-up images', shape: [size('height'), size('width'), size('channels')], classes: Array.from({ length: classes }, (_, i) => String(i)) }
}

/** Random pixels or values, and labels: no kernel's time depends on them, and no data set has to be there. */
function madeUp({ rows, built: { ports: { pixels } } }: Loaded, classes: number): Batch {
  const random = (i: number): number => threefry2x32([7, 7], [i, 0])[0] & 255
  const length = lengthOf(pixels)
  const input = pixels.dtype === 'f32' ? new Uint8Array(Float32Array.from({ length }, (_, i) => random(i) / 255).buffer) : Uint8Array.from({ length: 4 * length }, (_, i) => random(i))
  return { present: rows, input, labels: Uint32Array.from({ length: rows }, (_, i) => i % classes) }
}

/** What a product's launch computes, and which ceiling it works under. */
function workOf({ operation: { kernel, params } }: Launch): { operations: number; kind: 'popcount' | 'fma'; shape: string } | undefined {
  const { rows, outputs, depth } = params
  if (rows === undefined || outputs === undefined || depth === undefined || !/gemm|grad_/.test(kernel)) return undefined
  const planes = kernel.startsWith('pixel_gemm_planes')
  return {
    operations: 2 * rows * outputs * depth * (planes ? 8 : 1),
    kind: kernel.startsWith('xnor') || planes ? 'popcount' : 'fma',
    shape: `${rows} x ${depth} x ${outputs}${planes ? ' x 8 planes' : ''}`,
  }
}
