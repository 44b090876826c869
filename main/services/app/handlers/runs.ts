import { join } from 'node:path'
import { adaptToImages } from '../../../../core/architecture/adapt.ts'
import { BitwrightError } from '../../../../core/errors.ts'
import type { Fault } from '../../../contract/engine.ts'
import type { runRoutes } from '../../../contract/app/runs.ts'
import { faultOf } from '../../../contract/faults.ts'
import { homeFolders } from '../../home.ts'
import { resolveInside } from '../../paths.ts'
import { columnsOf } from '../../runs/columns.ts'
import { readEvents } from '../../runs/events.ts'
import { readMetrics } from '../../runs/metrics.ts'
import { readRun, runIds, summariseRun, type Run } from '../../runs/open.ts'
import { refuseErrors, requireDataset, withOverrides } from '../../runs/request.ts'
import { checkpointFiles, messageOf } from '../../runs/training.ts'
import type { Handlers, Services } from '../handling.ts'

export function runHandlers({ home, training, log }: Services): Handlers<keyof typeof runRoutes> {
  const warn = (message: string): void => log.add('warning', 'runs', message)
  return {
    'runs.start': async ({ project, dataset, limitTrain, set }) => {
      const written = withOverrides(project, { dataset, set })
      const images = await requireDataset(home, written.dataset)
      // A project is meant as it is written, unless another data set is asked for.
      const { project: wanted, notes } = dataset === undefined ? { project: written, notes: [] } : adaptToImages(written, images)
      for (const note of notes) log.add('info', 'runs', note)
      refuseErrors(wanted, wanted.name)
      return training.start(wanted, limitTrain)
    },
    'runs.resume': async ({ run, epochs }) => {
      await runNamed(home, run)
      return training.resume(run, epochs)
    },
    'runs.control': async ({ run, action }) => ({ acted: await training.control(run, action) }),
    'runs.list': async () => {
      const runs: ReturnType<typeof messageOf>[] = []
      const damaged: { id: string; fault: Fault }[] = []
      for (const id of await runIds(home)) {
        try {
          runs.push(messageOf(await summariseRun(await readRun(join(homeFolders(home).runs, id)), { log: warn })))
        } catch (error) {
          if (!(error instanceof BitwrightError)) throw error
          damaged.push({ id, fault: faultOf(error) })
        }
      }
      return { runs: runs.reverse(), damaged }
    },
    'runs.show': async ({ run: id }) => {
      const run = await runNamed(home, id)
      const { current } = training
      return {
        summary: messageOf(await summariseRun(run, { log: warn })),
        project: run.project,
        limitTrain: run.record.limitTrain ?? null,
        progress: current?.run === id ? current.progress : null,
        checkpoints: await checkpointFiles(run.directory),
      }
    },
    'runs.metrics': async ({ run, after }) => {
      const { directory } = await runNamed(home, run)
      return { epochs: columnsOf((await readMetrics(directory, { log: warn })).slice(after)) }
    },
    'runs.events': async ({ run, after }) => {
      const { directory } = await runNamed(home, run)
      return { events: (await readEvents(directory, { log: warn })).slice(after) }
    },
  }
}

/** A run of the home by its whole id. */
async function runNamed(home: string, id: string): Promise<Run> {
  const { runs } = homeFolders(home)
  if (!(await runIds(home)).includes(id)) throw new BitwrightError({ what: `there is no run ${id}`, where: runs, remedy: 'look at the list of runs' })
  return readRun(await resolveInside(runs, id))
}
