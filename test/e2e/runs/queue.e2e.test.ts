import { existsSync } from 'node:fs'
import { cp, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { QueueState } from '../../../main/contract/app/queue.ts'
import { readMetrics } from '../../../main/services/runs/index.ts'
import { bridgeTo, type TestBridge } from '../../support/hosts.ts'
import { smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { firstLine } from '../../main/browser/first-line.ts'
import { startCli } from '../../main/cli/run-cli.ts'

const EPOCHS = 10

/** The real host in a process of its own, and a page's way into it. */
async function serve(home: string): Promise<{ readonly bridge: TestBridge; readonly kill: () => Promise<unknown>; readonly interrupt: () => Promise<unknown> }> {
  // Checkpoints within epochs, so that a run goes on from the middle of one.
  const { child, ended } = startCli(['serve', '--json', '--no-open'], { home, env: { DISPLAY: '', WAYLAND_DISPLAY: '', BITWRIGHT_CHECKPOINT_SECONDS: '0.3' } })
  const { url } = JSON.parse(await firstLine(child)) as { url: string }
  const { origin, port } = new URL(url)
  const end = (signal: NodeJS.Signals) => (): Promise<unknown> => {
    child.kill(signal)
    return ended
  }
  return { bridge: await bridgeTo({ url, origin, port: Number(port) }), kill: end('SIGKILL'), interrupt: end('SIGINT') }
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

it('a sweep whose host is killed in its second run goes on with the next host: one run an entry, no step counted twice, the same bytes', async () => {
  const home = await newHome()
  const first = await serve(home)
  const { entries: queued } = await first.bridge.call('queue.add', request)
  const second = await first.bridge.seen('queue.changed', ({ entries }) => entries[1]?.state === 'running')
  const interrupted = second.entries[1]?.run ?? ''
  // Between a checkpoint of an epoch and the next.
  await first.bridge.seen('run.progress', ({ run, epoch, batch }) => run === interrupted && epoch > 2 && batch > 1)
  first.bridge.close()
  await first.kill()

  const next = await serve(home)
  await expect(next.bridge.call('workbench.home', {})).resolves.toMatchObject({ mine: true })
  await next.bridge.seen('run.state', ({ summary }) => summary.id === interrupted && summary.state === 'running')
  await next.bridge.seen('queue.changed', allOver)
  const { entries } = await next.bridge.call('queue.list', {})
  const { runs } = await next.bridge.call('runs.list', {})
  expect(entries.map(({ id }) => id)).toEqual(queued.map(({ id }) => id))
  expect(runs.map(({ id }) => id).sort()).toEqual(entries.map(({ run }) => run).sort())
  expect(entries[1]?.run).toBe(interrupted)
  for (const { id, group, epochs } of runs) {
    expect([group, epochs]).toEqual([queued[0]?.group, EPOCHS])
    expect((await readMetrics(join(home, 'runs', id))).map(({ epoch, step }) => [epoch, step])).toEqual(Array.from({ length: EPOCHS }, (_, at) => [at + 1, 30 * (at + 1)]))
  }
  const { events } = await next.bridge.call('runs.events', { run: interrupted })
  expect(events.filter(({ kind }) => kind === 'resume')).toHaveLength(1)
  expect(events).toContainEqual(expect.objectContaining({ kind: 'state', state: 'stopped', reason: 'its host ended without a word' }))
  next.bridge.close()
  await next.interrupt()
  expect(existsSync(join(home, 'host.lock'))).toBe(false)

  const other = await newHome()
  // What the adapter was measured to do need not be measured again.
  await cp(join(home, 'tuning'), join(other, 'tuning'), { recursive: true })
  const whole = await serve(other)
  const { run } = await whole.bridge.call('runs.start', { project: request.project, set: [...(queued[1]?.set ?? [])] })
  await whole.bridge.seen('run.state', ({ summary }) => summary.state === 'finished')
  expect((await finalBytes(home, interrupted)).equals(await finalBytes(other, run))).toBe(true)
})
