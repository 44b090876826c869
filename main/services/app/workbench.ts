import { parseAs } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { appRoutes, isAppRoute, type AppEvent, type AppRoute, type DataOf } from '../../contract/app/index.ts'
import type { Answer } from '../../contract/app/messages.ts'
import type { Face, HolderFace } from '../../contract/app/workbench.ts'
import { faultOf } from '../../contract/faults.ts'
import { Uploads } from '../datasets/uploads.ts'
import type { SpawnOptions } from '../engine/spawn.ts'
import { Supervisor, type Patience } from '../engine/supervisor.ts'
import { Queue } from '../queue/queue.ts'
import { Catalogue } from '../runs/catalogue.ts'
import { Training } from '../runs/training.ts'
import { datasetHandlers } from './handlers/datasets.ts'
import { inspectHandlers } from './handlers/inspect.ts'
import { memoryHandlers } from './handlers/memory.ts'
import { previewHandlers } from './handlers/preview.ts'
import { projectHandlers } from './handlers/projects.ts'
import { queueHandlers } from './handlers/queue.ts'
import { runLibraryHandlers } from './handlers/runLibrary.ts'
import { runHandlers } from './handlers/runs.ts'
import { workbenchHandlers } from './handlers/workbench.ts'
import type { Asker, Dialogs, Handlers, Services } from './handling.ts'
import { HomeHold } from './hold.ts'
import { Log } from './log.ts'
import { Memory } from './memory.ts'
import { Tasks } from './tasks.ts'

export interface WorkbenchOptions {
  /** Absolute path; exists. */
  readonly home: string
  readonly face: Face
  /** As what it holds the home, if not as its face. */
  readonly holder?: HolderFace
  readonly dialogs?: Dialogs
  readonly engine?: SpawnOptions
  readonly patience?: Partial<Patience>
}

/** A page's connection. Questions are checked and answered, whatever they are; events are told until it is closed. */
export interface Connection {
  ask(route: string, input: unknown): Promise<Answer>
  close(): void
}

/** All of the app behind its faces: the services, composed once. It starts its engine at once. */
export class Workbench {
  readonly log: Log
  readonly #listeners = new Set<(event: AppEvent, data: unknown) => void>()
  readonly #services: Services
  readonly #handlers: Handlers

  constructor({ home, face, holder = face, dialogs, engine: spawnOptions, patience }: WorkbenchOptions) {
    const tell = <E extends AppEvent>(event: E, data: DataOf<E>): void => {
      for (const listener of this.#listeners) listener(event, data)
    }
    this.log = new Log(entry => tell('log', entry))
    const { log } = this
    const engine = new Supervisor({
      ...spawnOptions,
      ...(patience && { patience }),
      home,
      onState: state => {
        tell('engine', state)
        if (state.state === 'ready') queue.wake()
      },
      onEvent: message => training.hear(message),
      onLog: (level, message) => log.add(level, 'engine', message),
    })
    const runLog = (level: 'info' | 'warning' | 'error', message: string): void => log.add(level, 'runs', message)
    const hold = new HomeHold({ home, face: holder, tell: state => tell('home', state), taken: () => void queue.begin() })
    const permit = (): Promise<void> => hold.require()
    const training = new Training({ home, engine, tell, permit, idle: () => queue.wake(), log: runLog })
    const queue = new Queue({ home, training, engine, permit, tell: state => tell('queue.changed', state), log: runLog })
    this.#services = {
      home, face, dialogs, log, engine, training, queue, hold, tell,
      memory: new Memory(home, message => log.add('warning', 'host', message)),
      tasks: new Tasks(task => tell('task', task)),
      uploads: new Uploads(home),
      catalogue: new Catalogue(home, { log: message => log.add('warning', 'runs', message) }),
    }
    const services = this.#services
    this.#handlers = {
      ...workbenchHandlers(services), ...projectHandlers(services), ...datasetHandlers(services), ...runHandlers(services), ...runLibraryHandlers(services), ...queueHandlers(services),
      ...previewHandlers(services), ...memoryHandlers(services), ...inspectHandlers(services),
    }
    engine.start()
  }

  /** Of the engine, for whoever must know whether it lives. */
  get enginePid(): number | undefined {
    return this.#services.engine.pid
  }

  connect(hear: (event: AppEvent, data: unknown) => void): Connection {
    const asker: Asker = {}
    this.#listeners.add(hear)
    return {
      ask: (route, input) => this.#answer(route, input, asker),
      close: () => {
        this.#listeners.delete(hear)
        void this.#services.uploads.discardAll(asker).catch((error: unknown) => this.log.add('warning', 'datasets', faultOf(error).what))
      },
    }
  }

  /** Gives up what is under way and ends the engine; a run stops after a checkpoint. */
  async close(): Promise<void> {
    this.#services.tasks.cancelAll()
    this.#services.queue.close()
    await this.#services.engine.close()
    await this.#services.training.settled()
    this.#services.hold.close()
  }

  async #answer(name: string, input: unknown, asker: Asker): Promise<Answer> {
    try {
      if (!isAppRoute(name)) throw new BitwrightError({ what: `the app has no route ${JSON.stringify(name)}`, remedy: 'reload the page; both ends must be of one version' })
      return { output: await this.#perform(name, input, asker) }
    } catch (error) {
      const fault = faultOf(error)
      if (!(error instanceof BitwrightError)) {
        this.log.add('error', 'host', `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      } else this.log.add('warning', 'host', `${name}: ${error.message}`)
      return { fault }
    }
  }

  async #perform(name: AppRoute, input: unknown, asker: Asker): Promise<unknown> {
    const { input: inputSchema, output: outputSchema } = appRoutes[name]
    const handler = this.#handlers[name] as (input: unknown, asker: Asker) => Promise<unknown>
    return outputSchema.parse(await handler(parseAs(inputSchema, input, `the input of ${name}`), asker))
  }
}
