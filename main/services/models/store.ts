import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DatasetNameSchema, ProjectSchema, type Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { Fitted } from '../../../core/data/preprocessing.ts'
import type { ImportedTensor } from '../../../core/importing/network.ts'
import { START } from '../../../core/training/position.ts'
import { ModelNameSchema } from '../../contract/app/inspect.ts'
import { codeOf, diskTrouble, ensureSpace, namesIn, pathExists, readJson, syncFolder, uniqueSuffix, writeSynced } from '../files.ts'
import { homeFolders } from '../home.ts'
import { Checkpoint } from '../runs/checkpoint-read.ts'
import { writeCheckpoint } from '../runs/checkpoint-write.ts'
import { notesOf } from '../runs/checkpoint-format.ts'
import { bitwrightVersion, jsonFile } from '../runs/record.ts'

/** Files of a model's folder, <home>/models/<name>. */
const MODEL_FILES = { record: 'model.json', project: 'project.json', weights: 'weights.safetensors' } as const

/** model.json: where a network that others trained comes from. */
const ModelRecordSchema = z.strictObject({
  version: z.literal(1),
  name: ModelNameSchema,
  created: z.iso.datetime(),
  /** The file it was read from. */
  source: z.strictObject({ name: z.string(), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/), flipped: z.boolean() }),
  /** What it tells apart, on which data. */
  dataset: z.strictObject({ name: DatasetNameSchema, classes: z.array(z.string()).min(1) }),
  /** What was changed on the way, and what looked odd. */
  notes: z.array(z.string()),
  /** The version that read it. */
  bitwright: z.string(),
})
export type ModelRecord = z.infer<typeof ModelRecordSchema>

/** A network in the home that was not trained here. */
export interface StoredModel {
  readonly name: string
  readonly directory: string
  readonly record: ModelRecord
  readonly project: Project
}

export interface NewModel extends Pick<ModelRecord, 'name' | 'source' | 'dataset' | 'notes'> {
  readonly project: Project
  readonly tensors: readonly ImportedTensor[]
  readonly pixels: Fitted
}

/** Stores a model: its folder is there whole or not at all. Throws if the name is taken. */
export async function createModel(home: string, { project, tensors, pixels, ...about }: NewModel): Promise<StoredModel> {
  const { models } = homeFolders(home)
  const directory = join(models, about.name)
  const record: ModelRecord = { version: 1, created: new Date().toISOString(), bitwright: bitwrightVersion(), ...about }
  const temporary = join(models, `.new-${uniqueSuffix()}`)
  try {
    await mkdir(temporary, { recursive: true })
    await ensureSpace(models, tensors.reduce((sum, { values }) => sum + values.byteLength, 0))
    await writeSynced(join(temporary, MODEL_FILES.record), jsonFile(record))
    await writeSynced(join(temporary, MODEL_FILES.project), jsonFile(project))
    const sources = tensors.map(({ name, shape, values }) => ({ name, shape, read: async () => new Uint8Array(values.buffer) }))
    await writeCheckpoint(join(temporary, MODEL_FILES.weights), sources, notesOf(project, pixels, START))
    await syncFolder(temporary)
    if (await pathExists(directory)) throw taken(models, about.name)
    await rename(temporary, directory)
    await syncFolder(models)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw taken(models, about.name)
    throw diskTrouble(error, directory)
  }
  return { name: about.name, directory, record, project }
}

/** A name for a new model: `wanted`, or, where it is taken, with a number behind it. */
export async function freeModelName(home: string, wanted: string): Promise<string> {
  const names = await modelNames(home)
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    if (!names.includes(name)) return name
  }
}

/** Throws if a model of this name exists: worth asking before long work; createModel asks again. */
export async function refuseTakenModel(home: string, name: string): Promise<void> {
  if ((await modelNames(home)).includes(name)) throw taken(homeFolders(home).models, name)
}

/** Names of all models of a home. */
export async function modelNames(home: string): Promise<string[]> {
  return (await namesIn(homeFolders(home).models)).filter(name => ModelNameSchema.safeParse(name).success).sort()
}

export async function readModel(directory: string): Promise<StoredModel> {
  const record = await readJson(join(directory, MODEL_FILES.record), ModelRecordSchema)
  const project = await readJson(join(directory, MODEL_FILES.project), ProjectSchema)
  return { name: record.name, directory, record, project }
}

/** The file of a model's weights. */
export function modelWeights(directory: string): string {
  return join(directory, MODEL_FILES.weights)
}

/** Whether the folder is a model's. */
export function isModel(directory: string): Promise<boolean> {
  return pathExists(join(directory, MODEL_FILES.record))
}

/** The model's weights, checked. */
export function openWeights({ directory, project }: StoredModel): Promise<Checkpoint> {
  return Checkpoint.of(project, modelWeights(directory))
}

function taken(models: string, name: string): BitwrightError {
  return new BitwrightError({ what: `a model named "${name}" exists already`, where: models, remedy: 'choose another name with --name, or delete its folder' })
}
