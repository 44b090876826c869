import { z } from 'zod'
import { importModel } from '../../services/models/import.ts'
import { openHome } from '../../services/home.ts'
import { changeProject, readProject, type ChangeOptions } from '../changes.ts'
import { counted } from '../format/numbers.ts'
import { facts } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'

const ImportSchema = z.strictObject({
  /** Its name, as eval, predict and inspect take it. */
  model: z.string(),
  directory: z.string(),
  dataset: z.string(),
  classes: z.array(z.string()),
  /** What was changed on the way, and what looked odd. */
  notes: z.array(z.string()),
})

export interface ImportOptions extends Pick<ChangeOptions, 'dataset' | 'widthScale' | 'set' | 'without'> {
  readonly project: string
  readonly flipped?: true
  readonly map?: string
  readonly name?: string
}

/** Reads a network that others trained into the home. */
export async function importWeights(context: Context, file: string, { project: nameOrFile, flipped, map, name, ...changes }: ImportOptions): Promise<Outcome<typeof ImportSchema>> {
  const project = changeProject(await readProject(nameOrFile), changes)
  const home = await openHome({ home: context.home })
  const { record, directory } = await importModel(home, {
    file, project, flipped: flipped ?? false, log: message => context.notes.line(message), ...(map !== undefined && { map }), ...(name !== undefined && { name }),
  })
  const { dataset, notes } = record
  const at = `${record.name}${context.home === undefined ? '' : ` --home ${context.home}`}`
  const text = [
    `model ${record.name}: ${project.name} with the weights of ${record.source.name}, for ${counted(dataset.classes.length, 'class', 'classes')} of ${dataset.name}`,
    ...notes.map(note => `note: ${note}`),
    '',
    ...facts([
      ['folder', directory],
      ['evaluate', `bitwright eval ${at}`],
      ['use', `bitwright predict ${at} IMAGE.png`],
      ['look inside', `bitwright inspect ${at}`],
    ]),
  ].join('\n')
  return { schema: ImportSchema, value: { model: record.name, directory, dataset: dataset.name, classes: dataset.classes, notes }, text }
}
