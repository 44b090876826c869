import { z } from 'zod'
import { AdapterSchema, FaultSchema, RunIdSchema } from '../engine.ts'
import { route } from '../route.ts'
import { ProjectPlaceSchema } from './projects.ts'

/** The app itself: what it is, what computes, what it remembers of its person, what it has to say. */

const time = z.iso.datetime()
const count = z.int().min(0)

/** What carries the contract to the page: Electron's bridge or a loopback WebSocket. */
export const FaceSchema = z.enum(['electron', 'browser'])
export type Face = z.infer<typeof FaceSchema>

export const AppInfoSchema = z.strictObject({
  version: z.string(),
  face: FaceSchema,
  /** Absolute path of the folder that holds everything people make (design.md section 5). */
  home: z.string(),
  platform: z.string(),
  /** Versions of what runs it: node, and electron and chrome where they are. */
  versions: z.record(z.string(), z.string()),
})
export type AppInfo = z.infer<typeof AppInfoSchema>

export const EngineStateSchema = z.strictObject({
  /**
   * `starting`: its process comes up and opens the adapter. `ready`. `busy`: at work on a run or a question. `crashed`: it ended without
   * being asked to, and another one starts at `restartAt`; `failed`: several died in a row, or there is no adapter: `engine.restart`
   * tries again. Everything that does not compute works in every state.
   */
  state: z.enum(['starting', 'ready', 'busy', 'crashed', 'failed']),
  /** What computes, once it is open. */
  adapter: AdapterSchema.nullable(),
  /** Why it crashed or failed; kept until the next one is ready. */
  fault: FaultSchema.nullable(),
  /** The run under way. */
  run: RunIdSchema.nullable(),
  /** When the next one starts, while `crashed`. */
  restartAt: time.nullable(),
  /** How many have been started since the app was. */
  started: count,
})
export type EngineState = z.infer<typeof EngineStateSchema>

export const LogEntrySchema = z.strictObject({
  /** Grows by one with every entry since the app was started. */
  number: count,
  time,
  level: z.enum(['info', 'warning', 'error']),
  /** Who says it: `engine`, `host` (the app itself), `datasets`, `projects`, `runs`. */
  source: z.string().max(32),
  message: z.string(),
})
export type LogEntry = z.infer<typeof LogEntrySchema>

/** What may hold a home: a face, or the command that works off the queue. */
export const HolderFaceSchema = z.enum([...FaceSchema.options, 'terminal'])
export type HolderFace = z.infer<typeof HolderFaceSchema>

/** Whether this app may train and queue in its home: of several that opened one, the first may. Everything else works in all of them. */
export const HomeStateSchema = z.strictObject({
  mine: z.boolean(),
  /** Who may instead. Null while nobody does: `workbench.takeHome` takes it over. */
  holder: z.strictObject({
    pid: count,
    face: HolderFaceSchema.nullable(),
    since: time.nullable(),
    /** Name of its machine, where it is not this one. */
    machine: z.string().nullable(),
  }).nullable(),
  /** Why it cannot be taken, such as a read-only disk. */
  fault: FaultSchema.nullable(),
})
export type HomeState = z.infer<typeof HomeStateSchema>

const LayoutValueSchema = z.union([z.string().max(4096), z.number(), z.boolean(), z.array(z.union([z.string().max(256), z.number()])).max(256)])

/** What the app remembers of its person, in <home>/workbench.json. */
export const PreferencesSchema = z.strictObject({
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  tourSeen: z.boolean().default(false),
  /** Sizes of panels, open views and the like, by names that the page chooses. */
  layout: z.record(z.string().min(1).max(64), LayoutValueSchema).refine(layout => Object.keys(layout).length <= 256, 'expected at most 256 entries').default({}),
  /** What was open last. */
  lastProject: ProjectPlaceSchema.nullable().default(null),
})
export type Preferences = z.infer<typeof PreferencesSchema>

/** Names what changes. Layout entries are merged one by one; null removes one. */
export const PreferencesPatchSchema = z.strictObject({
  theme: z.enum(['system', 'dark', 'light']).optional(),
  tourSeen: z.boolean().optional(),
  layout: z.record(z.string().min(1).max(64), LayoutValueSchema.nullable()).optional(),
  lastProject: ProjectPlaceSchema.nullable().optional(),
})

/** Work that takes long and can be given up, such as an import. The page chooses its id, so that it knows it before the work has begun. */
export const TaskIdSchema = z.string().regex(/^[0-9A-Za-z-]{8,64}$/, 'expected 8 to 64 letters, digits or "-"')

export const TaskSchema = z.strictObject({
  id: TaskIdSchema,
  title: z.string(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  /** What it does just now. */
  doing: z.string(),
  /** Share of that which is done, 0 to 1; null where nobody knows. */
  done: z.number().min(0).max(1).nullable(),
  fault: FaultSchema.nullable(),
})
export type Task = z.infer<typeof TaskSchema>

/** A dialog of the desktop. Empty if the person closed it. Refused in a browser, which has its own ways: uploads and downloads. */
const DialogSchema = z.strictObject({
  kind: z.enum(['openFile', 'openFiles', 'openFolder', 'saveFile']),
  title: z.string().max(200),
  /** Extensions without a dot. */
  extensions: z.array(z.string().regex(/^[a-z0-9]{1,16}$/)).max(16).default([]),
  suggestedName: z.string().max(200).optional(),
})

export const workbenchRoutes = {
  'app.info': route(z.strictObject({}), AppInfoSchema),
  /** Newest last, after the entry of that number. At most the last 2,000 are kept. */
  'log.read': route(z.strictObject({ after: z.int().min(-1).default(-1) }), z.strictObject({ entries: z.array(LogEntrySchema) })),
  'engine.state': route(z.strictObject({}), EngineStateSchema),
  /** Ends the engine (a run under way stops after a checkpoint) and starts another. */
  'engine.restart': route(z.strictObject({}), EngineStateSchema),
  'workbench.home': route(z.strictObject({}), HomeStateSchema),
  /** Rejects, and says who, if another one still holds it. */
  'workbench.takeHome': route(z.strictObject({}), HomeStateSchema),
  'preferences.get': route(z.strictObject({}), PreferencesSchema),
  'preferences.set': route(PreferencesPatchSchema, PreferencesSchema),
  'tasks.list': route(z.strictObject({}), z.strictObject({ tasks: z.array(TaskSchema) })),
  /** False if there is no such task, or it has ended. The call that the task belongs to rejects, and nothing of it stays. */
  'tasks.cancel': route(z.strictObject({ task: TaskIdSchema }), z.strictObject({ cancelled: z.boolean() })),
  'dialogs.show': route(DialogSchema, z.strictObject({ paths: z.array(z.string()) })),
}

export const workbenchEvents = {
  log: LogEntrySchema,
  engine: EngineStateSchema,
  home: HomeStateSchema,
  /** Also when another window of the same host has changed them. */
  preferences: PreferencesSchema,
  task: TaskSchema,
  /** From the desktop's menu: the name of one of the page's own commands. */
  command: z.strictObject({ name: z.string().max(64) }),
  /** Told by the bridge itself: whether the host hears us. While `lost`, calls are refused; the bridge connects again by itself. */
  connection: z.strictObject({ state: z.enum(['open', 'lost']), reason: z.string().nullable() }),
}
