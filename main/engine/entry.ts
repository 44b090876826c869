import type { z } from 'zod'
import { parseAs } from '../../core/architecture/project.ts'
import { BitwrightError } from '../../core/errors.ts'
import { engineEvents, engineRoutes, RequestSchema, type EngineEvent, type EngineRoute } from '../contract/engine.ts'
import type { JobContext } from './context.ts'
import { faultOf } from '../contract/faults.ts'
import { Desk } from './desk.ts'
import { Workshop } from './toolbox.ts'

/**
 * The engine process. Its parent starts it with a message channel and asks; it answers and tells. It ends when the channel
 * closes, and when its device can no longer be trusted, since dawn.node cannot open another one in this process.
 */
const EXIT_DEVICE = 3
const EXIT_BUG = 70
/** How long the process waits for jobs and the device before it ends. */
const FAREWELL_MILLISECONDS = 3000

let opening: Promise<Workshop> | undefined
let opened: Workshop | undefined
let ending = false

function workshop(): Promise<Workshop> {
  opening ??= Workshop.open().then(
    made => {
      opened = made
      void made.lost.then(() => end(EXIT_DEVICE))
      return made
    },
    (error: unknown) => {
      opening = undefined
      throw error
    },
  )
  return opening
}

const tools: Omit<JobContext, 'control'> = {
  workshop,
  emit<E extends EngineEvent>(event: E, data: z.input<(typeof engineEvents)[E]>) {
    send({ event, data: engineEvents[event].parse(data) })
  },
  log: (level, message) => tools.emit('log', { level, message }),
}
const desk = new Desk(tools)

function send(message: object): void {
  // A parent that is gone hears nothing; "disconnect" comes next.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

async function answer(message: unknown): Promise<void> {
  let id: number | undefined
  try {
    const request = parseAs(RequestSchema, message, 'a message to the engine')
    id = request.id
    if (!isRoute(request.route)) throw new BitwrightError({ what: `the engine has no route "${request.route}"`, remedy: 'start both with the same version of Bitwright' })
    const { input, output } = engineRoutes[request.route]
    const result = await desk.do(request.route, parseAs(input, request.input, `the input of ${request.route}`))
    send({ id, output: output.parse(result) })
  } catch (error) {
    if (!(error instanceof BitwrightError)) console.error(error)
    if (id === undefined) tools.log('warning', faultOf(error).what)
    else send({ id, fault: faultOf(error), ...(opened?.failure && { ending: true }) })
  }
  if (opened?.failure) await end(EXIT_DEVICE)
}

function isRoute(name: string): name is EngineRoute {
  return Object.hasOwn(engineRoutes, name)
}

/** Lets the run under way go, waits until the device is idle, and ends: a driver at work may crash in exit(). */
async function end(code: number): Promise<void> {
  if (ending) return
  ending = true
  const begun = performance.now()
  const left = (): number => Math.max(0, FAREWELL_MILLISECONDS - (performance.now() - begun))
  // What was said before must reach the parent: the reply that tells why.
  await new Promise(resolve => setTimeout(resolve, 50))
  const why = opened?.failure?.what ?? (code === 0 ? 'its host ended without a word' : 'its engine ended over an error')
  const settled = await desk.leave(left(), why)
  const drained = opened === undefined || opened.failure !== undefined || (await opened.drain(left()))
  if (settled && drained) process.exit(code)
  process.kill(process.pid, 'SIGKILL')
}

process.on('message', message => void answer(message))
process.on('disconnect', () => void end(0))
// A terminal sends it to the whole group; the parent decides what it means.
process.on('SIGINT', () => undefined)
process.on('uncaughtException', error => {
  console.error(error)
  tools.log('warning', faultOf(error).what)
  void end(EXIT_BUG)
})
if (!process.connected) {
  console.error('error: the engine is started by Bitwright itself; run "bitwright" instead')
  process.exit(2)
}
