import { totalsOf } from './costs.ts'
import { inferArchitecture } from './infer.ts'
import type { Project } from './project.ts'

export interface PresetSummary {
  readonly name: string
  readonly dataset: string
  readonly binaryParameters: number
  readonly packedBytes: number
}

/** A project in one line of a list. */
export function presetSummary(project: Project): PresetSummary {
  const { binaryParameters, packedBytes } = totalsOf(inferArchitecture(project.architecture))
  return { name: project.name, dataset: project.dataset, binaryParameters, packedBytes }
}
