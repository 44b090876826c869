import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEngine } from '../../../main/services/engine/client.ts'
import { openLatest, openRun, readEvents, readMetrics } from '../../../main/services/runs/index.ts'
import { readSeries } from '../../../main/services/runs/series.ts'
import { madeBy, openEngine } from '../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'

/** Checkpoints of 2.6 MB, so that there is a moment to catch one. */
const project = smallProject({ units: 3000, recipe: { epochs: 2, batchSize: 50 } })

let home: string
let undisturbed: Record<string, string>

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bitwright-kills-'))
  await storeSmall(home, smallDataset(1500, 200))
  const engine = startEngine({ home })
  const { directory } = await engine.call('train', { project, dataset: 'small' })
  undisturbed = madeBy(directory)
  await engine.close()
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

const unfinished = (directory: string): string[] => readdirSync(join(directory, 'checkpoints')).filter(name => name.endsWith('.tmp'))

test.each([
  ['during a step', 3600, false],
  ['during a checkpoint', 0.2, true],
])('an engine killed %s leaves a run that can be read, and that ends with the same bytes, every step counted once', async (_, seconds, caught) => {
  const engine = openEngine(home, { env: { BITWRIGHT_CHECKPOINT_SECONDS: String(seconds) } })
  const training = engine.call('train', { project, dataset: 'small' }).catch(() => undefined)
  const { data } = await engine.seen(({ event, data }) => event === 'progress' && data.step > (caught ? 0 : 40))
  const { id, directory } = await openRun(home, 'run' in data ? data.run : '')
  if (caught) while (unfinished(directory).length === 0) await setImmediate()
  process.kill(engine.pid as number, 'SIGKILL')
  await training
  expect(unfinished(directory).length > 0).toBe(caught)

  const complain = (message: string): void => expect.unreachable(message)
  const run = await openRun(home, id)
  await readMetrics(directory, { log: complain })
  await readEvents(directory, { log: complain })
  const latest = await openLatest(run, complain)
  await latest?.close()
  expect(await openEngine(home).call('resume', { run: id })).toMatchObject({ state: 'finished', epochs: 2 })
  expect(madeBy(directory)).toEqual(undisturbed)
  const steps = (await readSeries(directory, 0, { log: complain })).map(({ step }) => step)
  expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b))
  expect(steps.at(-1)).toBe(2 * 28)
})
