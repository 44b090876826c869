import type { FitResult } from '../../../core/data/fit.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { fitOn, type OpenedDataset } from '../../services/datasets/images.ts'

/** What was fitted stays for the next question about the same images: fitting takes longer than computing one. */
let kept: { readonly key: string; readonly fit: Promise<FitResult> } | undefined

/** What preprocessing learns from the first `training` images. */
export function fitFor(dataset: Pick<OpenedDataset, 'stored'>, training: number, { recipe: { preprocessing } }: Project): Promise<FitResult> {
  const { stored } = dataset
  const key = JSON.stringify([stored.train.imagesSha256, stored.shape, training, preprocessing])
  if (kept?.key === key) return kept.fit
  const fit = fitOn(dataset, training, preprocessing)
  kept = { key, fit }
  fit.catch(() => (kept = undefined))
  return fit
}
