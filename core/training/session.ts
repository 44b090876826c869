import type { Project } from '../architecture/project.ts'
import { elements } from '../architecture/signal.ts'
import { shapeRead } from '../architecture/steps.ts'
import { evaluationBatches, identityOrder } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import { Preparer, type Fitted } from '../data/preprocessing.ts'
import { unlabelled, type Batch, type ImageSource } from '../data/source.ts'
import { BitwrightError, invariant } from '../errors.ts'
import { Executable, type Toolbox } from '../gpu/executable.ts'
import type { Host } from '../gpu/host.ts'
import { Memory, type Bytes } from '../gpu/memory.ts'
import { lengthOf } from '../gpu/tensor.ts'
import type { Tuner } from '../gpu/tuner.ts'
import type { Arithmetic, Ports } from '../layers/context.ts'
import { buildProgram, METRIC_SLOTS, type BuiltProgram } from './build.ts'
import { chooseInputPath } from './inputPath.ts'
import { Model } from './model.ts'
import { packWeights, writeConstants, writeInitial, writeStored } from './weights.ts'

export interface Engine {
  readonly toolbox: Toolbox
  readonly tuner: Tuner
  readonly host: Host
}

/** What one pass over a split gave. */
export interface Evaluation {
  readonly images: number
  readonly loss: number
  readonly error: number
  readonly top5Error: number
  /** Of every head, in order; the last is the main one, whose errors stand above. */
  readonly heads: readonly { readonly name: string; readonly error: number; readonly top5Error: number }[]
  /** Predicted class of each image, in the split's order. */
  readonly predictions: Uint32Array
  /** Of every sign layer by its id: the share of its values, over all images, that are +1. */
  readonly positive: ReadonlyMap<string, number>
}

/** Images of an evaluation batch: many, since nothing is kept for backward, but no tensor shall be larger than this. */
const EVALUATION_IMAGES = 500
const EVALUATION_BYTES = 2 ** 26

/** How many images fit an evaluation batch: pictures with many channels take far more than vectors. */
export function evaluationImages(model: Model): number {
  const largest = Math.max(...model.order.map(id => elements(model.node(id).signal?.shape ?? [1])))
  return Math.max(1, Math.min(EVALUATION_IMAGES, Math.floor(EVALUATION_BYTES / (4 * largest))))
}

/** A compiled program with the host's side of its exchange. */
export interface Loaded {
  readonly built: BuiltProgram
  readonly executable: Executable
  readonly rows: number
}

/** A model on a device: its tensors, and programs compiled for it when they are first wanted. */
export class Session {
  readonly model: Model
  readonly memory: Memory
  readonly engine: Engine
  /** Of evaluation. */
  readonly #arithmetic: Arithmetic
  #evaluation: Loaded | undefined
  #inputPath: 'planes' | 'float' | undefined
  #programBytes = 0
  /** What an evaluation batch took last time. */
  #millisecondsPerBatch = 0

  private constructor(engine: Engine, model: Model, arithmetic: Arithmetic) {
    this.engine = engine
    this.#arithmetic = arithmetic
    this.model = model
    this.memory = new Memory(engine.toolbox.device)
  }

  /** Checks the network against the data before anything is allocated. */
  static open(engine: Engine, project: Project, pixels: Fitted, data: Pick<Dataset, 'name' | 'shape' | 'classes'>, arithmetic: Arithmetic = 'bits'): Session {
    Session.check(project, data)
    return new Session(engine, new Model(project, pixels), arithmetic)
  }

  /** Throws unless the network can be trained on such data: what can be said before preprocessing is fitted. */
  static check(project: Project, data: Pick<Dataset, 'name' | 'shape' | 'classes'>): void {
    const model = new Model(project, { scale: 1, offset: 0 })
    const shape = model.imageShape
    const found = shapeRead(project.recipe.preprocessing, data.shape)
    if (shape.some((size, axis) => size !== found[axis])) {
      throw new BitwrightError({ what: `the network takes images of ${shape.join(' x ')}, and those of "${data.name}" are ${found.join(' x ')} (height x width x channels)${found === data.shape ? '' : ' after preprocessing'}`, where: `project ${project.name}`, remedy: 'set the input layer to the size of the images, or choose another data set' })
    }
    if (model.classes !== data.classes.length) {
      throw new BitwrightError({ what: `the network scores ${model.classes} classes, and "${data.name}" has ${data.classes.length}`, where: `project ${project.name}, layer ${model.heads.at(-1)}`, remedy: `give the layer before the head ${data.classes.length} units` })
    }
  }

  async load(training: boolean, rows: number): Promise<Loaded> {
    const { toolbox, tuner } = this.engine
    this.#inputPath ??= await chooseInputPath(this.model, tuner, rows)
    const built = buildProgram(this.model, { training, rows, inputPath: this.#inputPath, ...(!training && { arithmetic: this.#arithmetic }) })
    const executable = await Executable.compile(built.program, this.memory, toolbox)
    this.#programBytes += executable.bytes
    return { built, executable, rows }
  }

  /** Starting values of a new run, and what was fitted for it. Call after a program was loaded, since layers name their parameters while being built. */
  async initialise(whitening?: Float32Array<ArrayBuffer>): Promise<void> {
    await writeInitial(this.model, this.memory)
    if (this.model.whitening) {
      invariant(whitening, () => 'a whitening matrix that was fitted')
      this.memory.write(this.model.whitening, whitening)
    }
    await this.#derive()
  }

  /** Values of a checkpoint, by tensor name. */
  async restore(values: (name: string) => Float32Array<ArrayBuffer> | undefined, what: { readonly optimizer: boolean }): Promise<void> {
    await writeStored(this.model, this.memory, values, what)
    await this.#derive()
  }

  async #derive(): Promise<void> {
    writeConstants(this.model, this.memory)
    await packWeights(this.model, this.memory, this.engine.toolbox)
  }

  /** Gives the program its next batch. */
  feed(loaded: Loaded, { input, labels }: Batch): void {
    this.memory.write(loaded.built.ports.pixels, input)
    this.memory.write(loaded.built.ports.labels, labels)
  }

  /** Bytes that the model and its programs hold on the device. */
  get deviceBytes(): number {
    return this.memory.bytes + this.#programBytes
  }

  async evaluation(): Promise<Loaded> {
    this.#evaluation ??= await this.load(false, evaluationImages(this.model))
    return this.#evaluation
  }

  /**
   * Runs a whole split through the network with running statistics. Between groups of batches the event loop gets a turn. `each` is given
   * the main head's scores [classes] of every image in the split's order, which then come back batch by batch.
   */
  async evaluate(split: ImageSource, each?: (image: number, scores: Float32Array) => void): Promise<Evaluation> {
    const loaded = await this.evaluation()
    const { executable, rows, built: { ports } } = loaded
    const { host } = this.engine
    const batches = evaluationBatches(split.count, rows)
    const predictions = new Uint32Array(split.count)
    const stream = split.batches({ order: identityOrder(split.count), first: 0, rows })
    let loss = 0
    let errors = 0
    let top5Errors = 0
    const { model } = this
    const { heads } = model
    const signs = model.order.map((id, ordinal) => ({ id, ordinal, node: model.node(id), ones: 0 })).filter(({ node }) => node.kind === 'sign')
    const ofHeads = heads.map(() => ({ errors: 0, top5Errors: 0 }))
    try {
      const together = each ? 1 : METRIC_SLOTS
      for (let done = 0; done < batches; done += together) {
        const group = Math.min(together, batches - done)
        if (signs.length > 0) this.memory.clear(ports.positives)
        const begun = host.now()
        for (let slot = 0; slot < group; slot++) {
          const batch = await stream.next()
          this.feed(loaded, batch)
          executable.submit({ step: 0, rows: batch.present, slot, rate: 0 })
        }
        // As in training: sleep while the device surely computes, since awaiting it burns a core.
        const left = begun + group * this.#millisecondsPerBatch * 0.9 - host.now()
        if (left > 20) await host.sleep(left)
        const { metrics, predictions: winners, positives, headErrors, scores } = await this.#exchanged(ports, each !== undefined)
        this.#millisecondsPerBatch = (host.now() - begun) / group
        if (each) {
          for (let row = 0; row < Math.min(rows, split.count - done * rows); row++) each(done * rows + row, scores.subarray(row * model.classes, (row + 1) * model.classes))
        }
        for (let slot = 0; slot < group; slot++) {
          loss += metrics[slot * 4] ?? 0
          errors += metrics[slot * 4 + 1] ?? 0
          top5Errors += metrics[slot * 4 + 2] ?? 0
          for (const sign of signs) sign.ones += positives[slot * model.order.length + sign.ordinal] ?? 0
          for (const [head, sums] of ofHeads.entries()) {
            const at = (slot * heads.length + head) * 2
            sums.errors += headErrors[at] ?? 0
            sums.top5Errors += headErrors[at + 1] ?? 0
          }
          const first = (done + slot) * rows
          predictions.set(winners.subarray(slot * rows, slot * rows + Math.min(rows, split.count - first)), first)
        }
      }
    } finally {
      stream.close()
    }
    const share = (sum: number): number => sum / split.count
    return {
      images: split.count, loss: share(loss), error: share(errors), top5Error: share(top5Errors), predictions,
      heads: ofHeads.map((sums, head) => ({ name: heads[head] as string, error: share(sums.errors), top5Error: share(sums.top5Errors) })),
      positive: new Map(signs.map(({ id, node, ones }) => [id, share(ones) / elements(node.signal?.shape ?? [1])])),
    }
  }

  /** What a group of batches left in its ports, by one copy. */
  async #exchanged(ports: Ports, withScores: boolean): Promise<{ readonly metrics: Float32Array; readonly predictions: Uint32Array; readonly positives: Uint32Array; readonly headErrors: Float32Array; readonly scores: Float32Array }> {
    const read: Bytes['buffer'][] = []
    for await (const { buffer } of this.memory.readEach([ports.metrics, ports.predictions, ports.positives, ports.headErrors, ...(withScores ? [ports.scores] : [])])) read.push(buffer)
    const [metrics, predictions, positives, headErrors, scores = new ArrayBuffer(0)] = read
    invariant(metrics && predictions && positives && headErrors, () => 'as many copies as tensors')
    return { metrics: new Float32Array(metrics), predictions: new Uint32Array(predictions), positives: new Uint32Array(positives), headErrors: new Float32Array(headErrors), scores: new Float32Array(scores) }
  }

  /** Class scores of images, rows of bytes of the network's input shape: [images][classes]. */
  async scores(images: Uint8Array): Promise<Float32Array[]> {
    const loaded = await this.evaluation()
    const { model } = this
    const source = unlabelled(images, new Preparer(model.project.recipe.preprocessing, model.pixels, model.imageShape), model.imageShape)
    const stream = source.batches({ order: identityOrder(source.count), first: 0, rows: loaded.rows })
    const scores: Float32Array[] = []
    while (scores.length < source.count) {
      const batch = await stream.next()
      this.feed(loaded, batch)
      loaded.executable.submit({ step: 0, rows: batch.present, slot: 0, rate: 0 })
      const all = await this.memory.readFloats(loaded.built.ports.scores)
      for (let row = 0; row < batch.present; row++) scores.push(all.slice(row * model.classes, (row + 1) * model.classes))
    }
    return scores
  }

  /** Tensors of a checkpoint in order of name, with a way to read each from the device. */
  snapshot(what: { readonly optimizer: boolean }): { readonly name: string; readonly shape: readonly number[]; readonly bytes: number; read(): Promise<Bytes> }[] {
    return this.model.stored(what).map(({ name, tensor }) => ({ name, shape: tensor.shape, bytes: lengthOf(tensor) * 4, read: () => this.memory.read(tensor) }))
  }

  close(): void {
    this.#evaluation?.executable.destroy()
    this.#evaluation = undefined
    this.memory.destroy()
  }
}
