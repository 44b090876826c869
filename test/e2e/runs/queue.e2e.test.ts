import { existsSync } from 'node:fs'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { QueueState } from '../../../main/contract/app/queue.ts'
import { readEvents, readMetrics, readRun } from '../../../main/services/runs/index.ts'
import { bridgeTo, type TestBridge } from '../../support/hosts.ts'
import { smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { firstLine } from '../../main/browser/first-line.ts'
import { startCli } from '../../main/cli/run-cli.ts'

const EPOCHS = 10

interface TestServer {
  readonly bridge: TestBridge
  readonly pid: number | undefined
  readonly kill: () => Promise<unknown>
  readonly interrupt: () => Promise<unknown>
}

/** The real host in a process of its own, and a page's way into it. */
async function serve(home: string): Promise<TestServer> {
  // Checkpoints within epochs, so that a run goes on from the middle of one.
  const { child, ended } = startCli(['serve', '--json', '--no-open'], { home, env: { DISPLAY: '', WAYLAND_DISPLAY: '', BITWRIGHT_CHECKPOINT_SECONDS: '0.3' } })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }
  const { origin, port } = new URL(url)
  const end = (signal: NodeJS.Signals) => (): Promise<unknown> => {
    child.kill(signal)
    return ended
  }
  return { bridge: await bridgeTo({ url, origin, port: Number(port) }), pid: child.pid, kill: end('SIGKILL'), interrupt: end('SIGINT') }
}

const allOver = ({ entries }: QueueState): boolean => entries.length === 4 && entries.every(({ state }) => state === 'finished')

async function newHome(): Promise<string> {
  const home = join(await temporaryFolder(), 'home')
  await mkdir(home)
  await storeSmall(home)
  return home
}

const request = { project: smallProject({ recipe: { epochs: EPOCHS } }), repeats: 2, sweep: { kind: 'grid' as const, axes: [{ path: 'recipe.learningRate.start', values: [0.003, 0.001] }] } }

const finalBytes = (home: string, run: string): Promise<Buffer> => readFile(join(home, 'runs', run, 'checkpoints', 'last.safetensors'))

it('a sweep whose host is killed goes on with another that takes the home over, and with a third when host and engine are killed: one run an entry, no step counted twice, the same bytes', async () => {
  const home = await newHome()
  const first = await serve(home)
  const { entries: queued } = await first.bridge.call('queue.add', request)
  const second = await serve(home)
  await expect(second.bridge.call('workbench.home', {})).resolves.toMatchObject({ mine: false, holder: { pid: first.pid, face: 'browser' } })
  await expect(second.bridge.call('queue.hold', {})).rejects.toThrow(`another Bitwright (process ${first.pid}) trains in this home`)
  await first.bridge.seen('queue.changed', ({ entries }) => entries[1]?.state === 'running')
  const killed = [await middleOf(first, 1)]
  await first.kill()

  await second.bridge.seen('home', ({ mine, holder }) => !mine && holder === null)
  await second.bridge.call('workbench.takeHome', {})
  await second.bridge.seen('queue.changed', ({ entries }) => entries[2]?.state === 'running')
  const run = await middleOf(second, 2)
  killed.push(run)
  // The engine first: it has no time to notice that its host is gone.
  process.kill((await readRun(join(home, 'runs', run))).record.pid ?? 0, 'SIGKILL')
  await second.kill()

  const third = await serve(home)
  await third.bridge.seen('run.state', ({ summary }) => summary.id === run && summary.state === 'running')
  await third.bridge.seen('queue.changed', allOver)
  const { entries } = await third.bridge.call('queue.list', {})
  const { runs } = await third.bridge.call('runs.list', {})
  expect(entries.map(({ id }) => id)).toEqual(queued.map(({ id }) => id))
  expect(runs.map(({ id }) => id).sort()).toEqual(entries.map(entry => entry.run).sort())
  expect([entries[1]?.run, entries[2]?.run]).toEqual(killed)
  for (const { id, group, epochs } of runs) {
    expect([group, epochs]).toEqual([queued[0]?.group, EPOCHS])
    expect((await readMetrics(join(home, 'runs', id))).map(({ epoch, step }) => [epoch, step])).toEqual(Array.from({ length: EPOCHS }, (_, at) => [at + 1, 30 * (at + 1)]))
    expect((await readEvents(join(home, 'runs', id))).filter(({ kind }) => kind === 'resume')).toHaveLength(killed.includes(id) ? 1 : 0)
  }
  expect(await readEvents(join(home, 'runs', killed[0] ?? ''))).toContainEqual(expect.objectContaining({ kind: 'state', state: 'stopped', reason: 'its host ended without a word' }))
  third.bridge.close()
  await third.interrupt()
  expect(existsSync(join(home, 'host.lock'))).toBe(false)

  const other = await newHome()
  // What the adapter was measured to do need not be measured again.
  await cp(join(home, 'tuning'), join(other, 'tuning'), { recursive: true })
  const whole = await serve(other)
  await whole.bridge.call('queue.add', { ...request, sweep: undefined, set: ['recipe.learningRate.start=0.003', 'recipe.seed=12'], repeats: 1 })
  await whole.bridge.call('queue.add', { ...request, sweep: undefined, set: ['recipe.learningRate.start=0.001', 'recipe.seed=11'], repeats: 1 })
  const { entries: uninterrupted } = await whole.bridge.seen('queue.changed', ({ entries: all }) => all.length === 2 && all.every(({ state }) => state === 'finished'))
  for (const [at, { run: same }] of uninterrupted.entries()) expect((await finalBytes(home, killed[at] ?? '')).equals(await finalBytes(other, same ?? ''))).toBe(true)
})

/** Waits until the run of entry `at` is within an epoch, between one checkpoint and the next, and lets go of the host. Returns its id. */
async function middleOf({ bridge }: TestServer, at: number): Promise<string> {
  const run = (await bridge.call('queue.list', {})).entries[at]?.run ?? ''
  await bridge.seen('run.progress', told => told.run === run && told.epoch > 2 && told.batch > 1)
  bridge.close()
  return run
}
