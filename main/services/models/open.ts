import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { homeFolders } from '../home.ts'
import type { Checkpoint } from '../runs/checkpoint-read.ts'
import { openBest, openCheckpoint, openLatest, type Warn } from '../runs/checkpoints.ts'
import { openRun, runOfCheckpoint, type Run } from '../runs/open.ts'
import { isModel, modelNames, openWeights, readModel, type StoredModel } from './store.ts'

/** A trained network, whoever trained it. */
export interface Network {
  /** Of the run or model. */
  readonly id: string
  readonly directory: string
  readonly project: Project
  readonly dataset: { readonly name: string; readonly classes: readonly string[] }
  /** Training images used, counted from the first; all if absent. */
  readonly limitTrain?: number
  /** Its weights, checked; `which` of a run's checkpoints is meant, unless one was named. Close it after use. */
  weights(which: 'best' | 'last', warn: Warn): Promise<Checkpoint>
}

/**
 * The network that a person means: a model by its name or folder, a run as openRun finds it, or the file of a run's checkpoint or
 * of a model's weights.
 */
export async function openNetwork(home: string, name: string): Promise<Network> {
  if (/\.safetensors$/i.test(name)) {
    const path = resolve(name)
    if (await isModel(dirname(path))) return ofModel(await readModel(dirname(path)))
    const run = await runOfCheckpoint(path)
    return ofRun(run, () => openCheckpoint(run, path))
  }
  if (isAbsolute(name) || /[\\/]/.test(name) || name === '.') {
    if (await isModel(resolve(name))) return ofModel(await readModel(resolve(name)))
  } else {
    const models = await modelNames(home)
    if (models.includes(name)) return ofModel(await readModel(join(homeFolders(home).models, name)))
  }
  const run = await openRun(home, name)
  return ofRun(run, async (which, warn) => {
    const checkpoint = await (which === 'best' ? openBest : openLatest)(run, warn)
    if (!checkpoint) throw new BitwrightError({ what: 'this run has no checkpoint yet', where: run.directory, remedy: `let it train for an epoch: bitwright resume ${run.id}` })
    return checkpoint
  })
}

function ofRun({ id, directory, project, record: { dataset, limitTrain } }: Run, weights: Network['weights']): Network {
  return { id, directory, project, dataset, ...(limitTrain !== undefined && { limitTrain }), weights }
}

function ofModel(model: StoredModel): Network {
  const { name, directory, project, record: { dataset } } = model
  return { id: name, directory, project, dataset, weights: () => openWeights(model) }
}
