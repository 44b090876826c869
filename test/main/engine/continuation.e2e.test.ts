import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Project } from '../../../core/architecture/project.ts'
import { startEngine } from '../../../main/services/engine/client.ts'
import { bitsEpochs } from '../../../main/services/runs/bits.ts'
import { listRuns, openLatest, openRun, readEvents, readMetrics } from '../../../main/services/runs/index.ts'
import { readSeries } from '../../../main/services/runs/series.ts'
import { madeBy, openEngine } from '../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'

/** About 0.6 s an epoch on a software adapter, so that there is time to interrupt. */
const project: Project = smallProject({ recipe: { epochs: 5 } })
const often = { env: { BITWRIGHT_CHECKPOINT_SECONDS: '0.15' } }

let home: string
let undisturbed: Record<string, string>

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bitwright-continuation-'))
  await storeSmall(home, smallDataset(3000, 500))
  const engine = startEngine({ home })
  const { directory, state, epochs } = await engine.call('train', { project, dataset: 'small' })
  expect([state, epochs]).toEqual(['finished', 5])
  undisturbed = madeBy(directory)
  const metrics = await readMetrics(directory)
  expect(metrics.map(({ layers }) => Object.keys(layers ?? {}))).toEqual(metrics.map(() => ['dense1', 'sign1', 'dense2']))
  for (const { layers } of metrics) expect(layers?.['dense1']?.flipRate).toBeGreaterThan(0)
  expect(await bitsEpochs(directory)).toEqual([0, 1, 2, 3, 4, 5])
  await engine.close()
  expect(await engine.exited).toEqual({ code: 0, signal: null })
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Every step is told of once, in order, up to the last; time goes on. */
async function checkSeries(directory: string): Promise<void> {
  const points = await readSeries(directory, 0, { log: message => expect.unreachable(message) })
  expect(points.at(-1)).toMatchObject({ step: 5 * 145, epoch: 5 })
  for (const [at, point] of points.slice(1).entries()) {
    expect(point.step).toBeGreaterThan(points[at]?.step ?? Infinity)
    // In whole milliseconds, of which the step before a pause and the one after it may share one.
    expect(point.processSeconds).toBeGreaterThanOrEqual(points[at]?.processSeconds ?? Infinity)
  }
}

describe('the same bytes, checkpoints and figures alike', () => {
  test('for the same seed in another process, with checkpoints within epochs', async () => {
    const engine = openEngine(home, often)
    const { run, directory } = await engine.call('train', { project, dataset: 'small' })
    expect(madeBy(directory)).toEqual(undisturbed)
    const events = await readEvents(directory)
    expect(events.some(event => event.kind === 'checkpoint' && event.batch > 0)).toBe(true)
    expect(events.at(-1)).toMatchObject({ kind: 'state', state: 'finished' })
    const other = await engine.call('train', { project: { ...project, recipe: { ...project.recipe, seed: 12 } }, dataset: 'small' })
    expect(other.run).not.toBe(run)
    const different = madeBy(other.directory)
    for (const file of ['metrics.jsonl', 'checkpoints/last.safetensors']) expect(different[file]).not.toBe(undisturbed[file])
  })

  test('after stops within epochs, each gone on from in another process', async () => {
    const first = openEngine(home)
    const training = first.call('train', { project, dataset: 'small' })
    // The first groups of steps are small, so this stop comes long before the epoch's end.
    await first.seen(({ event }) => event === 'progress')
    expect(await first.call('control', { action: 'stop' })).toBe(true)
    const { state, run, directory } = await training
    expect(state).toBe('stopped')
    expect(await first.call('control', { action: 'stop' })).toBe(false)
    const opened = await openRun(home, run)
    expect(opened.record).toMatchObject({ state: 'stopped' })
    expect(opened.record.pid).toBeUndefined()
    const latest = await openLatest(opened, message => expect.unreachable(message))
    const { batch } = latest?.notes.position ?? {}
    await latest?.close()
    expect(batch).toBeGreaterThan(0)
    const second = openEngine(home)
    const goingOn = second.call('resume', { run })
    await second.seen(({ event, data }) => event === 'progress' && data.epoch === 3)
    await second.call('control', { action: 'stop' })
    await goingOn
    const third = openEngine(home)
    expect(await third.call('resume', { run })).toMatchObject({ state: 'finished', epochs: 5 })
    expect(madeBy(directory)).toEqual(undisturbed)
    // Once more, it has nothing to do, and changes nothing.
    expect(await third.call('resume', { run })).toMatchObject({ state: 'finished', seconds: 0 })
    expect(madeBy(directory)).toEqual(undisturbed)
  })

  test('after a pause within an epoch', async () => {
    const engine = openEngine(home)
    const training = engine.call('train', { project, dataset: 'small' })
    await engine.seen(({ event, data }) => event === 'progress' && data.epoch === 3)
    await engine.call('control', { action: 'pause' })
    await engine.seen(({ event, data }) => event === 'state' && data.state === 'paused')
    const told = engine.events.length
    const run = await openRun(home, 'latest')
    expect(run.record.state).toBe('paused')
    await setTimeout(500)
    expect(engine.events.length).toBe(told)
    await engine.call('control', { action: 'resume' })
    const { state, directory } = await training
    expect(state).toBe('finished')
    expect(madeBy(directory)).toEqual(undisturbed)
    await checkSeries(directory)
    const points = engine.events.flatMap(message => (message.event === 'progress' ? [message.data.point] : []))
    expect(await readSeries(directory)).toEqual(points)
  })

  test('for a run that was prolonged, and one that was that long from the beginning', async () => {
    const engine = openEngine(home)
    const short = { ...project, recipe: { ...project.recipe, epochs: 2 } }
    const { run, directory } = await engine.call('train', { project: short, dataset: 'small' })
    await expect(engine.call('resume', { run, epochs: 1 })).rejects.toThrow('expected at least the 2 epochs that are finished')
    expect(await engine.call('resume', { run, epochs: 5 })).toMatchObject({ state: 'finished', epochs: 5 })
    expect(madeBy(directory)).toEqual(undisturbed)
    const falling = { ...short, recipe: { ...short.recipe, learningRate: { start: 0.01, schedule: { kind: 'exponential' as const, end: 0.001 } } } }
    const other = await engine.call('train', { project: falling, dataset: 'small', limitTrain: 300 })
    await expect(engine.call('resume', { run: other.run, epochs: 5 })).rejects.toThrow(/falls from epoch to epoch.*train anew with --epochs 5/)
  })

  test('after ten kills at random moments', async () => {
    let run: string | undefined
    const moments: number[] = []
    for (let kill = 0; kill < 10; kill++) {
      const engine = openEngine(home, often)
      const begun = performance.now()
      const before = new Set((await listRuns(home)).map(({ id }) => id))
      const work = run === undefined ? engine.call('train', { project, dataset: 'small' }) : engine.call('resume', { run })
      const outcome = work.then(({ state }) => state, (error: unknown) => error)
      // The first lives until there is a run. Of the others, some die while they start, read and compile.
      const early = kill % 3 === 2
      if (!early) await Promise.race([engine.seen(({ event, data }) => event === 'state' && data.state === 'running'), outcome])
      const moment = early ? randomInt(300, 1500) : randomInt(0, 900)
      moments.push(moment)
      await Promise.race([setTimeout(moment), outcome])
      process.kill(engine.pid as number, 'SIGKILL')
      expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' })
      const ended = await outcome
      if (ended !== 'finished') expect(ended).toMatchObject({ name: 'BitwrightError', what: expect.stringContaining('SIGKILL') as string })
      const runs = await listRuns(home, { log: message => expect.unreachable(message) })
      run ??= runs.find(({ id }) => !before.has(id))?.id
      const opened = await openRun(home, run as string)
      if (ended !== 'finished') expect(runs.find(({ id }) => id === run)).toMatchObject({ state: expect.stringMatching(/stopped|finished/) as string })
      await readMetrics(opened.directory, { log: message => expect.unreachable(message) })
      await readEvents(opened.directory, { log: message => expect.unreachable(message) })
      const latest = await openLatest(opened, message => expect.unreachable(message))
      const step = latest?.notes.position.step ?? 0
      await latest?.close()
      console.log(`kill ${kill + 1} after ${Math.round(performance.now() - begun)} ms, last checkpoint at step ${step}`)
    }
    const engine = openEngine(home, often)
    const { state, directory } = await engine.call('resume', { run: run as string })
    expect(state).toBe('finished')
    expect(madeBy(directory), `killed after ${moments.join(', ')} ms`).toEqual(undisturbed)
    await checkSeries(directory)
  })
})
