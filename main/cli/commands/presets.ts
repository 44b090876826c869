import { z } from 'zod'
import { floatTwin, inferProject, presetNamed, presetReference, presets, presetSummary, ProjectSchema, totalsOf, type Project, type TwinActivation } from '../../../core/architecture/index.ts'
import { float32Bytes } from '../format/comparison.ts'
import { bytesText, grouped } from '../format/numbers.ts'
import { table } from '../format/table.ts'
import type { Outcome } from '../run.ts'

const SummarySchema = z.strictObject({
  name: z.string(),
  dataset: z.string(),
  binaryParameters: z.int(),
  packedBytes: z.int(),
})
const ListSchema = z.strictObject({ presets: z.array(SummarySchema) })
const ShownSchema = SummarySchema.extend({ project: ProjectSchema })

export function listPresets(): Outcome<typeof ListSchema> {
  const rows = presets.map(project => ({ ...presetSummary(project), float32: float32Of(project), reported: presetReference(project.name)?.testError }))
  const lines = table([
    { title: 'preset', cell: row => row.name },
    { title: 'data set', cell: row => row.dataset },
    { title: 'binary weights', align: 'right', cell: row => grouped(row.binaryParameters) },
    { title: 'packed', align: 'right', cell: row => bytesText(row.packedBytes) },
    { title: 'float32', align: 'right', cell: row => bytesText(row.float32) },
    { title: 'reported test error', align: 'right', cell: row => (row.reported === undefined ? '' : `${row.reported.toFixed(2)} %`) },
  ], rows)
  const text = [...lines, '', 'One in full: bitwright presets show NAME'].join('\n')
  return { schema: ListSchema, value: { presets: presets.map(presetSummary) }, text }
}

export function showPreset(name: string, twin?: TwinActivation): Outcome<typeof ShownSchema> {
  const preset = presetNamed(name)
  const project = twin === undefined ? preset : floatTwin(preset, twin).project
  return { schema: ShownSchema, value: { ...presetSummary(project), project }, text: JSON.stringify(project, null, 2) }
}

function float32Of(project: Project): number {
  return float32Bytes(totalsOf(inferProject(project)))
}
