import { join } from 'node:path'
import { binaryLayers, bankSizeOf, denseSizeOf, type BinaryLayer } from '../../../core/analysis/inspection.ts'
import { inferArchitecture, type Inference } from '../../../core/architecture/infer.ts'
import { evaluatesReals } from '../../../core/architecture/kinds/weights.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { elements } from '../../../core/architecture/signal.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { InspectLayer, InspectTarget, Moment } from '../../contract/app/inspect.ts'
import { homeFolders } from '../home.ts'
import { modelNames, modelWeights, readModel } from '../models/store.ts'
import { bitsEpochs } from '../runs/bits.ts'
import { epochCheckpoints, checkpointPlaces } from '../runs/checkpoints.ts'
import { Checkpoint } from '../runs/checkpoint-read.ts'
import { runNamed } from '../runs/open.ts'

/** A moment with the files that it is kept in, one of them or both. */
export interface KeptMoment extends Moment {
  /** Path of a checkpoint. */
  readonly checkpoint: string | undefined
  /** The run's folder and the epoch by which bits.ts knows the signs. */
  readonly bits: { readonly directory: string; readonly epoch: number } | undefined
}

/** A network to inspect, and when it was kept. */
export interface InspectedNetwork {
  readonly name: string
  readonly project: Project
  readonly dataset: string
  readonly inference: Inference
  readonly layers: readonly BinaryLayer[]
  /** In the order of training. */
  readonly moments: readonly KeptMoment[]
}

/** Throws if the home has no such run or model. Reads no weights. */
export async function openInspected(home: string, target: InspectTarget): Promise<InspectedNetwork> {
  const { name, project, dataset, moments } = 'run' in target ? await ofRun(home, target.run) : await ofModel(home, target.model)
  const inference = inferArchitecture(project.architecture)
  return { name, project, dataset, inference, layers: binaryLayers(inference), moments }
}

type Found = Pick<InspectedNetwork, 'name' | 'project' | 'dataset' | 'moments'>

async function ofRun(home: string, id: string): Promise<Found> {
  const { directory, project, record } = await runNamed(home, id)
  return { name: id, project, dataset: record.dataset.name, moments: await momentsOf(directory) }
}

async function ofModel(home: string, name: string): Promise<Found> {
  const { models } = homeFolders(home)
  if (!(await modelNames(home)).includes(name)) throw new BitwrightError({ what: `there is no model ${name}`, where: models, remedy: 'import it: bitwright import' })
  const model = await readModel(join(models, name))
  return { name, project: model.project, dataset: model.record.dataset.name, moments: [{ name: 'weights', epoch: 0, best: false, latent: true, checkpoint: modelWeights(model.directory), bits: undefined }] }
}

/** A run's epochs of which signs or a checkpoint are kept, each once. The best checkpoint and the last may be files of their own or names of an epoch's. */
async function momentsOf(directory: string): Promise<KeptMoment[]> {
  const places = checkpointPlaces(directory)
  const [best, last, checkpoints, bits] = await Promise.all([positionOf(places.best), positionOf(places.last), epochCheckpoints(directory), bitsEpochs(directory)])
  const paths = new Map(checkpoints.map(({ epoch, path }) => [epoch, path]))
  for (const [place, path] of [[best, places.best], [last, places.last]] as const) if (place && !place.within && !paths.has(place.epoch)) paths.set(place.epoch, path)
  const moments = [...new Set([...paths.keys(), ...bits])].map((epoch): KeptMoment => {
    const checkpoint = paths.get(epoch)
    return { name: `epoch-${epoch}`, epoch, best: best?.epoch === epoch, latent: checkpoint !== undefined, checkpoint, bits: bits.includes(epoch) ? { directory, epoch } : undefined }
  })
  if (last?.within) moments.push({ name: 'last', epoch: last.epoch, best: false, latent: true, checkpoint: places.last, bits: undefined })
  return moments.sort((a, b) => a.epoch - b.epoch)
}

/** Where a checkpoint stands; undefined without one that can be read. Its weights are checked when they are read. */
async function positionOf(path: string): Promise<{ readonly epoch: number; readonly within: boolean } | undefined> {
  const position = await Checkpoint.position(path).catch((error: unknown) => {
    if (error instanceof BitwrightError) return undefined
    throw error
  })
  if (!position) return undefined
  const within = position.batch > 0
  // How far into the epoch nobody has written down; half way stands for it.
  return { epoch: position.epoch + (within ? 0.5 : 0), within }
}

export function momentNamed({ name, moments }: InspectedNetwork, wanted: string): KeptMoment {
  const moment = moments.find(candidate => candidate.name === wanted)
  if (!moment) throw new BitwrightError({ what: `nothing is kept of ${wanted}`, where: name, remedy: moments.length > 0 ? `choose one of ${moments.map(({ name }) => name).join(', ')}` : 'let it train for an epoch' })
  return moment
}

export function layerNamed({ name, layers }: InspectedNetwork, wanted: string): BinaryLayer {
  const layer = layers.find(candidate => candidate.name === wanted)
  if (!layer) throw new BitwrightError({ what: `there is no layer "${wanted}" of binary weights`, where: name, remedy: `choose one of ${layers.map(({ name }) => name).join(', ')}` })
  return layer
}

/** What a list says of a layer. */
export function describeLayer(layer: BinaryLayer, { nodes }: Inference): InspectLayer[] {
  const size = bankSizeOf(layer)
  const dense = denseSizeOf(layer)
  const { name, kind, node } = layer
  if ((!size && !dense) || !node.signal) return []
  const outputs = size?.outputs ?? dense?.units ?? 0
  return [{
    name, kind, outputs,
    kernel: size?.kernel ?? 1,
    inputs: size?.inputs ?? dense?.depth ?? 0,
    places: elements(node.signal.shape) / outputs,
    picture: pictureOf(node.sources[0], nodes),
    evaluatesReals: evaluatesReals({ weights: node.attributes.weights as 'binary', binarisation: node.attributes.binarisation as 'deterministic' }),
  }]
}

/** The shape of the network's input, if a layer reads that, perhaps flattened. */
function pictureOf(source: string | undefined, nodes: Inference['nodes']): [number, number, number] | null {
  const node = source === undefined ? undefined : nodes.get(source)
  if (node?.kind === 'flatten' || node?.kind === 'dropout') return pictureOf(node.sources[0], nodes)
  return node?.kind === 'input' && node.signal?.shape.length === 3 ? [...node.signal.shape] : null
}
