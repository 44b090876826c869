import { z } from 'zod'
import { ProjectSchema } from '../../../core/architecture/project.ts'
import { FaultSchema } from '../engine.ts'
import { route } from '../route.ts'

/** Projects live as plain files, <home>/projects/<id>.json, or wherever people keep them. */

const count = z.int().min(0)
const time = z.iso.datetime()
const path = z.string().min(1).max(4096)

export const ProjectIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'expected up to 80 lower-case letters, digits or "-"')
export type ProjectId = z.infer<typeof ProjectIdSchema>

/** Where a project is kept: in the home under an id, or in a file of its own, an absolute path that ends in .json. */
export const ProjectPlaceSchema = z.union([z.strictObject({ id: ProjectIdSchema }), z.strictObject({ path })])
export type ProjectPlace = z.infer<typeof ProjectPlaceSchema>

/** SHA-256 of the file: what was read, so that a change by somebody else is noticed before it is written over. */
export const RevisionSchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal characters')

export const ProjectEntrySchema = z.strictObject({
  place: ProjectPlaceSchema,
  name: z.string(),
  dataset: z.string(),
  nodes: count,
  /** When the file was last written. */
  changed: time,
  /** When it was last opened here; null if never. */
  opened: time.nullable(),
})
export type ProjectEntry = z.infer<typeof ProjectEntrySchema>

const StoredSchema = z.strictObject({ place: ProjectPlaceSchema, revision: RevisionSchema })
const OpenedSchema = StoredSchema.extend({ project: ProjectSchema, changed: time })
export type OpenedProject = z.infer<typeof OpenedSchema>

const DraftIdSchema = z.string().regex(/^[0-9A-Za-z-]{8,64}$/, 'expected 8 to 64 letters, digits or "-"')

/** What was not saved when the page or the app went away. */
const DraftEntrySchema = z.strictObject({
  draft: DraftIdSchema,
  /** Whose unsaved changes these are; null for a project that was never saved. */
  place: ProjectPlaceSchema.nullable(),
  /** Of the file that was changed. */
  revision: RevisionSchema.nullable(),
  name: z.string(),
  kept: time,
})
export type DraftEntry = z.infer<typeof DraftEntrySchema>

export const PresetEntrySchema = z.strictObject({
  name: z.string(),
  dataset: z.string(),
  /** What it is and where it comes from, what differs and what is open, a line each. */
  description: z.string(),
  /** Null where it repeats nobody's experiment. */
  source: z.string().nullable(),
  /** Percent of the test images. */
  reportedError: z.number().nullable(),
  binaryParameters: count,
  realParameters: count,
  packedBytes: count,
  nodes: count,
})
export type PresetEntry = z.infer<typeof PresetEntrySchema>

/** Longest text of a project, in characters. */
export const MAX_PROJECT_TEXT = 8 * 2 ** 20

export const projectRoutes = {
  /** All of the home, and files elsewhere that were opened here; the last opened first. Those that cannot be read are named apart. */
  'projects.list': route(z.strictObject({}), z.strictObject({ projects: z.array(ProjectEntrySchema), damaged: z.array(z.strictObject({ place: ProjectPlaceSchema, fault: FaultSchema })) })),
  /** Keeps a new project in the home under an id made of its name, or in the file `path`. Something that is there is only replaced by `replace`. */
  'projects.create': route(z.strictObject({ project: ProjectSchema, path: path.optional(), replace: z.boolean().default(false) }), StoredSchema),
  'projects.open': route(z.strictObject({ place: ProjectPlaceSchema }), OpenedSchema),
  /** Writes if the file still is of `revision`, or if that is null; else the answer names what is there now, and nothing is written. */
  'projects.save': route(
    z.strictObject({ place: ProjectPlaceSchema, project: ProjectSchema, revision: RevisionSchema.nullable() }),
    z.discriminatedUnion('outcome', [
      z.strictObject({ outcome: z.literal('saved'), revision: RevisionSchema }),
      /** `revision` null: the file is gone. */
      z.strictObject({ outcome: z.literal('conflict'), revision: RevisionSchema.nullable() }),
    ]),
  ),
  /** Changes the project's name; its place stays. */
  'projects.rename': route(z.strictObject({ place: ProjectPlaceSchema, name: z.string().min(1).max(120) }), StoredSchema),
  /** A copy in the home, named `name` or "NAME copy". */
  'projects.duplicate': route(z.strictObject({ place: ProjectPlaceSchema, name: z.string().min(1).max(120).optional() }), StoredSchema),
  /** Moves a project of the home to <home>/trash/projects, from where `projects.restore` brings it back. */
  'projects.trash': route(z.strictObject({ id: ProjectIdSchema }), z.strictObject({ trashed: z.string() })),
  'projects.restore': route(z.strictObject({ trashed: z.string().min(1).max(200) }), StoredSchema),
  /** Takes a file elsewhere off the list; the file stays. */
  'projects.forget': route(z.strictObject({ path }), z.strictObject({})),
  /** Parses text from outside, such as a file that was dropped on the window. Keeps nothing. `name` is for messages. */
  'projects.read': route(z.strictObject({ text: z.string().max(MAX_PROJECT_TEXT), name: z.string().max(255) }), z.strictObject({ project: ProjectSchema })),
  /** The project as its file would be, with a name for it. */
  'projects.write': route(z.strictObject({ project: ProjectSchema }), z.strictObject({ text: z.string(), fileName: z.string() })),
  /** Keeps unsaved changes where a crash does not reach them. The page chooses the id and writes to it as often as it likes. */
  'drafts.keep': route(z.strictObject({ draft: DraftIdSchema, place: ProjectPlaceSchema.nullable(), revision: RevisionSchema.nullable(), project: ProjectSchema }), z.strictObject({})),
  'drafts.drop': route(z.strictObject({ draft: DraftIdSchema }), z.strictObject({})),
  /** Newest first. */
  'drafts.list': route(z.strictObject({}), z.strictObject({ drafts: z.array(DraftEntrySchema) })),
  'drafts.open': route(z.strictObject({ draft: DraftIdSchema }), DraftEntrySchema.extend({ project: ProjectSchema })),
  'presets.list': route(z.strictObject({}), z.strictObject({ presets: z.array(PresetEntrySchema) })),
  'presets.show': route(z.strictObject({ name: z.string().max(120) }), PresetEntrySchema.extend({ project: ProjectSchema })),
}

export const projectEvents = {
  /** The list may be another: something was saved, renamed, trashed. */
  projects: z.strictObject({}),
}
