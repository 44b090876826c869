import { nextTick } from 'vue'
import type { AppCommand } from '../../../commands/registry.ts'
import { useOpenRun } from '../../../stores/openRun.ts'
import { usePreferences } from '../../../stores/preferences.ts'
import { useInspect } from '../../inspect/inspectStore.ts'
import { saveFigures } from '../report/saveFigures.ts'
import { useSteering } from './steering.ts'

/** Commands of the run that is opened; their keys count while its page has the focus, or nothing has. */
export function steeringCommands(): AppCommand[] {
  const steering = useSteering()
  const openRun = useOpenRun()
  const preferences = usePreferences()
  const within = '.run-page'
  const opened = (): boolean => openRun.only !== undefined && steering.target !== undefined
  async function notes(): Promise<void> {
    preferences.remember('runTab', 'history')
    await nextTick()
    document.querySelector<HTMLElement>('#run-notes')?.focus()
  }
  return [
    { name: 'run.pause', title: 'Pause this run', group: 'Train', keys: ['P'], within, enabled: () => opened() && steering.running, run: steering.pause },
    { name: 'run.goOn', title: 'Go on with this run', group: 'Train', keys: ['P'], within, enabled: () => opened() && (steering.paused || steering.resumable), run: steering.goOn },
    { name: 'run.stop', title: 'Stop this run now', group: 'Train', enabled: () => opened() && steering.underWay, run: steering.stop },
    { name: 'run.stopAtEpochEnd', title: 'Stop this run at the end of its epoch', group: 'Train', keys: ['E'], within, enabled: () => opened() && steering.running, run: steering.stopAtEpochEnd },
    { name: 'run.checkpoint', title: 'Write a checkpoint now', group: 'Train', keys: ['K'], within, enabled: () => opened() && (steering.running || steering.paused), run: steering.checkpoint },
    { name: 'run.change', title: 'Change rate or epochs…', group: 'Train', keys: ['C'], within, enabled: () => opened() && steering.changeable, run: () => (steering.dialog = 'change') },
    { name: 'run.inspect', title: 'Inspect its filters', group: 'View', keys: ['I'], within, enabled: () => opened() && (steering.target?.epochs ?? 0) > 0, run: () => useInspect().open({ run: openRun.only ?? '' }) },
    { name: 'run.fork', title: 'Fork from a checkpoint…', group: 'Train', keys: ['F'], within, enabled: opened, run: () => steering.fork() },
    { name: 'run.tensorboard', title: 'Save its figures for TensorBoard', group: 'Train', enabled: opened, run: () => saveFigures(openRun.only ?? '', 'tensorboard') },
    { name: 'run.csv', title: 'Save its figures as CSV', group: 'Train', enabled: opened, run: () => saveFigures(openRun.only ?? '', 'csv') },
    { name: 'run.rename', title: 'Rename this run', group: 'Train', keys: ['F2'], within, enabled: opened, run: () => (steering.renaming = true) },
    { name: 'run.notes', title: 'Write notes to this run', group: 'Train', keys: ['N'], within, enabled: opened, run: notes },
    { name: 'run.trash', title: 'Move this run to the trash', group: 'Train', keys: ['Delete'], within, enabled: () => opened() && !steering.underWay, run: steering.trash },
    { name: 'run.close', title: 'Close this run', group: 'View', keys: ['Escape'], within, enabled: () => openRun.ids.length > 0, run: openRun.close },
  ]
}
