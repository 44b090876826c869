import type { RunSummary } from '../../../main/contract/app/runs.ts'
import { counted } from '../../../core/architecture/wording.ts'
import { useNotices } from '../../stores/notices.ts'
import { useOpenRun } from '../../stores/openRun.ts'
import { useRuns } from '../../stores/runs.ts'
import { useRunTable } from './table/tableStore.ts'

/** Moves runs to the trash of the home, all or none, and offers to bring them back as they were: open and chosen. The host refuses one that is under way. */
export async function moveToTrash(runs: readonly RunSummary[]): Promise<void> {
  const ids = runs.map(run => run.id)
  if (ids.length === 0) return
  const notices = useNotices()
  const table = useRunTable()
  const opened = useOpenRun()
  const chosen = ids.filter(id => table.marked.has(id))
  const open = opened.ids
  if (!await notices.attempt(() => useRuns().trash(ids))) return
  table.mark(ids, false)
  const rest = open.filter(id => !ids.includes(id))
  if (rest.length === 0) opened.close()
  else if (rest.length < open.length) opened.open(...rest)
  const bringBack = async (): Promise<void> => {
    if (!await notices.attempt(() => useRuns().restore(ids))) return
    table.mark(chosen, true)
    if (rest.length < open.length) opened.open(...open)
  }
  const [only] = runs
  notices.add('info', `${runs.length === 1 && only ? only.name : counted(runs.length, 'run')} moved to the trash`, { action: { label: 'Bring back', run: () => void bringBack() } })
}
