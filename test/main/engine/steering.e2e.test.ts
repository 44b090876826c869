import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listRuns, openRun, readEvents, readMetrics } from '../../../main/services/runs/index.ts'
import { madeBy, openEngine, type WatchedEngine } from '../../support/engines.ts'
import { smallDisk } from '../../support/small-disk.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const project = smallProject({ recipe: { epochs: 3 } })

let home: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bitwright-steering-'))
  await storeSmall(home, smallDataset(1500, 200))
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Pauses at the first step that is told of, and waits until it is. */
async function pauseAtOnce(engine: WatchedEngine): Promise<void> {
  await engine.seen(({ event }) => event === 'progress')
  await engine.call('control', { action: 'pause' })
  await engine.seen(({ event, data }) => event === 'state' && data.state === 'paused')
}

describe('a run under way', () => {
  test('gets another rate and another number of epochs, and goes on from there alike, however often it is interrupted', async () => {
    const engine = openEngine(home)
    await expect(engine.call('change', { epochs: 4 })).rejects.toThrow('no run is under way')
    const training = engine.call('train', { project, dataset: 'small' })
    await pauseAtOnce(engine)
    await expect(engine.call('change', { learningRate: 1e-3, epochs: 0 })).rejects.toThrow()
    const [, changed] = await Promise.all([engine.call('control', { action: 'checkpoint' }), engine.call('change', { learningRate: 1e-3, epochs: 2 })])
    expect(changed).toMatchObject({ learningRate: 1e-3, epochs: 2 })
    await engine.call('control', { action: 'stop' })
    const { run, directory, state } = await training
    expect(state).toBe('stopped')
    const file = `step-${changed.step}.safetensors`
    expect(existsSync(join(directory, 'checkpoints', file))).toBe(true)
    expect(await readEvents(directory)).toContainEqual(expect.objectContaining({ kind: 'change', step: changed.step, learningRate: 1e-3, epochs: 2 }))
    expect((await listRuns(home)).find(({ id }) => id === run)).toMatchObject({ epochsWanted: 2 })

    const twin = await temporaryFolder()
    cpSync(home, twin, { recursive: true })
    expect(await engine.call('resume', { run })).toMatchObject({ state: 'finished', epochs: 2 })
    expect((await readMetrics(directory)).map(({ learningRate }) => learningRate)).toEqual([1e-3, 1e-3])
    const other = openEngine(twin)
    const again = other.call('resume', { run }).catch(() => undefined)
    await other.seen(({ event, data }) => event === 'progress' && data.epoch === 2)
    process.kill(other.pid as number, 'SIGKILL')
    await again
    const third = openEngine(twin)
    const { directory: twinDirectory } = await third.call('resume', { run })
    expect(madeBy(twinDirectory)).toEqual(madeBy(directory))
    expect(existsSync(join(directory, 'checkpoints', file))).toBe(true)
    // Asked for now, epochs take the place of those asked for then; the rate stays.
    expect(await third.call('resume', { run, epochs: 3 })).toMatchObject({ state: 'finished', epochs: 3 })
    expect((await readMetrics(twinDirectory)).at(-1)?.learningRate).toBe(1e-3)
  })

  test('stops at the end of the epoch under way, and not when that is taken back; is refused fewer epochs than are begun', async () => {
    const engine = openEngine(home)
    const training = engine.call('train', { project, dataset: 'small' })
    await engine.seen(({ event }) => event === 'progress')
    await engine.call('control', { action: 'stopAtEpochEnd' })
    const { run, state, epochs, directory } = await training
    expect([state, epochs]).toEqual(['stopped', 1])
    const going = engine.call('resume', { run })
    await engine.seen(({ event, data }) => event === 'progress' && data.epoch === 2)
    await expect(engine.call('change', { epochs: 1 })).rejects.toThrow('expected at least the 2 epochs that are begun')
    await engine.call('control', { action: 'stopAtEpochEnd' })
    await engine.call('control', { action: 'resume' })
    expect(await going).toMatchObject({ state: 'finished', epochs: 3 })
    expect((await readEvents(directory)).filter(({ kind }) => kind === 'best').length).toBeGreaterThan(0)
  })
})

describe('a disk that takes no more', () => {
  const often = { env: { BITWRIGHT_CHECKPOINT_SECONDS: '0.3' } }

  /** Takes all there is, in a file that is to be removed. */
  function fill(disk: string): void {
    try {
      writeFileSync(join(disk, 'filler'), new Uint8Array(48 * 2 ** 20))
    } catch {
      // It is full, which is what was wanted.
    }
  }

  test('pauses the run that may wait, which says why, and loses nothing', async () => {
    const disk = smallDisk('48m')
    if (disk === undefined) return
    await storeSmall(disk, smallDataset(1500, 200))
    const engine = openEngine(disk, often)
    const training = engine.call('train', { project, dataset: 'small', waits: true })
    await engine.seen(({ event }) => event === 'progress')
    fill(disk)
    const paused = await engine.seen(({ event, data }) => event === 'state' && data.state === 'paused')
    expect(paused.data).toMatchObject({ fault: { what: expect.stringContaining('the disk is full') as string, remedy: expect.stringContaining('free some space') as string } })
    const seen = engine.events.length
    // Going on is tried, and it is full still.
    await engine.call('control', { action: 'resume' })
    await engine.seen(message => engine.events.indexOf(message) >= seen && message.event === 'state' && message.data.state === 'paused')
    rmSync(join(disk, 'filler'))
    await engine.call('control', { action: 'resume' })
    const { directory, state } = await training
    expect(state).toBe('finished')
    const undisturbed = await engine.call('train', { project, dataset: 'small' })
    expect(madeBy(directory)).toEqual(madeBy(undisturbed.directory))
    expect(await readEvents(directory, { log: message => expect.unreachable(message) })).toContainEqual(expect.objectContaining({ kind: 'state', state: 'finished' }))
  })

  test('that became read-only pauses the run as well', async () => {
    const disk = smallDisk('48m')
    if (disk === undefined) return
    await storeSmall(disk, smallDataset(1500, 200))
    const engine = openEngine(disk, often)
    const training = engine.call('train', { project, dataset: 'small', waits: true })
    await engine.seen(({ event }) => event === 'progress')
    // Files that are open for writing keep a disk from being remounted: what is refused here is a new file.
    const { directory } = await openRun(disk, 'latest')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', join(directory, 'checkpoints')])
    const paused = await engine.seen(({ event, data }) => event === 'state' && data.state === 'paused')
    expect(paused.data).toMatchObject({ fault: { what: expect.stringContaining('read-only') as string } })
    expect(JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8'))).toMatchObject({ state: 'paused', fault: { what: 'the disk is read-only' } })
    execFileSync('umount', [join(directory, 'checkpoints')])
    await engine.call('control', { action: 'resume' })
    expect((await training).state).toBe('finished')
  })
})
