import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { EngineState } from '../../../../main/contract/app/workbench.ts'
import { Supervisor, type Patience } from '../../../../main/services/engine/supervisor.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const adapter = { name: 'none', vendor: '', driver: '', kind: 'cpu', subgroupSize: 1, timestamps: false, maxBindingBytes: 1, maxBufferBytes: 1 }

/** A real process that behaves badly in one way; what a sound engine does is tested with the real one. */
async function watch(behaviour: string, patience: Partial<Patience> = {}): Promise<{ readonly supervisor: Supervisor; readonly seen: (wanted: (state: EngineState) => boolean) => Promise<EngineState>; readonly log: string[] }> {
  const entry = join(await temporaryFolder(), 'entry.mjs')
  await writeFile(entry, `
    const reply = (id, output) => process.send({ id, output })
    const adapter = ${JSON.stringify(adapter)}
    process.on('disconnect', () => process.exit(0))
    ${behaviour}`)
  const states: EngineState[] = []
  const log: string[] = []
  const watchers = new Set<() => void>()
  const supervisor = new Supervisor({
    entry,
    patience: { backOff: [10, 10], ...patience },
    onState: state => {
      states.push(state)
      for (const look of watchers) look()
    },
    onEvent: () => undefined,
    onLog: (level, message) => log.push(`${level}: ${message}`),
  })
  onTestFinished(() => supervisor.close())
  supervisor.start()
  return {
    supervisor,
    log,
    seen: wanted => new Promise(resolve => {
      const look = (): void => {
        const found = states.find(wanted)
        if (found) resolve(found)
      }
      watchers.add(look)
      look()
    }),
  }
}

const SOUND = 'process.on("message", ({ id, route }) => reply(id, route === "doctor" ? { adapter, memoryBytes: 1 } : {}))'

it('is ready when the adapter is open, and answers what was asked before', async () => {
  const { supervisor, seen } = await watch(SOUND)
  await expect(supervisor.call('ping', {})).resolves.toEqual({})
  expect(await seen(({ state }) => state === 'ready')).toMatchObject({ adapter, fault: null, started: 1 })
})

it('starts others with pauses in between when they die in a row, and stays down after the last, until it is asked to try again', async () => {
  const { supervisor, seen, log } = await watch('process.exit(7)')
  expect(await seen(({ state }) => state === 'crashed')).toMatchObject({ restartAt: expect.any(String) as unknown, fault: { what: expect.stringContaining('exit code 7') as unknown } })
  const failed = await seen(({ state }) => state === 'failed')
  expect(failed).toMatchObject({ started: 3, restartAt: null, fault: { what: '3 engines ended in a row, the last: it died with exit code 7' } })
  await expect(supervisor.call('ping', {})).rejects.toThrow('there is no engine: 3 engines ended in a row')
  await supervisor.restart()
  await seen(({ state, started }) => state === 'failed' && started === 6)
  expect(log.filter(line => line.startsWith('error: '))).toHaveLength(6)
})

it('ends one that does not answer any more', async () => {
  const { seen, log } = await watch('process.on("message", ({ id, route }) => route === "doctor" && reply(id, { adapter, memoryBytes: 1 }))', { beat: 20, silence: 200 })
  expect((await seen(({ state }) => state === 'crashed')).fault?.what).toContain('signal SIGKILL')
  await seen(({ state, started }) => state === 'ready' && started === 2)
  expect(log).toContain('error: the engine is ended: it did not answer for 0 seconds')
})

it('ends one that does not open its adapter', async () => {
  const { seen, log } = await watch('setInterval(() => {}, 1000)', { start: 300 })
  await seen(({ state }) => state === 'failed')
  expect(log.join()).toContain('it did not open its adapter')
})

it('does not start another where there is no adapter: the next process would find none either', async () => {
  const { supervisor, seen } = await watch('process.on("message", ({ id }) => process.send({ id, fault: { what: "no adapter was found", remedy: "get one" } }))')
  expect(await seen(({ state }) => state === 'failed')).toMatchObject({ started: 1, fault: { what: 'no adapter was found', remedy: 'get one' } })
  await expect(supervisor.call('ping', {})).rejects.toThrow('there is no engine: no adapter was found; get one')
})

it('starts others where the adapter is gone that was there before: it may come back', async () => {
  const { seen } = await watch(`
    import { appendFileSync, readFileSync } from 'node:fs'
    const count = new URL('count', import.meta.url)
    appendFileSync(count, '.')
    const start = readFileSync(count).length
    process.on('message', ({ id }) => process.send(start === 2 ? { id, fault: { what: 'no adapter was found' } } : { id, output: { adapter, memoryBytes: 1 } }))
    if (start === 1) setTimeout(() => process.exit(3), 300)`)
  await seen(({ state, started }) => state === 'ready' && started === 1)
  expect((await seen(({ state, fault }) => state === 'crashed' && fault?.what.includes('adapter') === true)).fault?.what).toBe('the engine ended: it found its adapter no more (no adapter was found)')
  await seen(({ state, started }) => state === 'ready' && started === 3)
})

it('tells those who wait when it is closed', async () => {
  const { supervisor } = await watch('setInterval(() => {}, 1000)')
  const waiting = supervisor.call('ping', {})
  const refused = expect(waiting).rejects.toThrow('there is no engine')
  await supervisor.close()
  await refused
})
