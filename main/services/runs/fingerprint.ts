import { createHash } from 'node:crypto'
import { expandGroups } from '../../../core/architecture/groups.ts'
import type { Project } from '../../../core/architecture/project.ts'
import type { OpenedDataset } from '../datasets/images.ts'

/** JSON with the fields of every object in order of name: equal values give equal text, however they were made. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).filter(([, field]) => field !== undefined).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`
}

/** Whether the learning rate of an epoch, or Bop's gamma, depends on how many there will be. */
export function dependsOnEpochs({ recipe: { learningRate, optimizer } }: Project): boolean {
  const schedules = [learningRate.schedule, ...(optimizer.kind === 'bop' ? [optimizer.gammaSchedule] : [])]
  return schedules.some(({ kind }) => kind === 'exponential' || kind === 'linear')
}

/**
 * Fields that recipes did not always have, with the value that means what was done before: with it they are left out, so that
 * checkpoints written before are still those of their project.
 */
const LATER: Readonly<Record<string, unknown>> = { weightDecay: { rate: 0, on: 'weights' } }

/**
 * SHA-256 of all in a project that decides what training computes. Left out: names, descriptions and places on the drawing; and
 * the number of epochs where the schedule does not depend on it, so that a run may be prolonged.
 */
export function projectFingerprint(project: Project): string {
  const { recipe } = project
  const architecture = expandGroups(project.architecture)
  const nodes = architecture.nodes.map(({ id, kind, attributes }) => ({ id, kind, attributes }))
  const { epochs, ...fields } = recipe
  const rest = Object.fromEntries(Object.entries(fields).filter(([name, value]) => !(name in LATER) || canonicalJson(value) !== canonicalJson(LATER[name])))
  const text = canonicalJson({ nodes, edges: architecture.edges, recipe: dependsOnEpochs(project) ? { epochs, ...rest } : rest })
  return createHash('sha256').update(text).digest('hex')
}

/**
 * SHA-256 of a data set as training sees it: shape, classes, images and labels of both splits. Not its name. Of a set that stays on disk the
 * sums stand in that its importer took: to read it all would take longer than many a run.
 */
export function datasetFingerprint({ stored, memory }: OpenedDataset): string {
  if (!memory) {
    const [train, test] = [stored.train, stored.test].map(({ imagesSha256, labelsSha256 }) => ({ imagesSha256, labelsSha256 }))
    return createHash('sha256').update(canonicalJson({ shape: stored.shape, classes: stored.classes, train, test })).digest('hex')
  }
  const { shape, classes, train, test } = memory
  const hash = createHash('sha256').update(canonicalJson({ shape, classes, train: train.count, test: test.count }))
  for (const { images, labels } of [train, test]) {
    hash.update(images)
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
  }
  return hash.digest('hex')
}
