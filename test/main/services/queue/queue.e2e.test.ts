import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readMetrics } from '../../../../main/services/runs/index.ts'
import { bridgeTo, openTestHost } from '../../../support/hosts.ts'
import { smallDisk } from '../../../support/small-disk.ts'
import { smallProject, storeSmall } from '../../../support/small-training.ts'

describe('the queue, with its engine', () => {
  it('checks all of a sweep before anything is queued, and names the combination that is wrong', async () => {
    const host = await openTestHost()
    await storeSmall(host.home)
    const bridge = await bridgeTo(host)
    await bridge.seen('engine', ({ state }) => state === 'ready')
    const project = smallProject()
    const sweep = (path: string, ...values: (string | number)[]) => ({ project, sweep: { kind: 'grid' as const, axes: [{ path, values }] } })
    await expect(bridge.call('queue.add', sweep('recipe.batchSize', 20, 0))).rejects.toThrow(/combination 2 of 2 \(recipe\.batchSize=0\).*nothing was queued/)
    await expect(bridge.call('queue.add', sweep('recipe.bathSize', 20))).rejects.toThrow('no field "bathSize"')
    // 700 training images, 100 of them held out.
    await expect(bridge.call('queue.add', sweep('recipe.batchSize', 600, 601))).rejects.toThrow(/combination 2 of 2.*at most the 600 training images/)
    await expect(bridge.call('queue.add', sweep('nodes.dense2.units', 10, 9))).rejects.toThrow(/combination 2 of 2 .*9 classes/)
    await expect(bridge.call('queue.add', { ...sweep('recipe.epochs', 1, 2), repeats: 100, limitTrain: 100 })).rejects.toThrow(/validation/)
    await expect(bridge.call('queue.list', {})).resolves.toEqual({ held: false, blocked: null, entries: [] })
  })

  it('trains what is queued in order, one after the other, held and moved as asked; a run that fails is marked', async () => {
    const host = await openTestHost()
    await storeSmall(host.home)
    const bridge = await bridgeTo(host)
    await bridge.call('queue.hold', {})
    const project = smallProject({ recipe: { epochs: 1 } })
    const repeats = await bridge.call('queue.add', { project, repeats: 2, name: 'twice' })
    expect(repeats.entries).toMatchObject([{ seed: 11, set: ['recipe.seed=11'], state: 'waiting', run: null }, { seed: 12, set: ['recipe.seed=12'] }])
    // A rate at which the very first loss is no number.
    const { entries: [unsound] } = await bridge.call('queue.add', { project, set: ['recipe.optimizer.kind=sgd', 'recipe.learningRate.start=1e38', 'nodes.dense1.weights=real', 'nodes.dense2.weights=real'] })
    const [first, second] = repeats.entries
    if (!first || !second || !unsound) throw new Error('three entries')
    await bridge.call('queue.move', { entry: unsound.id, before: second.id })
    expect((await bridge.call('queue.list', {})).entries.map(({ id }) => id)).toEqual([first.id, unsound.id, second.id])
    expect((await bridge.call('runs.list', {})).runs).toEqual([])
    await bridge.call('queue.release', {})
    const done = await bridge.seen('queue.changed', ({ entries }) => entries.length === 3 && entries.every(({ state }) => state !== 'waiting' && state !== 'running'))
    expect(done.entries.map(({ state }) => state)).toEqual(['finished', 'failed', 'finished'])
    expect(done.entries[1]?.fault?.what).toMatch(/loss/)
    const { runs } = await bridge.call('runs.list', {})
    // Ids of runs that began in one second say nothing of their order.
    expect(runs.map(({ id }) => id).sort()).toEqual(done.entries.map(({ run }) => String(run)).sort())
    const ofEntry = (at: number): (typeof runs)[number] | undefined => runs.find(({ id }) => id === done.entries[at]?.run)
    expect(ofEntry(2)).toMatchObject({ name: 'twice · seed=12', seed: 12, group: first.group, state: 'finished' })
    expect(ofEntry(0)).toMatchObject({ group: first.group })
    const begun = [0, 1, 2].map(at => Date.parse(ofEntry(at)?.created ?? ''))
    expect(begun).toEqual(begun.toSorted((a, b) => a - b))
    expect(first.group).not.toBeNull()
    await bridge.call('queue.remove', { entries: [unsound.id] })
    expect((await bridge.call('queue.list', {})).entries).toHaveLength(2)
    await expect(bridge.call('queue.remove', { entries: [unsound.id] })).rejects.toThrow('the queue has no entry')
  })

  it('goes on after its engine was killed as long as it gets further, gives the entry up where it does not, and trains the next; a stop by a person is one', async () => {
    const host = await openTestHost({ patience: { backOff: [50, 50, 50, 50, 50, 50] } })
    await storeSmall(host.home)
    const bridge = await bridgeTo(host)
    const { entries: [long, next] } = await bridge.call('queue.add', { project: smallProject(), sweep: { kind: 'grid', axes: [{ path: 'recipe.epochs', values: [5000, 4999] }] } })
    if (!long || !next) throw new Error('two entries')
    const kill = (): void => void process.kill(host.workbench.enginePid ?? 0, 'SIGKILL')
    await bridge.seen('run.epoch', ({ record }) => record.epoch >= 2)
    const { entries: [under] } = await bridge.call('queue.list', {})
    const run = under?.run ?? ''
    await expect(bridge.call('runs.trash', { runs: [run] })).rejects.toThrow('is under way')
    await expect(bridge.call('queue.remove', { entries: [long.id] })).rejects.toThrow('is under way')
    kill()
    await bridge.seen('queue.changed', ({ entries }) => entries[0]?.resumed === 1)
    await bridge.seen('engine', ({ state, started }) => state === 'busy' && started === 2)
    const epoch = (await readMetrics(join(host.home, 'runs', run))).length
    await bridge.seen('run.epoch', ({ record }) => record.epoch > epoch + 1)
    kill()
    // Three more, before a step is made.
    for (const started of [3, 4, 5]) {
      await bridge.seen('engine', told => told.state === 'busy' && told.started === started)
      kill()
    }
    const marked = await bridge.seen('queue.changed', ({ entries }) => entries[0]?.state === 'failed' && entries[1]?.state === 'running')
    expect(marked.entries[0]).toMatchObject({ resumed: 4, fault: { what: expect.stringMatching(/^its engine ended 4 times in a row without getting past step [\d,]+, the last time so: the engine died with signal SIGKILL/) as unknown } })
    const { summary } = await bridge.call('runs.show', { run })
    expect(summary).toMatchObject({ interrupted: true, recovery: expect.stringMatching(/^its engine ended without a word at step [\d,]+, in epoch \d+; the last checkpoint is of step [\d,]+$/) as unknown })
    const epochs = (await readMetrics(join(host.home, 'runs', run))).map(record => record.epoch)
    expect(epochs).toEqual(epochs.map((_, at) => at + 1))
    const nextRun = marked.entries[1]?.run ?? ''
    await bridge.seen('run.epoch', ({ run: id }) => id === nextRun)
    // To restart the engine is no wish to stop the run.
    await bridge.call('engine.restart', {})
    const { epochs: before } = (await bridge.call('runs.show', { run: nextRun })).summary
    await bridge.seen('run.epoch', ({ run: id, record }) => id === nextRun && record.epoch > before + 1)
    expect((await bridge.call('runs.events', { run: nextRun })).events.filter(({ kind }) => kind === 'resume')).toHaveLength(1)
    await bridge.call('runs.control', { run: nextRun, action: 'stop' })
    await bridge.seen('queue.changed', ({ entries }) => entries[1]?.state === 'stopped')
  })

  it('goes on from the last checkpoint after the device was lost, and says so', async () => {
    const host = await openTestHost({ patience: { backOff: [50, 50] }, engine: { entry: fileURLToPath(new URL('../../../support/losing-engine.ts', import.meta.url)) } })
    await storeSmall(host.home)
    const bridge = await bridgeTo(host)
    await bridge.call('queue.add', { project: smallProject({ recipe: { epochs: 5000 } }) })
    const { run } = await bridge.seen('run.epoch', ({ record }) => record.epoch >= 2)
    process.kill(host.workbench.enginePid ?? 0, 'SIGUSR2')
    const { entries: [entry] } = await bridge.seen('queue.changed', ({ entries }) => entries[0]?.resumed === 1)
    expect(entry).toMatchObject({ state: 'running', run, fault: null })
    const { summary } = await bridge.seen('run.state', told => told.summary.state === 'stopped')
    expect(summary).toMatchObject({ interrupted: false, fault: null, recovery: expect.stringMatching(/^the GPU device was lost .* at step [\d,]+, in epoch \d+; the last checkpoint is of step [\d,]+$/s) as unknown })
    await bridge.seen('log', ({ level, message }) => level === 'warning' && message.startsWith(`run ${run} goes on from its last checkpoint, since the GPU device was lost`))
    await bridge.seen('run.epoch', ({ record }) => record.epoch > summary.epochs + 1)
    const { events } = await bridge.call('runs.events', { run })
    const saved = events.slice(0, events.findIndex(({ kind }) => kind === 'resume')).findLast(({ kind }) => kind === 'checkpoint')
    expect(events.filter(({ kind }) => kind === 'resume')).toMatchObject([{ step: saved?.['step'] }])
    await bridge.call('runs.control', { run, action: 'stop' })
    await bridge.seen('queue.changed', ({ entries }) => entries[0]?.state === 'stopped')
  })

  it('waits where the disk is full, and goes on when there is room', async () => {
    const disk = smallDisk('64m')
    if (disk === undefined) return
    const host = await openTestHost({ home: disk })
    await storeSmall(disk)
    const bridge = await bridgeTo(host)
    await bridge.seen('engine', ({ state }) => state === 'ready')
    const filler = join(disk, 'filler')
    await writeFile(filler, Buffer.alloc(56 * 2 ** 20))
    await bridge.call('queue.add', { project: smallProject({ recipe: { epochs: 1 } }), repeats: 2 })
    const full = await bridge.seen('queue.changed', ({ blocked }) => blocked !== null)
    expect(full).toMatchObject({ blocked: expect.stringMatching(/bytes free on the disk/) as unknown, entries: [{ state: 'waiting', run: null }, { state: 'waiting' }] })
    await rm(filler)
    await bridge.call('queue.release', {})
    const { entries } = await bridge.seen('queue.changed', state => state.entries.every(({ state: one }) => one === 'finished') && state.entries.length === 2)
    expect(entries.map(({ fault }) => fault)).toEqual([null, null])
  })

  it('of two hosts with one home, one trains; the other is told who, and may take over when that one is gone', async () => {
    const first = await openTestHost()
    await storeSmall(first.home)
    const one = await bridgeTo(first)
    await expect(one.call('workbench.home', {})).resolves.toEqual({ mine: true, holder: null, fault: null })
    // In this process both have one number: what tells them apart is whose lock it is.
    const second = await openTestHost({ home: first.home })
    const two = await bridgeTo(second)
    await expect(two.call('workbench.home', {})).resolves.toMatchObject({ mine: false, holder: { pid: process.pid, face: 'browser', machine: null } })
    const project = smallProject({ recipe: { epochs: 1 } })
    for (const route of ['runs.start', 'queue.add'] as const) await expect(two.call(route, { project })).rejects.toThrow(/another Bitwright \(process \d+\) trains in this home/)
    await expect(two.call('queue.hold', {})).rejects.toThrow('trains in this home')
    await expect(two.call('workbench.takeHome', {})).rejects.toThrow('trains in this home')
    const { entries: [entry] } = await one.call('queue.add', { project })
    expect((await two.call('queue.list', {})).entries).toMatchObject([{ id: entry?.id }])
    await two.call('projects.create', { project })
    await one.seen('queue.changed', ({ entries }) => entries[0]?.state === 'finished')
    await first.close()
    await two.seen('home', ({ mine, holder }) => !mine && holder === null)
    await expect(two.call('runs.start', { project })).rejects.toThrow('take the home over')
    await expect(two.call('workbench.takeHome', {})).resolves.toEqual({ mine: true, holder: null, fault: null })
    await two.call('runs.start', { project })
    await two.seen('run.state', ({ summary }) => summary.state === 'finished')
    await expect(readFile(join(first.home, 'host.lock'), 'utf8')).resolves.toContain('"face":"browser"')
  })
})
