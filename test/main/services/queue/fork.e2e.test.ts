import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readEvents, readMetrics } from '../../../../main/services/runs/index.ts'
import { bridgeTo, openTestHost } from '../../../support/hosts.ts'
import { smallProject, storeSmall } from '../../../support/small-training.ts'

it('a fork that is queued behind a run begins where that run was then, with what was set for it; one whose run is gone says so', async () => {
  const host = await openTestHost()
  await storeSmall(host.home)
  const bridge = await bridgeTo(host)
  const { run } = await bridge.call('runs.start', { project: smallProject({ recipe: { selection: 'last' } }), set: ['recipe.epochs=5000'] })
  const checkpoints = (): Promise<string[]> => readdir(join(host.home, 'runs', run, 'checkpoints'))
  const { record: { epoch: begun } } = await bridge.seen('run.epoch', ({ record }) => record.epoch >= 2)

  const fork = (set: string[], checkpoint = 'best.safetensors') => bridge.call('queue.fork', { run, checkpoint, set })
  await expect(fork(['nodes.dense1.units=32'])).rejects.toThrow('layer dense1 would be another')
  await expect(fork(['recipe.epochs=1'])).rejects.toThrow('nothing is left to train')
  await expect(fork([], 'epoch-4999.safetensors')).rejects.toThrow('there is no checkpoint epoch-4999')
  expect((await checkpoints()).filter(name => name.startsWith('step-'))).toEqual([])
  expect((await bridge.call('queue.list', {})).entries).toEqual([])

  const { entries: [queued] } = await bridge.call('queue.fork', { run, checkpoint: 'best.safetensors', set: ['recipe.epochs=5001', 'recipe.seed=77'], name: 'branch' })
  const step = Number(/^step-(\d+)\.safetensors$/.exec(queued?.parent?.checkpoint ?? '')?.[1])
  expect(queued).toMatchObject({ state: 'waiting', run: null, name: 'branch', seed: 77, epochs: 5001, parent: { run } })
  expect(step).toBeGreaterThanOrEqual(30 * begun)
  // Best, last and the epochs' files go on to others meanwhile.
  await bridge.seen('run.epoch', ({ record }) => record.step > step + 90)
  expect(await checkpoints()).toContain(`step-${step}.safetensors`)
  await bridge.call('runs.control', { run, action: 'stop' })
  const { summary } = await bridge.seen('run.state', told => told.summary.parent === run && told.summary.state === 'running')
  expect(summary).toMatchObject({ seed: 77, epochsWanted: 5001, epochs: step / 30 })
  await bridge.seen('run.epoch', told => told.run === summary.id)
  const directory = join(host.home, 'runs', summary.id)
  expect(await readEvents(directory)).toContainEqual(expect.objectContaining({ kind: 'fork', run, step, file: `step-${step}.safetensors` }))
  expect((await readMetrics(directory))[0]).toMatchObject({ epoch: step / 30 + 1, step: step + 30 })

  await bridge.call('queue.hold', {})
  await bridge.call('queue.fork', { run, checkpoint: 'last.safetensors', set: [] })
  await host.close()
  const second = await openTestHost({ home: host.home })
  const other = await bridgeTo(second)
  const { held, entries } = await other.call('queue.list', {})
  expect([held, entries.map(({ state }) => state)]).toEqual([true, ['running', 'waiting']])
  await other.call('runs.trash', { runs: [run] })
  await other.call('queue.release', {})
  await other.seen('run.epoch', told => told.run === summary.id)
  await other.call('runs.control', { run: summary.id, action: 'stop' })
  const done = await other.seen('queue.changed', state => state.entries.every(entry => entry.state === 'stopped' || entry.state === 'failed'))
  expect(done.entries).toMatchObject([
    { state: 'stopped', name: 'branch', resumed: 0 },
    { state: 'failed', run: null, fault: { what: expect.stringContaining(`the checkpoint at which this fork was to begin is gone: there is no run ${run}`) as unknown, remedy: expect.stringContaining('from the trash') as unknown } },
  ])
})
