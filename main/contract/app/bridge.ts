import { parseAs } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { errorOf } from '../faults.ts'
import { appEvents, appRoutes, isAppEvent, type AppEvent, type AppRoute, type Bridge, type DataOf, type InputOf, type OutputOf } from './index.ts'
import type { Answer } from './messages.ts'
import type { Face } from './workbench.ts'

/** Gets messages across, whatever they hold. */
export interface Carrier {
  ask(route: string, input: unknown): Promise<Answer>
  /** From here on `hear` is told of every event. */
  listen(hear: (event: string, data: unknown) => void): void
}

/** The page's end of the contract: what comes and goes is held against its schemas. */
export function createBridge(face: Face, carrier: Carrier): Bridge {
  const listeners = new Map<AppEvent, Set<(data: unknown) => void>>()
  carrier.listen((event, data) => {
    if (!isAppEvent(event)) return
    const parsed: unknown = parseAs(appEvents[event], data, `the event ${event}`)
    // A listener may end its listening, or another's, while it is told.
    for (const listener of [...(listeners.get(event) ?? [])]) listener(parsed)
  })
  return {
    face,
    async call<R extends AppRoute>(route: R, input: InputOf<R>): Promise<OutputOf<R>> {
      const { input: inputSchema, output: outputSchema } = appRoutes[route]
      const answer = await carrier.ask(route, parseAs(inputSchema, input, `the input of ${route}`))
      if ('fault' in answer) throw errorOf(answer.fault)
      return parseAs(outputSchema, answer.output, `the answer to ${route}`) as OutputOf<R>
    },
    on<E extends AppEvent>(event: E, listener: (data: DataOf<E>) => void): () => void {
      const all = listeners.get(event) ?? new Set()
      listeners.set(event, all)
      // The pair is parsed with the schema of its name before it is told.
      const told = (data: unknown): void => listener(data as DataOf<E>)
      all.add(told)
      return () => all.delete(told)
    },
  }
}

/** For carriers: what to answer when nobody can be asked. */
export function unheard(reason: string): BitwrightError {
  return new BitwrightError({ what: `the app does not answer: ${reason}`, remedy: 'wait until it is back, or start it again with "bitwright"; what was not saved is kept as a draft' })
}
