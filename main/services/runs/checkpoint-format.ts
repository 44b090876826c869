import { z } from 'zod'
import { parseAs, type Project } from '../../../core/architecture/project.ts'
import { FittedStepSchema, type Fitted } from '../../../core/data/preprocessing.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { PositionSchema, type Position } from '../../../core/training/position.ts'
import { parseJson } from '../files.ts'
import { canonicalJson, projectFingerprint } from './fingerprint.ts'

/**
 * What a checkpoint holds besides tensors, as text in the metadata of its safetensors header. No time, no run, no path: the
 * same training gives the same bytes wherever and whenever it runs.
 */
export interface CheckpointNotes {
  readonly position: Position
  /** projectFingerprint of what is trained. */
  readonly project: string
  /** What preprocessing learned; its whitening matrix is one of the tensors. */
  readonly pixels: Fitted
  readonly seed: number
}

const VERSION = '1'
const decimal = z.string().regex(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/, 'expected a number').transform(Number).pipe(z.number())

const MetadataSchema = z.object({
  version: z.literal(VERSION, `expected version ${VERSION} of the checkpoint format`),
  format: z.literal('bitwright-checkpoint', 'expected a checkpoint of Bitwright'),
  position: z.string(),
  project: z.string().regex(/^[0-9a-f]{64}$/),
  pixelScale: decimal,
  pixelOffset: decimal,
  /** JSON; absent where the network reads bytes. */
  values: z.string().optional(),
  seed: decimal.pipe(z.int().min(0)),
})

const ValuesSchema = z.array(FittedStepSchema).min(1).max(32)

export function notesOf(project: Project, pixels: Fitted, position: Position): CheckpointNotes {
  return { position, project: projectFingerprint(project), pixels, seed: project.recipe.seed }
}

/** The shortest decimals that read back as the same float64, as ECMAScript prints numbers. */
export function encodeNotes({ position, project, pixels, seed }: CheckpointNotes): Record<string, string> {
  return {
    version: VERSION,
    format: 'bitwright-checkpoint',
    position: canonicalJson(position),
    project,
    pixelScale: String(pixels.scale),
    pixelOffset: String(pixels.offset),
    ...(pixels.values && { values: canonicalJson(pixels.values) }),
    seed: String(seed),
  }
}

/** Throws, naming the field, for metadata that are not a checkpoint's. */
export function decodeNotes(metadata: Readonly<Record<string, string>>, where: string): CheckpointNotes {
  const { position, project, pixelScale, pixelOffset, values, seed } = parseAs(MetadataSchema, { ...metadata }, `${where}, metadata`)
  if (pixelScale === 0) throw new BitwrightError({ what: 'expected a pixel scale other than 0', where: `${where}, metadata`, remedy: 'use another checkpoint' })
  return { position: parseJson(position, PositionSchema, `${where}, position`), project, pixels: { scale: pixelScale, offset: pixelOffset, ...(values !== undefined && { values: parseJson(values, ValuesSchema, `${where}, values`) }) }, seed }
}
