import { describe, expect, expectTypeOf, it } from 'vitest'
import { createBridge, type Carrier } from '../../../main/contract/app/bridge.ts'
import { datasetEvents, datasetRoutes } from '../../../main/contract/app/datasets.ts'
import { appEvents, appRoutes, type AppEvent, type AppRoute, type Bridge, type DataOf, type InputOf, type OutputOf } from '../../../main/contract/app/index.ts'
import { inspectRoutes } from '../../../main/contract/app/inspect.ts'
import type { Answer } from '../../../main/contract/app/messages.ts'
import { memoryRoutes } from '../../../main/contract/app/memory.ts'
import { previewRoutes } from '../../../main/contract/app/preview.ts'
import { projectEvents, projectRoutes } from '../../../main/contract/app/projects.ts'
import { queueEvents, queueRoutes } from '../../../main/contract/app/queue.ts'
import { runLibraryEvents, runLibraryRoutes } from '../../../main/contract/app/runLibrary.ts'
import { runEvents, runRoutes } from '../../../main/contract/app/runs.ts'
import { workbenchEvents, workbenchRoutes } from '../../../main/contract/app/workbench.ts'

describe('the contract', () => {
  it('holds every route and event of its parts, none hidden by another of its name', () => {
    const routes = [workbenchRoutes, projectRoutes, datasetRoutes, runRoutes, runLibraryRoutes, queueRoutes, previewRoutes, memoryRoutes, inspectRoutes].flatMap(part => Object.keys(part))
    expect(Object.keys(appRoutes).sort()).toEqual(routes.sort())
    const events = [workbenchEvents, projectEvents, datasetEvents, runEvents, runLibraryEvents, queueEvents].flatMap(part => Object.keys(part))
    expect(Object.keys(appEvents).sort()).toEqual(events.sort())
  })

  it('types calls and events by name', () => {
    expectTypeOf<Bridge['call']>().parameter(0).toEqualTypeOf<AppRoute>()
    expectTypeOf<Bridge['on']>().parameter(0).toEqualTypeOf<AppEvent>()
    expectTypeOf<OutputOf<'datasets.samples'>['pixels']>().toExtend<Uint8Array>()
    expectTypeOf<InputOf<'datasets.samples'>>().toExtend<{ name: string; split: 'train' | 'test'; first?: number | undefined }>()
    expectTypeOf<DataOf<'engine'>['state']>().toEqualTypeOf<'starting' | 'ready' | 'busy' | 'crashed' | 'failed'>()
    expectTypeOf<'no.such'>().not.toExtend<AppRoute>()
  })
})

/** Answers every question with `answer`, and remembers what was asked. */
function answering(answer: Answer): Carrier & { asked: [string, unknown][]; tell(event: string, data: unknown): void } {
  let hear: (event: string, data: unknown) => void = () => undefined
  const asked: [string, unknown][] = []
  return {
    asked,
    async ask(route, input) {
      asked.push([route, input])
      return answer
    },
    listen: listener => (hear = listener),
    tell: (event, data) => hear(event, data),
  }
}

describe('the bridge', () => {
  it('fills defaults in and refuses input that is wrong before it leaves', async () => {
    const carrier = answering({ output: { entries: [] } })
    const bridge = createBridge('browser', carrier)
    await expect(bridge.call('log.read', {})).resolves.toEqual({ entries: [] })
    expect(carrier.asked).toEqual([['log.read', { after: -1 }]])
    await expect(bridge.call('log.read', { after: 0.5 })).rejects.toThrow('the input of log.read')
    expect(carrier.asked).toHaveLength(1)
  })

  it('refuses an answer that is none', async () => {
    await expect(createBridge('browser', answering({ output: { entries: [{}] } })).call('log.read', {})).rejects.toThrow('the answer to log.read')
  })

  it('makes an error of a fault, with all its parts', async () => {
    const bridge = createBridge('electron', answering({ fault: { what: 'no room', where: 'disk', remedy: 'make some' } }))
    await expect(bridge.call('app.info', {})).rejects.toMatchObject({ name: 'BitwrightError', what: 'no room', where: 'disk', remedy: 'make some' })
  })

  it('tells listeners until they stop listening, and nobody of what is unknown', () => {
    const carrier = answering({ output: {} })
    const bridge = createBridge('browser', carrier)
    const heard: string[] = []
    const stop = bridge.on('command', ({ name }) => heard.push(name))
    carrier.tell('command', { name: 'project.save' })
    carrier.tell('unheard-of', {})
    expect(() => carrier.tell('command', { name: 7 })).toThrow('the event command')
    stop()
    carrier.tell('command', { name: 'project.open' })
    expect(heard).toEqual(['project.save'])
  })
})
