import { readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startEngine } from '../../../../main/services/engine/client.ts'
import { spawnEngine } from '../../../../main/services/engine/spawn.ts'
import { listRuns, openRun } from '../../../../main/services/runs/index.ts'
import { openEngine } from '../../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../../support/small-training.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const endless = smallProject({ recipe: { epochs: 100_000 } })
const runtimeFolders = (): string[] => readdirSync(tmpdir()).filter(name => name.startsWith('bitwright-runtime-'))

test('it tells what the adapter is, refuses nonsense, and ends with code 0 leaving nothing behind', async () => {
  const before = runtimeFolders()
  const engine = openEngine(await temporaryFolder())
  const { adapter } = await engine.call('doctor', {})
  expect(adapter.name).not.toBe('')
  expect(adapter.maxBufferBytes).toBeGreaterThan(2 ** 20)
  const unknown = JSON.parse('{"extra":1}') as Record<string, never>
  await expect(engine.call('doctor', unknown)).rejects.toThrow('the input of doctor')
  await expect(engine.call('eval', { target: 'latest' })).rejects.toThrow('train one first')
  expect(engine.lines).toEqual([])
  await engine.close()
  await engine.close()
  expect(await engine.exited).toEqual({ code: 0, signal: null })
  await expect(engine.call('doctor', {})).rejects.toThrow('the engine was closed')
  expect(runtimeFolders().filter(name => !before.includes(name))).toEqual([])
})

test('messages that are not requests are answered or left out, and do no harm', async () => {
  const child = spawnEngine({})
  const replies: unknown[] = []
  child.on('message', reply => replies.push(reply))
  for (const message of ['hello', 42, { id: -1, route: 'doctor', input: {} }, { id: 1, route: 'toString', input: {} }, { id: 2, route: 'train', input: { home: '/x', project: {} } }, { id: 3, route: 'doctor', input: {} }]) child.send(message)
  while (!replies.some(reply => (reply as { id?: number }).id === 3)) await setTimeout(20)
  expect(replies.filter(reply => 'event' in (reply as object))).toHaveLength(3)
  expect(replies).toContainEqual({ id: 1, fault: { what: 'the engine has no route "toString"', remedy: 'start both with the same version of Bitwright' } })
  expect(replies).toContainEqual({ id: 2, fault: expect.objectContaining({ where: 'the input of train' }) as unknown })
  child.disconnect()
  expect(await new Promise(resolve => child.once('exit', resolve))).toBe(0)
})

test('while a run is under way only questions about the adapter and control are answered', async () => {
  const home = await temporaryFolder()
  await storeSmall(home)
  const engine = openEngine(home)
  const training = engine.call('train', { project: endless, dataset: 'small' })
  await engine.seen(({ event }) => event === 'epoch')
  await expect(engine.call('eval', { target: 'latest' })).rejects.toThrow(/the engine is training a run; wait until it has ended, or stop it/)
  await expect(engine.call('train', { project: endless, dataset: 'small' })).rejects.toThrow('is training a run')
  await expect(engine.call('resume', { run: 'latest' })).rejects.toThrow('is training a run')
  await engine.call('doctor', {})
  // A terminal's Ctrl-C goes to the whole group: the parent decides.
  process.kill(engine.pid as number, 'SIGINT')
  await setTimeout(300)
  await engine.call('doctor', {})
  // Closing stops the run after a checkpoint.
  await engine.close()
  expect(await training).toMatchObject({ state: 'stopped' })
  expect(await engine.exited).toEqual({ code: 0, signal: null })
  expect(await listRuns(home)).toMatchObject([{ state: 'stopped', interrupted: false }])
})

test('an engine that dies rejects what was pending and names the way on', async () => {
  const home = await temporaryFolder()
  await storeSmall(home)
  const engine = openEngine(home)
  const training = engine.call('train', { project: endless, dataset: 'small' }).catch((error: unknown) => error)
  const { data } = await engine.seen(({ event }) => event === 'epoch')
  process.kill(engine.pid as number, 'SIGKILL')
  expect(await training).toMatchObject({ name: 'BitwrightError', what: 'the engine died with signal SIGKILL; what was saved of the run is intact', remedy: `go on with "bitwright resume ${data.run}"` })
  expect(await engine.exited).toEqual({ code: null, signal: 'SIGKILL' })
  await expect(engine.call('doctor', {})).rejects.toThrow('died with signal SIGKILL')
})

test('an engine whose parent is gone leaves the run where its last checkpoint is, and ends', async () => {
  const home = await temporaryFolder()
  await storeSmall(home)
  const child = spawnEngine({})
  child.send({ id: 1, route: 'train', input: { home, project: endless, dataset: 'small' } })
  await new Promise<void>(resolve => child.on('message', message => 'event' in (message as object) && (message as { event: string }).event === 'epoch' && resolve()))
  const begun = performance.now()
  child.disconnect()
  expect(await new Promise(resolve => child.once('exit', resolve))).toBe(0)
  expect(performance.now() - begun).toBeLessThan(4000)
  expect(await listRuns(home)).toMatchObject([{ state: 'stopped', interrupted: false }])
  const engine = openEngine(home)
  const goingOn = engine.call('resume', { run: 'latest' })
  await engine.seen(({ event }) => event === 'progress')
  await engine.call('control', { action: 'stop' })
  expect(await goingOn).toMatchObject({ state: 'stopped' })
})

test('an engine that cannot be started says so', async () => {
  const engine = startEngine({ nodePath: join(await temporaryFolder(), 'node') })
  await expect(engine.call('doctor', {})).rejects.toThrow(/the engine did not start.*bitwright doctor/)
  expect(await engine.exited).toEqual({ code: null, signal: null })
  await engine.close()
  const broken = startEngine({ entry: join(await temporaryFolder(), 'entry.js') })
  await expect(broken.call('doctor', {})).rejects.toThrow('the engine died with exit code 1')
})

test('eval and predict agree with what training found', async () => {
  const home = await temporaryFolder()
  const dataset = smallDataset()
  await storeSmall(home, dataset)
  const engine = openEngine(home)
  const result = await engine.call('train', { project: smallProject(), dataset: 'small', limitTrain: 600 })
  const figures = await engine.call('eval', { target: result.run })
  expect(figures).toMatchObject({ images: 200, error: result.testError, classes: dataset.classes })
  const { predictions: each, ...same } = await engine.call('eval', { target: result.run, predictions: true })
  expect({ ...same, imagesPerSecond: 0 }).toEqual({ ...figures, imagesPerSecond: 0 })
  const { actual, predicted, confidence, loss } = each ?? expect.unreachable('predictions were asked for')
  expect(actual.filter((label, image) => label !== predicted[image]).length / 200).toBeCloseTo(figures.error, 12)
  expect(loss.reduce((sum, one) => sum + one, 0) / 200).toBeCloseTo(figures.loss, 5)
  expect(Math.min(...confidence)).toBeGreaterThan(1 / figures.classes.length)
  expect((await engine.call('eval', { target: result.run, split: 'validation' }))).toMatchObject({ images: 100, error: result.validError })
  expect((await engine.call('eval', { target: result.run, split: 'train' })).images).toBe(500)
  const total = figures.confusion.flat().reduce((sum, n) => sum + n, 0)
  const right = figures.confusion.reduce((sum, row, k) => sum + (row[k] as number), 0)
  expect([total, 1 - right / total]).toEqual([200, expect.closeTo(figures.error, 10)])
  const { predictions } = await engine.call('predict', { target: result.directory, images: Array.from({ length: 200 }, (_, k) => new Uint8Array(dataset.test.images.subarray(k * 64, (k + 1) * 64))) })
  const wrong = predictions.filter((prediction, k) => prediction.class !== dataset.test.labels[k]).length
  expect(wrong / 200).toBeCloseTo(figures.error, 10)
  await expect(engine.call('predict', { target: 'latest', images: [new Uint8Array(63)] })).rejects.toThrow(/expected 64 bytes \(8 x 8 x 1.*found 63; at image 1/)
  expect((await engine.call('eval', { target: join(result.directory, 'checkpoints', 'last.safetensors') })).images).toBe(200)
})

test('a damaged file of measurements is set aside and made anew', async () => {
  const home = await temporaryFolder()
  await storeSmall(home)
  const once = { ...smallProject(), recipe: { ...smallProject().recipe, epochs: 1 } }
  const first = openEngine(home)
  await first.call('train', { project: once, dataset: 'small' })
  await first.close()
  const folder = join(home, 'tuning')
  const [name] = readdirSync(folder)
  const good = await readFile(join(folder, name as string), 'utf8')
  await writeFile(join(folder, name as string), good.slice(0, 50))
  const second = openEngine(home)
  const { run } = await second.call('train', { project: once, dataset: 'small' })
  expect(second.lines.join('\n')).toMatch(/kernels are measured again; the file of measurements is now .*\.damaged/)
  expect(readdirSync(folder).sort()).toEqual([name, `${name}.damaged`])
  expect(JSON.parse(await readFile(join(folder, name as string), 'utf8'))).toMatchObject({ version: 1 })
  expect((await openRun(home, run)).record.state).toBe('finished')
})
