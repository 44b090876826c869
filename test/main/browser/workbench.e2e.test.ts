import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bridgeTo, openTestHost } from '../../support/hosts.ts'
import { SMALL, smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'

describe('the workbench over a WebSocket, with its engine', () => {
  it('opens its adapter, trains, tells how it goes, pauses, goes on and stops', async () => {
    const host = await openTestHost()
    await storeSmall(host.home)
    const bridge = await bridgeTo(host)
    await expect(bridge.call('app.info', {})).resolves.toMatchObject({ face: 'browser', home: host.home })
    const { adapter } = await bridge.seen('engine', ({ state }) => state === 'ready')
    expect(adapter?.name).toEqual(expect.any(String))

    const project = smallProject({ recipe: { epochs: 5000 } })
    const [small, large] = [await bridge.call('memory.estimate', { project }), await bridge.call('memory.estimate', { project, batch: 400 })]
    expect(large.plan.total).toBeGreaterThan(small.plan.total)
    expect([small, large]).toMatchObject([{ adapter: adapter?.name, largestBatch: 20 }, { largestBatch: 400 }])
    const { run, directory } = await bridge.call('runs.start', { project, set: ['recipe.seed=5'] })
    expect(JSON.parse(await readFile(join(directory, 'project.json'), 'utf8'))).toMatchObject({ recipe: { seed: 5, epochs: 5000 } })
    await bridge.seen('engine', state => state.state === 'busy' && state.run === run)
    const progress = await bridge.seen('run.progress', told => told.epoch > 2)
    expect(progress).toMatchObject({ run, epochs: 5000 })
    await expect(bridge.call('runs.start', { project })).rejects.toThrow('the engine is training a run')
    await expect(bridge.call('preview.sample', { project, dataset: SMALL, split: 'test', index: 0 })).rejects.toThrow('the engine is training a run')

    await bridge.call('runs.control', { run, action: 'pause' })
    await bridge.seen('run.state', ({ summary }) => summary.state === 'paused')
    await bridge.call('runs.control', { run, action: 'resume' })
    await expect(bridge.call('runs.control', { run, action: 'stop' })).resolves.toEqual({ acted: true })
    const { summary } = await bridge.seen('run.state', ({ summary }) => summary.state === 'stopped')
    expect(summary).toMatchObject({ id: run, interrupted: false, project: project.name, epochsWanted: 5000 })
    await bridge.seen('engine', state => state.state === 'ready' && state.run === null)

    const { epochs } = await bridge.call('runs.metrics', { run, after: 1 })
    expect(epochs.epoch?.[0]).toBe(2)
    expect(epochs.validError).toHaveLength(summary.epochs - 1)
    const shown = await bridge.call('runs.show', { run })
    expect(shown.checkpoints.map(({ file }) => file)).toContain('last.safetensors')
    const { events } = await bridge.call('runs.events', { run })
    expect(events.map(({ kind }) => kind)).toContain('checkpoint')
    await expect(bridge.call('runs.list', {})).resolves.toMatchObject({ runs: [{ id: run, state: 'stopped' }], damaged: [] })
    await expect(bridge.call('runs.control', { run, action: 'stop' })).resolves.toEqual({ acted: false })
  })

  it('goes on when its engine is killed, idle and while it trains; the run can be resumed', async () => {
    const host = await openTestHost({ patience: { backOff: [100, 100, 100] } })
    await storeSmall(host.home, smallDataset())
    const bridge = await bridgeTo(host)
    await bridge.seen('engine', ({ state }) => state === 'ready')
    process.kill(host.workbench.enginePid ?? 0, 'SIGKILL')
    const crashed = await bridge.seen('engine', ({ state }) => state === 'crashed')
    expect(crashed.fault?.what).toContain('SIGKILL')
    // Everything that does not compute works meanwhile.
    await expect(bridge.call('presets.list', {})).resolves.toHaveProperty('presets')
    await bridge.seen('engine', ({ state, started }) => state === 'ready' && started === 2)

    const { run } = await bridge.call('runs.start', { project: smallProject({ recipe: { epochs: 5000 } }) })
    await bridge.seen('run.epoch', ({ record }) => record.epoch >= 2)
    process.kill(host.workbench.enginePid ?? 0, 'SIGKILL')
    const { summary } = await bridge.seen('run.state', ({ summary }) => summary.interrupted)
    expect(summary).toMatchObject({ id: run, state: 'stopped' })
    await bridge.seen('engine', ({ state, started }) => state === 'ready' && started === 3)
    await expect(bridge.call('runs.resume', { run })).resolves.toMatchObject({ run })
    await bridge.seen('run.epoch', ({ record }) => record.epoch > summary.epochs)
    await bridge.call('runs.control', { run, action: 'stop' })
    await bridge.seen('run.state', ({ summary }) => summary.state === 'stopped' && !summary.interrupted)
  })

  it('shows an image on its way through a net, with fresh weights and with those of a run', async () => {
    const host = await openTestHost()
    const dataset = smallDataset()
    await storeSmall(host.home, dataset)
    const bridge = await bridgeTo(host)
    const project = smallProject({ recipe: { epochs: 1 } })
    const fresh = await bridge.call('preview.sample', { project, dataset: SMALL, split: 'test', index: 3 })
    expect(fresh.nodes.map(({ id }) => id)).toEqual(['input', 'flatten', 'dense1', 'norm1', 'sign1', 'drop1', 'dense2', 'norm2'])
    expect(fresh).toMatchObject({ label: dataset.test.labels[3], classes: dataset.classes })
    expect(fresh.scores).toHaveLength(10)
    const { run } = await bridge.call('runs.start', { project })
    await bridge.seen('run.state', ({ summary }) => summary.state === 'finished')
    const trained = await bridge.call('preview.sample', { project, dataset: SMALL, split: 'test', index: 3, weights: { run, checkpoint: 'best' }, nodes: ['sign1'] })
    expect(trained.nodes).toHaveLength(1)
    expect(trained.nodes[0]).toMatchObject({ id: 'sign1', form: 'bits', shape: [64] })
    expect(trained.scores).not.toEqual(fresh.scores)
    await expect(bridge.call('preview.sample', { project, dataset: SMALL, split: 'test', index: 99999 })).rejects.toThrow('below 200')
  })
})
