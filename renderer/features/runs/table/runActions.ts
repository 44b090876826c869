import { bridge } from '../../../bridge.ts'
import { useNotices } from '../../../stores/notices.ts'
import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { download } from '../../projects/transfer.ts'
import { tableCsv } from './tableCsv.ts'
import { useRunTable } from './tableStore.ts'

/** What can be done with the chosen runs of the table. */

/** Adds tags to runs and takes others away; what the other runs have stays theirs. */
export async function changeTags(runs: readonly RunSummary[], { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] }): Promise<void> {
  await useNotices().attempt(async () => {
    for (const run of runs) {
      const tags = tagsAfter(run.tags, add, remove)
      if (tags.join('\n') !== run.tags.join('\n')) await bridge().call('runs.annotate', { run: run.id, tags })
    }
  })
}

/** Every tag once, old ones in their order. */
export function tagsAfter(tags: readonly string[], add: readonly string[], remove: readonly string[]): string[] {
  return [...new Set([...tags, ...add])].filter(tag => !remove.includes(tag))
}

/** What the table shows, in its order, as a file. */
export function saveTable(): void {
  const table = useRunTable()
  download('runs.csv', new Blob([tableCsv(table.rows, table.shown)], { type: 'text/csv' }))
}
