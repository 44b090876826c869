import type { InputOf } from '../../../../main/contract/app/index.ts'
import { bridge } from '../../../bridge.ts'
import { useNotices } from '../../../stores/notices.ts'
import { download } from '../../projects/transfer.ts'

/** Gives the person the figures of a run as other programs read them. TensorBoard knows its files by their names; tables are named after their run. */
export async function saveFigures(run: string, format: InputOf<'runs.export'>['format']): Promise<void> {
  const answer = await useNotices().attempt(() => bridge().call('runs.export', { run, format }))
  for (const { name, bytes } of answer?.files ?? []) download(format === 'csv' ? `${run}-${name}` : name, new Blob([bytes.slice()]))
}
