import { BitwrightError } from '../../../../core/errors.ts'
import type { runLibraryRoutes } from '../../../contract/app/runLibrary.ts'
import { exportRun } from '../../exports/run.ts'
import { annotate } from '../../runs/notes.ts'
import { runNamed } from '../../runs/open.ts'
import { summariseRun, type RunSummary } from '../../runs/summary.ts'
import { emptyRunTrash, restoreRuns, trashedRuns, trashRuns } from '../../runs/trash.ts'
import type { Handlers, Services } from '../handling.ts'

export function runLibraryHandlers({ home, queue, log, tell }: Services): Handlers<keyof typeof runLibraryRoutes> {
  const summary = async (id: string): Promise<RunSummary> => summariseRun(await runNamed(home, id))
  return {
    'runs.annotate': async ({ run, ...notes }) => {
      await annotate((await runNamed(home, run)).directory, notes)
      const annotated = await summary(run)
      tell('runs.changed', { changed: [annotated], gone: [] })
      return { summary: annotated }
    },
    'runs.trash': async ({ runs }) => {
      const queued = queue.runsUnderWay().find(id => runs.includes(id))
      if (queued !== undefined) throw new BitwrightError({ what: `run ${queued} is under way, or waits to go on`, where: 'the queue', remedy: 'stop it, or take it out of the queue first' })
      await trashRuns(home, runs)
      tell('runs.changed', { changed: [], gone: runs })
      return {}
    },
    'runs.restore': async ({ runs }) => {
      await restoreRuns(home, runs)
      const back = await Promise.allSettled(runs.map(summary))
      tell('runs.changed', { changed: back.flatMap(result => (result.status === 'fulfilled' ? [result.value] : [])), gone: [] })
      return {}
    },
    'runs.trashed': async () => ({ runs: await trashedRuns(home) }),
    'runs.export': async ({ run, format }) => ({ files: await exportRun(await runNamed(home, run), format, { log: message => log.add('warning', 'runs', message) }) }),
    'runs.emptyTrash': ({ runs }) => emptyRunTrash(home, runs),
  }
}
