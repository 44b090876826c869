import type { AppCommand } from '../../../commands/registry.ts'
import { useOpenRun } from '../../../stores/openRun.ts'
import { useRuns } from '../../../stores/runs.ts'
import { useWorkbench } from '../../../stores/workbench.ts'
import { saveReport } from '../report/saveReport.ts'
import { saveTable } from './runActions.ts'
import { useRunTable } from './tableStore.ts'

/** What can be done with several runs, beside what the table itself has keys for. */
export function tableCommands(): AppCommand[] {
  const table = useRunTable()
  const opened = useOpenRun()
  const runs = useRuns()
  const open = (): typeof runs.runs => runs.runs.filter(run => opened.ids.includes(run.id))
  return [
    { name: 'runs.compare', title: 'Compare the chosen runs', group: 'Train', enabled: () => table.markedRuns.length > 1, run: () => opened.open(...table.markedRuns.map(run => run.id)) },
    { name: 'run.report', title: 'Save a report of what is open', group: 'Train', enabled: () => open().length > 0, run: () => saveReport(open()) },
    { name: 'runs.trash', title: 'Show the trash of runs', group: 'Train', run: () => (useWorkbench().dialog = 'trash') },
    { name: 'runs.csv', title: 'Save the table of runs as CSV', group: 'Train', enabled: () => table.runs.length > 0, run: saveTable },
  ]
}
