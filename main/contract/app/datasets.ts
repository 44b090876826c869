import { z } from 'zod'
import { DatasetNameSchema } from '../../../core/architecture/project.ts'
import { FaultSchema } from '../engine.ts'
import { route } from '../route.ts'
import { TaskIdSchema } from './workbench.ts'

/** Data sets: what there is, what it looks like, how to get more. */

const count = z.int().min(0)
const path = z.string().min(1).max(4096)
const bytes = z.instanceof(Uint8Array)

/** Height, width, channels. */
const ShapeSchema = z.tuple([count, count, count])
export const SplitNameSchema = z.enum(['train', 'test'])

export const DatasetEntrySchema = z.strictObject({
  name: DatasetNameSchema,
  shape: ShapeSchema,
  classes: z.array(z.string()),
  /** Numbers of images. */
  train: count,
  test: count,
  /** False for a built-in set that is made when it is first opened. */
  stored: z.boolean(),
})
export type DatasetEntry = z.infer<typeof DatasetEntrySchema>

/** A set that can be fetched from its public address. */
const KnownSetSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** To download, without and with the part that is fetched only on request (0 if there is none). */
  bytes: count,
  extraBytes: count,
})

const SamplesSchema = z.strictObject({
  shape: ShapeSchema,
  /** Images of the split that match, of which these are some. */
  total: count,
  /** Places in the split, one an image. */
  indices: z.array(count),
  /** Class numbers, one an image. */
  labels: z.array(count),
  /** Images one after the other, each by row, column, channel; 0 to 255. */
  pixels: bytes,
})
export type Samples = z.infer<typeof SamplesSchema>

const SplitStatisticsSchema = z.strictObject({ images: count, /** Images of each class. */ perClass: z.array(count) })

/** Over the training images; pixels are 0 to 255. */
const StatisticsSchema = z.strictObject({
  train: SplitStatisticsSchema,
  test: SplitStatisticsSchema,
  channels: z.array(z.strictObject({ mean: z.number(), deviation: z.number() })),
})
export type DatasetStatistics = z.infer<typeof StatisticsSchema>

export const ImportKindSchema = z.enum(['idx', 'cifar10', 'mat', 'folder'])
export type ImportKind = z.infer<typeof ImportKindSchema>

/** Files of a drop or a file field, on their way into a folder of their own. */
const UploadIdSchema = z.string().regex(/^[0-9a-f]{24}$/)
export const MAX_UPLOAD_BYTES = 16 * 2 ** 30
export const MAX_UPLOAD_FILES = 200_000
export const UPLOAD_PIECE_BYTES = 4 * 2 ** 20

/** Images at places of a split, at most so many at a time. */
export const MAX_PICKED = 512

export const datasetRoutes = {
  'datasets.list': route(z.strictObject({}), z.strictObject({ datasets: z.array(DatasetEntrySchema), damaged: z.array(z.strictObject({ name: z.string(), fault: FaultSchema })), known: z.array(KnownSetSchema) })),
  /** Images `first` and after of a split, or of one class of it; of large ones perhaps fewer than `count`. */
  'datasets.samples': route(z.strictObject({ name: DatasetNameSchema, split: SplitNameSchema, first: count.default(0), count: z.int().min(1).max(2048), class: count.optional() }), SamplesSchema),
  /** Images at these places of a split, in the order asked for; `total` is that of the split. Of large ones perhaps only the first of them. */
  'datasets.pick': route(z.strictObject({ name: DatasetNameSchema, split: SplitNameSchema, indices: z.array(count).min(1).max(MAX_PICKED) }), SamplesSchema),
  'datasets.statistics': route(z.strictObject({ name: DatasetNameSchema }), StatisticsSchema),
  /** What a recipe's split makes of a set. Images are held out from the end of the training set. Rejects, as training would, if too few remain. */
  'datasets.split': route(
    z.strictObject({ name: DatasetNameSchema, validation: count, batchSize: z.int().min(1), limitTrain: z.int().min(1).optional() }),
    z.strictObject({ training: SplitStatisticsSchema, validation: SplitStatisticsSchema, test: SplitStatisticsSchema, /** Batches of an epoch. */ batches: count }),
  ),
  /**
   * Imports files of this machine (`paths`: files or folders) or uploaded ones. `test`: images to set apart where there is no test set;
   * `classes`: how many there are, for idx. The files of an upload are gone afterwards, whatever came of it.
   */
  'datasets.import': route(
    z.strictObject({
      task: TaskIdSchema,
      kind: ImportKindSchema,
      name: DatasetNameSchema,
      paths: z.array(path).min(1).max(1000).optional(),
      upload: UploadIdSchema.optional(),
      replace: z.boolean().default(false),
      test: z.int().min(1).optional(),
      classes: z.int().min(2).max(256).optional(),
      /** Of a folder of pictures: share to set apart for testing, size that all get, what becomes of others, grey or coloured, and whether broken ones are left out. */
      testShare: z.number().gt(0).lt(1).optional(),
      size: z.tuple([z.int().min(1).max(4096), z.int().min(1).max(4096)]).optional(),
      fit: z.enum(['crop', 'refuse']).optional(),
      channels: z.union([z.literal(1), z.literal(3)]).optional(),
      skipBroken: z.literal(true).optional(),
    }).refine(({ paths, upload }) => (paths === undefined) !== (upload === undefined), 'expected either paths or an upload'),
    DatasetEntrySchema,
  ),
  /** Fetches and imports a known set; goes on with what an earlier attempt has left. */
  'datasets.download': route(z.strictObject({ task: TaskIdSchema, set: z.string().max(64), name: DatasetNameSchema.optional(), extra: z.boolean().default(false), replace: z.boolean().default(false) }), DatasetEntrySchema),
  /** Moves a set to <home>/trash/datasets. */
  'datasets.trash': route(z.strictObject({ name: DatasetNameSchema }), z.strictObject({ trashed: z.string() })),
  /** Says what will come: names may have folders in them, with "/". */
  'uploads.begin': route(z.strictObject({ files: z.array(z.strictObject({ name: z.string().min(1).max(1024), bytes: count })).min(1).max(MAX_UPLOAD_FILES) }), z.strictObject({ upload: UploadIdSchema })),
  /** The next bytes of a file, by its place in the list; each file from its beginning to its end. */
  'uploads.piece': route(z.strictObject({ upload: UploadIdSchema, file: count, offset: count, bytes: bytes.refine(piece => piece.length <= UPLOAD_PIECE_BYTES, `expected at most ${UPLOAD_PIECE_BYTES} bytes`) }), z.strictObject({})),
  'uploads.discard': route(z.strictObject({ upload: UploadIdSchema }), z.strictObject({})),
}

export const datasetEvents = {
  /** The list may be another. */
  datasets: z.strictObject({}),
}
