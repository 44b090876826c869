import type { z } from 'zod'
import { datasetEvents, datasetRoutes } from './datasets.ts'
import { inspectRoutes } from './inspect.ts'
import { memoryRoutes } from './memory.ts'
import { previewRoutes } from './preview.ts'
import { projectEvents, projectRoutes } from './projects.ts'
import { queueEvents, queueRoutes } from './queue.ts'
import { runLibraryEvents, runLibraryRoutes } from './runLibrary.ts'
import { runEvents, runRoutes } from './runs.ts'
import { workbenchEvents, workbenchRoutes, type Face } from './workbench.ts'

/** Everything the app can do: one contract, whatever carries it (design.md, decision 2). Both ends check both halves of every route. */
export const appRoutes = { ...workbenchRoutes, ...projectRoutes, ...datasetRoutes, ...runRoutes, ...runLibraryRoutes, ...queueRoutes, ...previewRoutes, ...memoryRoutes, ...inspectRoutes }
export type AppRoutes = typeof appRoutes
export type AppRoute = keyof AppRoutes

export const appEvents = { ...workbenchEvents, ...projectEvents, ...datasetEvents, ...runEvents, ...runLibraryEvents, ...queueEvents }
export type AppEvents = typeof appEvents
export type AppEvent = keyof AppEvents

/** What a caller passes: defaults may be left out. */
export type InputOf<R extends AppRoute> = z.input<AppRoutes[R]['input']>
export type OutputOf<R extends AppRoute> = z.output<AppRoutes[R]['output']>
export type DataOf<E extends AppEvent> = z.output<AppEvents[E]>

/** The page's way to everything else. */
export interface Bridge {
  readonly face: Face
  /** Rejects with a BitwrightError that says what, where and what to do. */
  call<R extends AppRoute>(route: R, input: InputOf<R>): Promise<OutputOf<R>>
  /** Returns what ends the listening. */
  on<E extends AppEvent>(event: E, listener: (data: DataOf<E>) => void): () => void
}

export function isAppRoute(name: string): name is AppRoute {
  return Object.hasOwn(appRoutes, name)
}

export function isAppEvent(name: string): name is AppEvent {
  return Object.hasOwn(appEvents, name)
}
