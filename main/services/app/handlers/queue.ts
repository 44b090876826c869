import type { queueRoutes } from '../../../contract/app/queue.ts'
import type { Handlers, Services } from '../handling.ts'

export function queueHandlers({ queue }: Services): Handlers<keyof typeof queueRoutes> {
  const done = async (work: Promise<void>): Promise<Record<string, never>> => {
    await work
    return {}
  }
  return {
    'queue.add': async request => ({ entries: await queue.add(request) }),
    'queue.fork': async request => ({ entries: await queue.fork(request) }),
    'queue.resume': async ({ run }) => ({ entries: await queue.resume(run) }),
    'queue.list': () => queue.state(),
    'queue.remove': ({ entries }) => done(queue.remove(entries)),
    'queue.move': ({ entry, before }) => done(queue.move(entry, before)),
    'queue.hold': () => done(queue.hold(true)),
    'queue.release': () => done(queue.hold(false)),
  }
}
