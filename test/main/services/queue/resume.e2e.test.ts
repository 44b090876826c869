import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { bridgeTo, openTestHost, type TestBridge } from '../../../support/hosts.ts'
import { smallProject, storeSmall } from '../../../support/small-training.ts'

/** Trains for an epoch or more, and stops it if asked to. */
async function begun(bridge: TestBridge, stop: boolean): Promise<string> {
  const { run } = await bridge.call('runs.start', { project: smallProject(), set: ['recipe.epochs=5000'] })
  await bridge.seen('run.epoch', told => told.run === run)
  if (stop) await stopped(bridge, run)
  return run
}

async function stopped(bridge: TestBridge, run: string): Promise<void> {
  await bridge.call('runs.control', { run, action: 'stop' })
  await bridge.seen('run.state', ({ summary }) => summary.id === run && summary.state === 'stopped')
  // The engine answers a moment after the run's state is told.
  await expect.poll(async () => (await bridge.call('engine.state', {})).state).toBe('ready')
}

it('a run that was stopped is queued behind another and goes on from its last checkpoint; what cannot go on is refused, and one that is gone says so', async () => {
  const host = await openTestHost()
  await storeSmall(host.home)
  const bridge = await bridgeTo(host)
  const first = await begun(bridge, true)
  const { summary: before } = await bridge.call('runs.show', { run: first })
  await bridge.call('runs.annotate', { run: first, name: 'first try' })
  const second = await begun(bridge, false)
  const { entries: [entry] } = await bridge.call('queue.resume', { run: first })
  expect(entry).toMatchObject({ state: 'waiting', run: first, name: 'first try', epochs: 5000 })
  await expect(bridge.call('queue.resume', { run: first })).rejects.toThrow('is queued already')
  await expect(bridge.call('queue.resume', { run: second })).rejects.toThrow('is under way')
  await expect(bridge.call('runs.trash', { runs: [first] })).rejects.toThrow('waits to go on')
  await bridge.call('runs.control', { run: second, action: 'stop' })
  await bridge.seen('run.epoch', ({ run, record }) => run === first && record.epoch > before.epochs + 1)
  const { events } = await bridge.call('runs.events', { run: first })
  expect(events.filter(({ kind }) => kind === 'resume')).toMatchObject([{ step: events.slice(0, events.findIndex(({ kind }) => kind === 'resume')).findLast(({ kind }) => kind === 'checkpoint')?.['step'] }])

  await bridge.call('queue.hold', {})
  await bridge.call('runs.control', { run: first, action: 'stop' })
  await bridge.seen('queue.changed', ({ entries }) => entries[0]?.state === 'stopped')
  await bridge.call('queue.resume', { run: second })
  await rm(join(host.home, 'runs', second), { recursive: true })
  await bridge.call('queue.release', {})
  const { entries } = await bridge.seen('queue.changed', state => state.entries[1]?.state === 'failed')
  expect(entries[1]).toMatchObject({ fault: { what: `run ${second}, which was to go on, is gone` } })

  const { run: short } = await bridge.call('runs.start', { project: smallProject({ recipe: { epochs: 1 } }) })
  await bridge.seen('run.state', ({ summary }) => summary.id === short && summary.state === 'finished')
  await expect(bridge.call('queue.resume', { run: short })).rejects.toThrow('has finished its 1 epochs')
})
