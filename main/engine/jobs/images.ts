import { BitwrightError } from '../../../core/errors.ts'
import { openForUse, type OpenedDataset } from '../../services/datasets/images.ts'
import { datasetFingerprint } from '../../services/runs/fingerprint.ts'
import type { Run } from '../../services/runs/open.ts'
import type { JobContext } from '../context.ts'

/** The data set of a run, as it was when the run began. Throws if its images or labels are others now. */
export async function imagesOfRun(context: JobContext, home: string, { directory, record }: Run): Promise<OpenedDataset> {
  const dataset = await openForUse(home, record.dataset.name, { log: message => context.log('info', message) })
  if (datasetFingerprint(dataset) === record.dataset.sha256) return dataset
  throw new BitwrightError({ what: `data set "${record.dataset.name}" is not the one this run was trained on: its images or labels have changed`, where: directory, remedy: 'import the earlier data under that name again, or train anew' })
}
