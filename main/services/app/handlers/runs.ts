import { invariant } from '../../../../core/errors.ts'
import { figuresOf } from '../../../../core/training/position.ts'
import type { runRoutes } from '../../../contract/app/runs.ts'
import { checkpointFiles, checkpointNamed } from '../../runs/checkpoints.ts'
import { columnsOf, layerColumns } from '../../runs/columns.ts'
import { readEvents } from '../../runs/events.ts'
import { readMetrics } from '../../runs/metrics.ts'
import { runNamed } from '../../runs/open.ts'
import { prepareProject } from '../../runs/request.ts'
import { readSeries } from '../../runs/series.ts'
import { summariseRun } from '../../runs/summary.ts'
import type { Handlers, Services } from '../handling.ts'

export function runHandlers({ home, training, catalogue, engine, log }: Services): Handlers<keyof typeof runRoutes> {
  const warn = (message: string): void => log.add('warning', 'runs', message)
  return {
    'runs.start': async ({ project, dataset, limitTrain, set }) => {
      const { project: wanted, notes } = await prepareProject(home, { project, dataset, set })
      for (const note of notes) log.add('info', 'runs', note)
      return training.start(wanted, { limitTrain })
    },
    'runs.resume': async ({ run, epochs }) => {
      await runNamed(home, run)
      return training.resume(run, { epochs })
    },
    'runs.control': async ({ run, action }) => ({ acted: await training.control(run, action) }),
    'runs.fork': async ({ run, checkpoint, set }) => {
      await checkpointNamed((await runNamed(home, run)).directory, checkpoint)
      return training.fork(run, checkpoint, set)
    },
    'runs.estimate': async ({ project, dataset, limitTrain, set }) => {
      const { project: wanted } = await prepareProject(home, { project, dataset, set })
      return engine.call('estimate', { project: wanted, dataset: wanted.dataset, ...(limitTrain !== undefined && { limitTrain }) })
    },
    'runs.change': ({ run, ...change }) => training.change(run, change),
    'runs.list': async () => {
      const { runs, damaged } = await catalogue.list()
      return { runs: runs.map(summary => training.asTold(summary)), damaged }
    },
    'runs.show': async ({ run: id }) => {
      const run = await runNamed(home, id)
      const { current } = training
      return {
        summary: training.asTold(await summariseRun(run, { log: warn })),
        project: run.project,
        limitTrain: run.record.limitTrain ?? null,
        progress: current?.run === id ? current.progress : null,
        checkpoints: await checkpointFiles(run.directory),
      }
    },
    'runs.metrics': async ({ run, after }) => {
      const { directory } = await runNamed(home, run)
      return { epochs: columnsOf((await readMetrics(directory, { log: warn })).filter(({ epoch }) => epoch > after).map(figuresOf)) }
    },
    'runs.layers': async ({ run, after }) => {
      const { directory } = await runNamed(home, run)
      return { layers: layerColumns((await readMetrics(directory, { log: warn })).filter(({ epoch }) => epoch > after)) }
    },
    'runs.series': async ({ run, afterStep }) => {
      const { directory } = await runNamed(home, run)
      return { steps: columnsOf(await readSeries(directory, afterStep, { log: warn })) }
    },
    'runs.evaluate': async ({ run, checkpoint, split, arithmetic }) => {
      const { directory } = await runNamed(home, run)
      const kept = checkpoint === 'best' || checkpoint === 'last' ? checkpoint : undefined
      const target = kept ? directory : await checkpointNamed(directory, checkpoint)
      const { predictions, ...result } = await engine.call('eval', { target, ...(kept && { checkpoint: kept }), split, arithmetic, predictions: true })
      invariant(predictions, () => 'predictions that were asked for')
      return { ...result, predictions }
    },
    'runs.events': async ({ run, after }) => {
      const { directory } = await runNamed(home, run)
      return { events: (await readEvents(directory, { log: warn })).slice(after) }
    },
  }
}
