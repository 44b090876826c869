import { csvText } from '../../../../core/analysis/csv.ts'

/** What a network made of each image of a split: classes by number, confidence as the share of softmax, 0 to 1. All of one length. */
export interface Predictions {
  readonly actual: Uint16Array
  readonly predicted: Uint16Array
  readonly confidence: Float32Array
  readonly loss: Float32Array
}

/** Images taken for another class, by their place in the split: `worst` by the highest loss, `confident` by the highest confidence. Equal ones in their order. */
export function mistakes({ actual, predicted, confidence, loss }: Predictions, by: 'worst' | 'confident'): readonly number[] {
  const measure = by === 'worst' ? loss : confidence
  const wrong: number[] = []
  for (const [image, label] of actual.entries()) if (predicted[image] !== label) wrong.push(image)
  return wrong.sort((a, b) => (measure[b] ?? 0) - (measure[a] ?? 0) || a - b)
}

/** How many images two ways of computing take for different classes. */
export function disagreements(one: Pick<Predictions, 'predicted'>, other: Pick<Predictions, 'predicted'>): number {
  return one.predicted.reduce((sum, label, image) => sum + Number(other.predicted[image] !== label), 0)
}

/** Images of one class that were taken for one (perhaps the same), the surest first. */
export function imagesOfCell({ actual, predicted, confidence }: Predictions, wanted: { readonly actual: number; readonly predicted: number }): readonly number[] {
  const images: number[] = []
  for (const [image, label] of actual.entries()) if (label === wanted.actual && predicted[image] === wanted.predicted) images.push(image)
  return images.sort((a, b) => (confidence[b] ?? 0) - (confidence[a] ?? 0) || a - b)
}

export interface ClassRow {
  readonly label: number
  readonly name: string
  readonly images: number
  readonly errors: number
  /** Share of its images; null where it has none. */
  readonly error: number | null
  /** Of the images taken for this class, the share that are of it; null where none were. */
  readonly precision: number | null
  /** The class it is most often taken for, and how often. */
  readonly takenFor: { readonly label: number; readonly images: number } | null
}

/** Errors by class, in the order of the classes. */
export function classRows(predictions: Predictions, classes: readonly string[]): readonly ClassRow[] {
  const pairs = confusions(predictions)
  const images = countOf(predictions.actual, classes.length)
  const taken = countOf(predictions.predicted, classes.length)
  const right = new Array<number>(classes.length).fill(0)
  for (const [image, label] of predictions.actual.entries()) if (predictions.predicted[image] === label) right[label] = (right[label] ?? 0) + 1
  const worst = new Map<number, Confusion>()
  for (const pair of pairs) if (!worst.has(pair.actual)) worst.set(pair.actual, pair)
  return classes.map((name, label) => {
    const [own, hits, all] = [images[label] ?? 0, right[label] ?? 0, taken[label] ?? 0]
    const pair = worst.get(label)
    return {
      label, name, images: own, errors: own - hits, error: own === 0 ? null : (own - hits) / own, precision: all === 0 ? null : hits / all,
      takenFor: pair ? { label: pair.predicted, images: pair.images } : null,
    }
  })
}

export interface Confusion {
  readonly actual: number
  readonly predicted: number
  readonly images: number
}

/** Pairs of classes that are confused, the most frequent first. */
export function confusions({ actual, predicted }: Pick<Predictions, 'actual' | 'predicted'>): readonly Confusion[] {
  const counts = new Map<number, number>()
  for (const [image, label] of actual.entries()) {
    const taken = predicted[image] ?? label
    if (taken !== label) counts.set(label * 65536 + taken, (counts.get(label * 65536 + taken) ?? 0) + 1)
  }
  return [...counts].map(([key, images]) => ({ actual: Math.floor(key / 65536), predicted: key % 65536, images })).sort((a, b) => b.images - a.images || a.actual - b.actual || a.predicted - b.predicted)
}

function countOf(labels: Uint16Array, classes: number): readonly number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) if (label < classes) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

/** A line an image, in the order of the split. `first`: the place of its first image in the data set's own part. */
export function predictionsCsv({ actual, predicted, confidence, loss }: Predictions, classes: readonly string[], first: number): string {
  const name = (label: number | undefined): string => classes[label ?? -1] ?? String(label)
  return csvText(['image', 'actual', 'predicted', 'right', 'confidence', 'loss'], Array.from(actual, (label, image) => [
    first + image, name(label), name(predicted[image]), predicted[image] === label, rounded(confidence[image]), rounded(loss[image]),
  ]))
}

/** float32 has about seven digits. */
function rounded(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : Number(value.toPrecision(7))
}

/** Where a split's images lie: validation images are the last of those that training uses, of the training part. */
export function placeOfSplit(split: 'train' | 'validation' | 'test', { train, limitTrain, validation }: { readonly train: number; readonly limitTrain: number | null; readonly validation: number }): { readonly part: 'train' | 'test'; readonly first: number } {
  if (split !== 'validation') return { part: split, first: 0 }
  return { part: 'train', first: Math.max(0, Math.min(train, limitTrain ?? train) - validation) }
}
