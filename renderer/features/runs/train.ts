import type { AppCommand } from '../../commands/registry.ts'
import { useEngine } from '../../stores/engine.ts'
import { useNotices } from '../../stores/notices.ts'
import { useOpenRun } from '../../stores/openRun.ts'
import { useProject } from '../../stores/project.ts'
import { useQueue } from '../../stores/queue.ts'
import { useRuns } from '../../stores/runs.ts'
import { useWorkbench } from '../../stores/workbench.ts'

/** Trains the open project as it is, saved or not: a run keeps its own copy. */
export async function startTraining(): Promise<void> {
  const project = useProject()
  const workbench = useWorkbench()
  const { name } = project.project
  const run = await useNotices().attempt(() => useRuns().train(project.project))
  if (run === undefined) return
  workbench.announce(`Training of ${name} has begun`)
  useNotices().add('info', `Training of ${name} has begun`, { action: { label: 'Watch it', run: () => useOpenRun().open(run) } })
}

/** The list of runs, with the queue below it. */
export function showQueue(): void {
  useOpenRun().close()
  useWorkbench().showView('runs')
}

/** Puts the open project into the queue, behind what is trained and waits. */
export async function queueTraining(): Promise<void> {
  const { project } = useProject()
  const added = await useNotices().attempt(() => useQueue().add({ project }))
  if (added) useNotices().add('info', `${project.name} is queued`, { action: { label: 'Show the queue', run: showQueue } })
}

/** Why nothing can be trained or queued just now; empty if it can. */
export function trainingObstacle(): string {
  const { connection, home } = useEngine()
  if (useRuns().starting) return 'a run is being started'
  if (!useProject().trainable) return 'mend the problems first'
  if (connection.state === 'lost') return 'the app does not answer'
  return home?.mine === false ? 'another app trains in this home' : ''
}

export function runCommands(): AppCommand[] {
  const runs = useRuns()
  const project = useProject()
  const steer = (action: 'pause' | 'resume' | 'stop') => () => {
    if (runs.active) void useNotices().attempt(() => runs.control(runs.active?.id ?? '', action))
  }
  return [
    { name: 'train.start', title: 'Train this project', group: 'Train', keys: ['Ctrl+Enter'], always: true, enabled: () => trainingObstacle() === '' && !runs.active, run: startTraining },
    { name: 'train.queue', title: 'Queue this project', group: 'Train', keys: ['Ctrl+Enter'], always: true, enabled: () => trainingObstacle() === '', run: queueTraining },
    { name: 'train.options', title: 'Train with options…', group: 'Train', keys: ['Ctrl+Shift+Enter'], always: true, enabled: () => project.trainable, run: () => (useWorkbench().dialog = 'launch') },
    { name: 'train.pause', title: 'Pause training', group: 'Train', enabled: () => runs.active?.state === 'running', run: steer('pause') },
    { name: 'train.resume', title: 'Go on training', group: 'Train', enabled: () => runs.active?.state === 'paused', run: steer('resume') },
    { name: 'train.stop', title: 'Stop training', group: 'Train', enabled: () => runs.active !== undefined, run: steer('stop') },
  ]
}
