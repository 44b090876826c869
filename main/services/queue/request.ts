import type { z } from 'zod'
import type { Project } from '../../../core/architecture/project.ts'
import { setFields } from '../../../core/architecture/setField.ts'
import { bytesText } from '../../../core/architecture/wording.ts'
import { splitTraining } from '../../../core/data/split.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { Session } from '../../../core/training/session.ts'
import { MAX_ENTRIES, type OriginSchema, type queueRoutes } from '../../contract/app/queue.ts'
import type { Supervisor } from '../engine/supervisor.ts'
import { prepareProject, refuseErrors } from '../runs/request.ts'
import { combinationsOf } from './sweep.ts'

export type QueueRequest = z.output<typeof queueRoutes['queue.add']['input']>

export interface Planned {
  /** What all entries have, with the data set that is used. */
  readonly project: Project
  readonly limitTrain?: number | undefined
  /** Where a fork begins. */
  readonly parent?: z.output<typeof OriginSchema>
  /** The run to go on with. */
  readonly resumes?: string
  /** What is set for each. */
  readonly sets: readonly (readonly string[])[]
}

export type Engine = Pick<Supervisor, 'call' | 'state'>

/** Expands a request and checks every run it would make. Throws for the first that is wrong, naming it. */
export async function planRequest(home: string, engine: Engine | undefined, { project: asked, dataset, limitTrain, set, repeats, sweep }: QueueRequest, log: (note: string) => void): Promise<Planned> {
  const { project, images, notes } = await prepareProject(home, { project: asked, dataset, set })
  const combinations = combinationsOf(sweep)
  const total = combinations.length * repeats
  if (total > MAX_ENTRIES) throw new BitwrightError({ what: `expected at most ${MAX_ENTRIES} runs, found ${total}`, where: 'the request', remedy: 'ask for fewer combinations or repeats' })
  const sets: string[][] = []
  const measured = new Set<string>()
  for (const [number, combination] of combinations.entries()) {
    try {
      const changed = setFields(project, combination)
      refuseErrors(changed, changed.name)
      Session.check(changed, images)
      splitTraining({ name: images.name, count: Math.min(images.train, limitTrain ?? images.train) }, changed.recipe)
      await requireRoom(engine, changed, measured)
      const { seed } = changed.recipe
      for (let repeat = 0; repeat < repeats; repeat++) sets.push(repeats === 1 ? combination : [...combination, `recipe.seed=${seed + repeat}`])
    } catch (error) {
      if (!(error instanceof BitwrightError) || combinations.length === 1) throw error
      throw new BitwrightError({
        what: `combination ${number + 1} of ${combinations.length} (${combination.join(', ')}): ${error.what}`,
        ...(error.where !== undefined && { where: error.where }),
        remedy: `${error.remedy === undefined ? '' : `${error.remedy}; `}nothing was queued`,
        cause: error,
      })
    }
  }
  for (const note of notes) log(note)
  return { project, limitTrain, sets }
}

/** Throws if the engine, should it be there, says that training would not fit. */
export async function requireRoom(engine: Engine | undefined, project: Project, measured = new Set<string>()): Promise<void> {
  const { seed: _, learningRate: __, epochs: ___, patience: ____, selection: _____, shuffle: ______, ...recipe } = project.recipe
  // Runs that differ only in what takes no memory are planned once.
  const key = JSON.stringify([project.architecture, recipe])
  if (engine === undefined || measured.has(key) || !['ready', 'busy'].includes(engine.state.state)) return
  const { available, largestBatch, plan } = await engine.call('memory', { project })
  if (available !== null && plan.total > available) {
    throw new BitwrightError({
      what: `not enough memory: ${bytesText(plan.total)} are needed, and ${bytesText(available)} are there`,
      where: `training ${project.name} at batch ${project.recipe.batchSize}`,
      remedy: largestBatch > 0 ? `a batch of ${largestBatch} images fits` : 'not even a batch of one image fits: make the network narrower',
    })
  }
  measured.add(key)
}

