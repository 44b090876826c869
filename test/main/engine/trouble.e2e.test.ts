import { readFileSync, writeFileSync } from 'node:fs'
import { readdir, readFile, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Project } from '../../../core/architecture/project.ts'
import { acquireLock } from '../../../main/services/runs/lock.ts'
import { listRuns, readEvents, readMetrics } from '../../../main/services/runs/index.ts'
import { madeBy, openEngine, type WatchedEngine } from '../../support/engines.ts'
import { smallDisk } from '../../support/small-disk.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const project = smallProject()
const dataset = 'small'

async function start(home?: string): Promise<{ home: string; engine: WatchedEngine }> {
  const folder = home ?? (await temporaryFolder())
  await storeSmall(folder)
  return { home: folder, engine: openEngine(folder) }
}

describe('what is wrong is found before a run is made', () => {
  const refused = async (changed: Project, words: RegExp, more: object = {}): Promise<void> => {
    const { home, engine } = await start()
    await expect(engine.call('train', { project: changed, dataset, ...more })).rejects.toThrow(words)
    expect(await listRuns(home)).toEqual([])
    expect(await readdir(home)).not.toContain('runs')
  }
  const { recipe, architecture } = project

  test('a batch larger than the set', () => refused({ ...project, recipe: { ...recipe, batchSize: 601 } }, /at most the 600 training images.*found batchSize 601/))
  test('too few images left', () => refused(project, /fewer validation images than the 50/, { limitTrain: 50 }))
  test('a graph with problems', () => refused({ ...project, architecture: { ...architecture, edges: architecture.edges.slice(1) } }, /nothing uses the output of input/))
  test('other images', () => refused({ ...project, architecture: { ...architecture, nodes: architecture.nodes.map(node => (node.id === 'input' ? { ...node, attributes: { height: 4, width: 16, channels: 1 } } : node)) } }, /takes images of 4 x 16 x 1.*are 8 x 8 x 1/))
  test('other classes', () => refused({ ...project, architecture: { ...architecture, nodes: architecture.nodes.map(node => (node.id === 'dense2' ? { ...node, attributes: { units: 9 } } : node)) } }, /scores 9 classes.*has 10/))
  test('more memory than there is, with the batch that fits', async () => {
    const { home } = await start()
    const engine = openEngine(home, { env: { BITWRIGHT_MEMORY: '33' } })
    const large = { ...project, recipe: { ...recipe, batchSize: 600 } }
    const { largestBatch, available, plan } = await engine.call('memory', { project: large })
    expect(available).toBe(33 * 2 ** 20)
    expect(plan.total).toBeGreaterThan(33 * 2 ** 20)
    expect(largestBatch).toBeGreaterThan(0)
    await expect(engine.call('train', { project: large, dataset })).rejects.toThrow(new RegExp(`not enough memory.*--batch ${largestBatch}`, 's'))
    expect(await listRuns(home)).toEqual([])
    const fitting = { ...large, recipe: { ...recipe, epochs: 1, batchSize: largestBatch } }
    const { memory } = await engine.call('train', { project: fitting, dataset })
    expect(memory?.planned).toBeLessThanOrEqual(33 * 2 ** 20)
    expect(memory?.allocated).toBeLessThanOrEqual(memory?.planned ?? 0)
    expect(memory?.allocated).toBeGreaterThan((memory?.planned ?? 0) / 3)
  })
  test('a data set that is not there', () => refused(project, /found none named other/, { dataset: 'other' }))
  test('a rate that is negative or not a number, which the client refuses', async () => {
    for (const rate of [-1, NaN, Infinity]) await refused({ ...project, recipe: { ...recipe, learningRate: { ...recipe.learningRate, start: rate } } }, /learningRate\.start/)
  })
})

test('a damaged last checkpoint is named, the one before is used, and the run ends with the same bytes', async () => {
  const { home, engine } = await start()
  const { run, directory } = await engine.call('train', { project, dataset })
  const undisturbed = madeBy(directory)
  for (const damage of ['flip', 'cut'] as const) {
    const path = join(directory, 'checkpoints', 'last.safetensors')
    const bytes = readFileSync(path)
    bytes[bytes.length - 9] = (bytes[bytes.length - 9] as number) ^ 16
    writeFileSync(path, damage === 'flip' ? bytes : bytes.subarray(0, 1000))
    engine.lines.length = 0
    const again = await engine.call('resume', { run })
    expect(again).toMatchObject({ state: 'finished', epochs: 4 })
    expect(engine.lines.join('\n')).toMatch(/last\.safetensors cannot be used: [^]*epoch-4\.safetensors cannot be used: [^]*using .*epoch-3\.safetensors \(after epoch 3, step 90\) instead/)
    expect(madeBy(directory)).toEqual(undisturbed)
    expect((await readEvents(directory)).filter(event => event.kind === 'warning').map(event => event.message).join('\n')).toContain('cannot be used')
  }
  await expect(engine.call('eval', { target: run })).resolves.toMatchObject({ images: 200 })
  for (const name of await readdir(join(directory, 'checkpoints'))) writeFileSync(join(directory, 'checkpoints', name), 'x')
  await expect(engine.call('resume', { run })).rejects.toThrow('expected a good checkpoint')
  await expect(engine.call('eval', { target: join(directory, 'checkpoints', 'best.safetensors') })).rejects.toThrow('expected a safetensors file')
  expect(await listRuns(home)).toHaveLength(1)
})

test('a loss that is no number ends the run as failed, naming step and layer, and leaves the checkpoint before it', async () => {
  const { home, engine } = await start()
  const absurd = smallProject({ weights: 'real', recipe: { optimizer: { kind: 'sgd', momentum: 0 }, clip: 'off', learningRate: { start: 1e30, schedule: { kind: 'constant' } } } })
  await expect(engine.call('train', { project: absurd, dataset })).rejects.toThrow(/the loss is not a finite number from step \d+ on; at step \d+, layer \w+, where it began; lower the learning rate/)
  const [run] = await listRuns(home)
  expect(run).toMatchObject({ state: 'failed', interrupted: false, fault: { what: expect.stringContaining('not a finite number') as string, where: expect.stringMatching(/step \d+, layer/) as string } })
  expect(engine.events.at(-1)).toMatchObject({ event: 'state', data: { state: 'failed' } })
  // The process is as good as before.
  expect(await engine.call('train', { project, dataset })).toMatchObject({ state: 'finished' })
})

test('a run is written by one engine at a time', async () => {
  const { home, engine } = await start()
  const long = { ...project, recipe: { ...project.recipe, epochs: 100_000 } }
  const training = engine.call('train', { project: long, dataset })
  const { data } = await engine.seen(({ event, data }) => event === 'state' && data.state === 'running')
  const other = openEngine(home)
  const [mine] = await listRuns(home)
  expect(mine).toMatchObject({ state: 'running', interrupted: false })
  await expect(other.call('resume', { run: data.run })).rejects.toThrow(new RegExp(`process ${engine.pid} is at work on this run.*stop it there`))
  // One that ends while the other waits hands the run over.
  const waiting = other.call('resume', { run: data.run })
  await setTimeout(300)
  await engine.call('control', { action: 'stop' })
  expect(await training).toMatchObject({ state: 'stopped' })
  await other.seen(({ event, data }) => event === 'state' && data.state === 'running')
  await other.call('control', { action: 'stop' })
  expect(await waiting).toMatchObject({ state: 'stopped', run: data.run })
  ;(await acquireLock(join(mine?.directory as string, 'lock'), { patience: 0 })).release()
})

test('changed images are refused, and so is another network in the project', async () => {
  const { home, engine } = await start()
  const { run, directory } = await engine.call('train', { project: { ...project, recipe: { ...project.recipe, epochs: 1 } }, dataset })
  const path = join(directory, 'project.json')
  const text = await readFile(path, 'utf8')
  await storeSmall(home, smallDataset(700, 200, 5), true)
  await expect(engine.call('resume', { run, epochs: 2 })).rejects.toThrow('its images or labels have changed')
  expect(await readFile(path, 'utf8')).toBe(text)
  await storeSmall(home, smallDataset(), true)
  await writeFile(path, text.replace('"units": 64', '"units": 32'))
  await expect(engine.call('resume', { run })).rejects.toThrow('expected a good checkpoint')
  expect(engine.lines.join('\n')).toContain('written for another network')
  await writeFile(path, text)
  expect(await engine.call('resume', { run, epochs: 2 })).toMatchObject({ state: 'finished', epochs: 2 })
})

test('a full disk fails the run, keeps what was saved, and the run goes on when there is room', async () => {
  const disk = smallDisk('24m')
  if (disk === undefined) return
  const { home, engine } = await start(disk)
  const wide = smallProject({ units: 512, recipe: { epochs: 6 } })
  const filler = join(home, 'filler')
  const training = engine.call('train', { project: wide, dataset })
  const outcome = training.catch((error: unknown) => error)
  await engine.seen(({ event }) => event === 'epoch')
  const { bavail, bsize } = await statfs(home)
  // Room for the small files beside, and for half a checkpoint of about 460 kB.
  await writeFile(filler, new Uint8Array(bavail * bsize - 200_000))
  expect(await outcome).toMatchObject({ name: 'BitwrightError', what: expect.stringMatching(/the disk is full: \d{6} bytes were needed; nothing was changed/) as string })
  const [run] = await listRuns(home, { log: message => expect.unreachable(message) })
  expect(run).toMatchObject({ state: 'failed', fault: { what: expect.stringContaining('the disk is full') as string } })
  const directory = run?.directory as string
  expect((await readdir(join(directory, 'checkpoints'))).filter(name => name.endsWith('.tmp'))).toEqual([])
  expect((await readMetrics(directory)).length).toBeGreaterThan(0)
  await writeFile(filler, '')
  expect(await engine.call('resume', { run: 'latest' })).toMatchObject({ state: 'finished', epochs: 6 })
  const roomy = await start()
  const undisturbed = await roomy.engine.call('train', { project: wide, dataset })
  expect(madeBy(directory)).toEqual(madeBy(undisturbed.directory))
})
