import { z } from 'zod'
import type { Recipe } from '../architecture/recipe.ts'
import { planSteps, shapeRead, type StepPlan } from '../architecture/steps.ts'
import { gaussianRow, normaliseGlobally, normaliseLocally } from './contrast.ts'
import { rowBytes } from './batches.ts'
import { bytesPerImage, type ImageShape } from './dataset.ts'
import { moved, type Chance } from './geometry.ts'

/** A pixel byte p means scale * p + offset to the network. */
export interface AffinePixels {
  readonly scale: number
  readonly offset: number
}

const numbers = z.array(z.number())

/** A step with what it has learned. Checkpoints hold these as JSON. */
export const FittedStepSchema = z.discriminatedUnion('kind', [
  /** scale * x + offset: one of each for all values, or one a channel. */
  z.strictObject({ kind: z.literal('affine'), scale: numbers.min(1).max(1024), offset: numbers.min(1).max(1024) }),
  z.strictObject({ kind: z.literal('gcn'), subtractMean: z.boolean(), useDeviation: z.boolean(), sqrtBias: z.number(), scale: z.number() }),
  z.strictObject({ kind: z.literal('lcn'), size: z.int().min(3).max(31), deviation: z.number(), threshold: z.number() }),
  /** Minus the mean, one number a value; the device then multiplies by the whitening matrix, which is a tensor of the model. */
  z.strictObject({ kind: z.literal('whiten'), mean: numbers.min(1).max(2 ** 16) }),
])
export type FittedStep = z.infer<typeof FittedStepSchema>

/** What a recipe's preprocessing came to on the training split. */
export interface Fitted extends AffinePixels {
  /** For networks that read float32 values, the steps that give them from bytes; scale and offset are then 1 and 0. */
  readonly values?: readonly FittedStep[]
}

/** Turns stored images into what the network reads. */
export class Preparer {
  readonly #steps: StepPlan
  readonly #values: readonly FittedStep[] | undefined
  readonly #from: ImageShape
  readonly #to: ImageShape
  readonly #rows = new Map<FittedStep, Float64Array>()

  /** For stored images of `shape`. Throws if the recipe's steps cannot take them. */
  constructor(preprocessing: Recipe['preprocessing'], { values }: Pick<Fitted, 'values'>, shape: ImageShape) {
    this.#steps = planSteps(preprocessing)
    this.#values = values
    this.#from = shape
    this.#to = shapeRead(preprocessing, shape)
    for (const step of values ?? []) if (step.kind === 'lcn') this.#rows.set(step, gaussianRow(step))
  }

  /** Height, width and channels that the network reads. */
  get shape(): ImageShape {
    return this.#to
  }

  /** Bytes of a prepared image, padded to whole 32-bit words, which is what shaders read. */
  get rowBytes(): number {
    return this.#values ? 4 * bytesPerImage(this.#to) : rowBytes(this.#to)
  }

  /** Whether stored bytes are what the network reads, so that they only need to be copied. */
  get plain(): boolean {
    return this.#steps.geometry.length === 0 && !this.#values
  }

  /** Writes image number `image`, whose stored bytes are given, to `row`, of rowBytes: bytes, the padding zero, or little-endian float32. */
  prepare(stored: Uint8Array, image: number, chance: Chance | undefined, row: Uint8Array): void {
    const pixels = this.pixels(stored, image, chance)
    if (!this.#values) {
      row.set(pixels)
      row.fill(0, pixels.length)
      return
    }
    const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
    this.values(pixels, this.#values).forEach((value, at) => view.setFloat32(4 * at, value, true))
  }

  /** The picture after the steps that move pixels. */
  pixels(stored: Uint8Array, image: number, chance: Chance | undefined): Uint8Array {
    const [height, width, channels] = this.#from
    return moved(this.#steps.geometry, { height, width, channels, pixels: stored }, image, chance).pixels
  }

  /** Values of a picture after some fitted steps. */
  values(pixels: Uint8Array, steps: readonly FittedStep[]): Float64Array {
    const values = Float64Array.from(pixels)
    for (const step of steps) this.#apply(step, values)
    return values
  }

  #apply(step: FittedStep, values: Float64Array): void {
    switch (step.kind) {
      case 'affine': {
        const { scale, offset } = step
        const period = scale.length
        for (let at = 0; at < values.length; at++) values[at] = (scale[at % period] as number) * (values[at] as number) + (offset[at % period] as number)
        return
      }
      case 'gcn':
        normaliseGlobally(values, step)
        return
      case 'lcn': {
        const row = this.#rows.get(step) ?? gaussianRow(step)
        this.#rows.set(step, row)
        normaliseLocally(values, this.#to, step, row)
        return
      }
      case 'whiten':
        for (let at = 0; at < values.length; at++) values[at] = (values[at] as number) - (step.mean[at] as number)
    }
  }
}
