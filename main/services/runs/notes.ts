import { join } from 'node:path'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { RunNotesSchema, type RunNotes } from '../../contract/app/runLibrary.ts'
import { codeOf, readJson, writeAtomic } from '../files.ts'
import { jsonFile } from './record.ts'

/** What people say of a run: <run>/notes.json. The run itself, and its folder's name, are not touched by it. */
export const NOTES_FILE = 'notes.json'

const NotesFileSchema = z.strictObject({ version: z.literal(1), ...RunNotesSchema.shape })

export const NO_NOTES: RunNotes = { name: null, notes: '', tags: [] }

export async function readNotes(directory: string): Promise<RunNotes> {
  try {
    const { version: _, ...notes } = await readJson(join(directory, NOTES_FILE), NotesFileSchema, { limit: 2 ** 20 })
    return notes
  } catch (error) {
    if (error instanceof BitwrightError && codeOf(error.cause) === 'ENOENT') return NO_NOTES
    throw error
  }
}

/** Changes what is named; the rest stays. Tags lose blanks around them and repetitions. */
export async function annotate(directory: string, { name, notes, tags }: { [Field in keyof RunNotes]?: RunNotes[Field] | undefined }): Promise<RunNotes> {
  const before = await readNotes(directory)
  const after: RunNotes = {
    name: name === undefined ? before.name : name?.trim() || null,
    notes: notes ?? before.notes,
    tags: tags === undefined ? before.tags : [...new Set(tags.map(tag => tag.trim()).filter(tag => tag !== ''))],
  }
  await writeAtomic(join(directory, NOTES_FILE), jsonFile({ version: 1, ...after }))
  return after
}
