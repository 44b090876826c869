import { z } from 'zod'
import { DatasetNameSchema } from '../../../core/architecture/project.ts'
import { MAX_CLASSES, type ImageShape } from '../../../core/data/dataset.ts'

/**
 * dataset.json, which stands beside the tensor files of a data set: what they hold, so that their sizes are known before
 * they are read and damage can be told.
 */
export const MANIFEST_FILE = 'dataset.json'

export const TENSOR_FILES = {
  train: { images: 'train-images.u8', labels: 'train-labels.u16' },
  test: { images: 'test-images.u8', labels: 'test-labels.u16' },
} as const

export const SPLITS = ['train', 'test'] as const
export type SplitName = (typeof SPLITS)[number]

/** The most bytes of images that are held in memory: what one typed array holds in Node 20. */
export const MAX_IMAGES_BYTES = 2 ** 32

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal characters')
const side = z.int().min(1).max(65535)

const StoredSplitSchema = z.strictObject({
  count: z.int().min(1).max(0xffffffff),
  imagesSha256: sha256,
  labelsSha256: sha256,
})

export const SourceSchema = z.strictObject({
  /** The importer: idx, digits and so on. */
  kind: z.string().min(1).max(32),
  description: z.string().max(1000),
  /** What it was made from, by bare file name: folders of the machine are nobody's business. */
  files: z.array(z.strictObject({ name: z.string().max(255), bytes: z.int().min(0), sha256 })).max(10000),
})
export type DatasetSource = z.infer<typeof SourceSchema>
export type SourceFile = DatasetSource['files'][number]

/** Files listed by name; of more only their number is kept. */
export const MOST_LISTED = 10_000

/** Files that an import left out because they could not be read, which somebody asked for. */
export const SkippedSchema = z.strictObject({
  count: z.int().min(1),
  /** By their paths under the imported folder, the first MOST_LISTED. */
  files: z.array(z.strictObject({ name: z.string().max(4096), fault: z.string().max(1000) })).max(MOST_LISTED),
})
export type Skipped = z.infer<typeof SkippedSchema>

export const ManifestSchema = z.strictObject({
  version: z.literal(1),
  name: DatasetNameSchema,
  /** Height, width, channels. */
  shape: z.tuple([side, side, side]),
  classes: z.array(z.string().min(1).max(200)).min(2).max(MAX_CLASSES),
  train: StoredSplitSchema,
  test: StoredSplitSchema,
  source: SourceSchema,
  skipped: SkippedSchema.optional(),
})
export type DatasetManifest = z.infer<typeof ManifestSchema>

/** What a list of data sets says of each. */
export interface DatasetSummary {
  readonly name: string
  readonly shape: ImageShape
  readonly classes: readonly string[]
  /** Numbers of images. */
  readonly train: number
  readonly test: number
  /** False for a built-in set that is made when it is first opened. */
  readonly stored: boolean
}

export function summaryOf(name: string, { shape, classes, train, test }: DatasetManifest): DatasetSummary {
  return { name, shape, classes, train: train.count, test: test.count, stored: true }
}
