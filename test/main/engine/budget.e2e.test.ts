import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openEngine, type WatchedEngine } from '../../support/engines.ts'
import { smallDataset, smallProject, storeSmall } from '../../support/small-training.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const LINUX = process.platform === 'linux'
if (!LINUX) console.log('skipped: processor time of one thread and resident memory, which this test reads from /proc')

/** Ticks of proc_pid_stat(5) are 1/100 s on every Linux. */
const TICKS = 100

/** Seconds of processor time that the main thread, not the driver's threads, has used. */
function mainThreadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

function residentMegabytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024
}

async function train(units: number, batchSize: number, images: number): Promise<WatchedEngine> {
  const home = await temporaryFolder()
  await storeSmall(home, smallDataset(images, 100))
  const engine = openEngine(home)
  const training = engine.call('train', { project: smallProject({ units, recipe: { epochs: 1_000_000, batchSize } }), dataset: 'small' })
  training.catch(() => undefined)
  return engine
}

test.runIf(LINUX)('while the device computes, the main thread sleeps', async () => {
  const engine = await train(2048, 200, 60_000)
  await engine.seen(({ event, data }) => event === 'progress' && data.step > 20)
  const pid = engine.pid as number
  const [used, begun] = [mainThreadSeconds(pid), performance.now()]
  await setTimeout(6000)
  const share = (mainThreadSeconds(pid) - used) / ((performance.now() - begun) / 1000)
  const last = engine.events.findLast(({ event }) => event === 'progress')
  console.log(`main thread: ${(share * 100).toFixed(1)} % of a core, at ${last?.event === 'progress' ? last.data.imagesPerSecond.toFixed(0) : '?'} images a second`)
  expect(share).toBeLessThan(0.5)
})

test.runIf(LINUX)('memory does not grow with the number of steps', async () => {
  // An epoch of 245 steps: at the first mark, evaluation and checkpoints have taken what they need.
  const engine = await train(32, 20, 5_000)
  const sizes: number[] = []
  const marks = [500, 1000, 2000, 6000]
  for (const mark of marks) {
    await engine.seen(({ event, data }) => event === 'progress' && data.step >= mark)
    sizes.push(residentMegabytes(engine.pid as number))
  }
  console.log(marks.map((mark, k) => `${sizes[k]?.toFixed(1)} MB after ${mark} steps`).join(', '))
  // V8 enlarges its young generation now and then, by 12 MB at a time, and gives it back: 24 MB at most in 24,000 steps. This is 5.5 KiB a step.
  expect((sizes[3] as number) - (sizes[0] as number)).toBeLessThan(30)
})
