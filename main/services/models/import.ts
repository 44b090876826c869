import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { parseAs, type Project } from '../../../core/architecture/project.ts'
import { splitTraining } from '../../../core/data/split.ts'
import type { FitResult } from '../../../core/data/fit.ts'
import type { Fitted } from '../../../core/data/preprocessing.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { parseNpz } from '../../../core/formats/npz.ts'
import { parseSafetensors } from '../../../core/formats/safetensors-arrays.ts'
import { assignByName, assignInOrder, NameMapSchema, type Arrays } from '../../../core/importing/assign.ts'
import { importNetwork } from '../../../core/importing/network.ts'
import { Model, WHITENING } from '../../../core/training/model.ts'
import { fitOn, fitWithoutImages, openForUse } from '../datasets/images.ts'
import { listDatasets } from '../datasets/store.ts'
import { readBounded, readJson } from '../files.ts'
import { slug } from '../runs/identity.ts'
import { ModelNameSchema } from '../../contract/app/inspect.ts'
import { createModel, freeModelName, refuseTakenModel, type StoredModel } from './store.ts'

export interface ImportRequest {
  /** Path of an .npz or .safetensors file. */
  readonly file: string
  readonly project: Project
  readonly flipped: boolean
  /** Path of a name map in JSON. */
  readonly map?: string
  /** What to call the model; after the file, if left out. */
  readonly name?: string
  readonly log?: (message: string) => void
}

const MAX_FILE_BYTES = 2 ** 32

/** Reads a network that others trained and stores it as a model of the home. Nothing is written unless all of it is right. */
export async function importModel(home: string, { file, project, flipped, map, name, log }: ImportRequest): Promise<StoredModel> {
  if (name !== undefined) await refuseTakenModel(home, parseAs(ModelNameSchema, name, '--name'))
  const bytes = await readBounded(file, MAX_FILE_BYTES)
  const arrays = arraysOf(bytes, file)
  if (map === undefined && !arrays.has('arr_0')) {
    const names = [...arrays.keys()]
    throw new BitwrightError({ what: `expected arrays in BinaryNet's order (arr_0, arr_1, ...), found named ones: ${names.slice(0, 6).join(', ')}${names.length > 6 ? ', ...' : ''}`, where: file, remedy: 'say which array is which with --map FILE.json' })
  }
  const assignment = map === undefined ? assignInOrder(project, arrays, file) : assignByName(await readJson(map, NameMapSchema), arrays, file)
  const network = importNetwork(project, assignment, arrays, { flipped, where: file })
  const { fitted: pixels, whitening } = await fit(home, network.project, log)
  const { classes, notes } = await classesOf(home, network.project, pixels)
  return createModel(home, {
    name: name ?? await freeModelName(home, slug(basename(file, extname(file)))),
    source: { name: basename(file), bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), flipped },
    dataset: { name: network.project.dataset, classes },
    notes: [...network.notes, ...notes],
    project: network.project,
    tensors: whitening ? [...network.tensors, { name: WHITENING, shape: [Math.sqrt(whitening.length), Math.sqrt(whitening.length)], values: whitening }] : network.tensors,
    pixels,
  })
}

/** Told by content, not by name. */
function arraysOf(bytes: Uint8Array, where: string): Arrays {
  const [first, second] = bytes
  if (first === 0x50 && second === 0x4b) return parseNpz(bytes, where, (data, limit) => inflateRawSync(data, { maxOutputLength: Math.max(1, limit) }))
  if (bytes[8] === 0x7b) return parseSafetensors(bytes, where)
  throw new BitwrightError({ what: 'expected an .npz or .safetensors file, found neither', where, remedy: 'save the arrays with numpy.savez, or the tensors with safetensors' })
}

/** What preprocessing learns from the data set, which then must be there; scaling of pixels learns nothing. */
async function fit(home: string, project: Project, log: ImportRequest['log']): Promise<FitResult> {
  const { preprocessing } = project.recipe
  const known = fitWithoutImages(preprocessing)
  if (known) return known
  const dataset = await openForUse(home, project.dataset, { ...(log && { log }) })
  const { name, train } = dataset.stored
  return fitOn(dataset, splitTraining({ name, count: train.labels.length }, project.recipe).training, preprocessing)
}

/** Names of the classes from the data set, where it is there and has as many; else their numbers. */
async function classesOf(home: string, project: Project, pixels: Fitted): Promise<{ readonly classes: string[]; readonly notes: readonly string[] }> {
  const { classes: count } = new Model(project, pixels)
  const found = (await listDatasets(home)).find(({ name }) => name === project.dataset)
  if (found?.classes.length === count) return { classes: [...found.classes], notes: [] }
  return {
    classes: Array.from({ length: count }, (_, number) => String(number)),
    notes: found ? [`data set ${found.name} has ${found.classes.length} classes and the network ${count}: they are numbered`] : [],
  }
}
