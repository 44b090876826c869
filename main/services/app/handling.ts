import type { z } from 'zod'
import type { AppEvent, AppRoute, AppRoutes, DataOf } from '../../contract/app/index.ts'
import type { Face } from '../../contract/app/workbench.ts'
import type { Uploads } from '../datasets/uploads.ts'
import type { Supervisor } from '../engine/supervisor.ts'
import type { Catalogue } from '../runs/catalogue.ts'
import type { Training } from '../runs/training.ts'
import type { Queue } from '../queue/queue.ts'
import type { HomeHold } from './hold.ts'
import type { Log } from './log.ts'
import type { Memory } from './memory.ts'
import type { Tasks } from './tasks.ts'

/** Dialogs of the desktop; a browser has none. */
export interface Dialogs {
  show(input: z.output<AppRoutes['dialogs.show']['input']>): Promise<readonly string[]>
}

/** What answers are made from. */
export interface Services {
  readonly home: string
  readonly face: Face
  readonly dialogs: Dialogs | undefined
  readonly log: Log
  readonly memory: Memory
  readonly tasks: Tasks
  readonly engine: Supervisor
  readonly training: Training
  readonly catalogue: Catalogue
  readonly queue: Queue
  readonly hold: HomeHold
  readonly uploads: Uploads
  readonly tell: <E extends AppEvent>(event: E, data: DataOf<E>) => void
}

/** Whose question it is. What belongs to a connection goes with it. */
export type Asker = object

/** What answers a route; the compiler sees to it that none is missing. */
export type Handler<R extends AppRoute> = (input: z.output<AppRoutes[R]['input']>, asker: Asker) => Promise<z.input<AppRoutes[R]['output']>>
export type Handlers<R extends AppRoute = AppRoute> = { readonly [Name in R]: Handler<Name> }
