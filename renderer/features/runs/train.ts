import type { AppCommand } from '../../commands/registry.ts'
import { useNotices } from '../../stores/notices.ts'
import { useOpenRun } from '../../stores/openRun.ts'
import { useProject } from '../../stores/project.ts'
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

export function runCommands(): AppCommand[] {
  const runs = useRuns()
  const project = useProject()
  const steer = (action: 'pause' | 'resume' | 'stop') => () => {
    if (runs.active) void useNotices().attempt(() => runs.control(runs.active?.id ?? '', action))
  }
  return [
    { name: 'train.start', title: 'Train this project', group: 'Train', keys: ['Ctrl+Enter'], always: true, enabled: () => project.trainable && !runs.active && !runs.starting, run: startTraining },
    { name: 'train.pause', title: 'Pause training', group: 'Train', enabled: () => runs.active?.state === 'running', run: steer('pause') },
    { name: 'train.resume', title: 'Go on training', group: 'Train', enabled: () => runs.active?.state === 'paused', run: steer('resume') },
    { name: 'train.stop', title: 'Stop training', group: 'Train', enabled: () => runs.active !== undefined, run: steer('stop') },
  ]
}
