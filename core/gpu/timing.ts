import type { Device } from './device.ts'
import { issue, type Executable, type Launch } from './executable.ts'
import type { Host } from './host.ts'
import { Usage } from './memory.ts'

const TARGET_MICROSECONDS = 8000
const MAX_REPEATS = 20

/** Microseconds of one run of all launches: the median of three, each repeated until it is long enough to time. */
export async function timeLaunches(device: Device, executable: Executable, host: Host, limit = Infinity): Promise<number> {
  executable.writeStep({ step: 1, rows: 0, slot: 0, rate: 0 })
  // The first dispatch compiles on software adapters, so it is never counted.
  await runTimed(device, executable.launches, 1, host)
  const once = await runTimed(device, executable.launches, 1, host)
  if (once > limit) return once
  const repeats = Math.min(MAX_REPEATS, Math.max(1, Math.ceil(TARGET_MICROSECONDS / Math.max(once, 1))))
  const times: number[] = []
  for (let trial = 0; trial < 3; trial++) times.push((await runTimed(device, executable.launches, repeats, host)) / repeats)
  times.sort((a, b) => a - b)
  return times[1] as number
}

/** Microseconds of one run of all launches, averaged over `repeats` in one submission; callers warm up. */
export async function timeRepeated(device: Device, executable: Executable, host: Host, repeats: number): Promise<number> {
  return (await runTimed(device, executable.launches, repeats, host)) / repeats
}

/** Microseconds on the device where it has timestamps, else on the clock. */
async function runTimed(device: Device, launches: readonly Launch[], repeats: number, host: Host): Promise<number> {
  const timestamps = device.adapter.timestamps ? new Timestamps(device.device, 1) : undefined
  const encoder = device.device.createCommandEncoder()
  const pass = encoder.beginComputePass(timestamps ? { timestampWrites: timestamps.writes(0) } : {})
  for (let repeat = 0; repeat < repeats; repeat++) for (const launch of launches) issue(pass, launch)
  pass.end()
  timestamps?.resolve(encoder)
  const begin = host.now()
  device.device.queue.submit([encoder.finish()])
  await device.device.queue.onSubmittedWorkDone()
  const elapsed = (host.now() - begin) * 1000
  const [measured] = timestamps ? await timestamps.microseconds() : []
  return measured ?? elapsed
}

/** Microseconds of every launch of a program, each in a pass of its own: for profiles, never in a measured run. */
export async function profileLaunches(device: Device, executable: Executable, host: Host): Promise<number[]> {
  const { launches } = executable
  if (!device.adapter.timestamps) {
    const times: number[] = []
    for (const launch of launches) times.push(await runTimed(device, [launch], 1, host))
    return times
  }
  const timestamps = new Timestamps(device.device, launches.length)
  const encoder = device.device.createCommandEncoder()
  for (const [index, launch] of launches.entries()) {
    const pass = encoder.beginComputePass({ timestampWrites: timestamps.writes(index) })
    issue(pass, launch)
    pass.end()
  }
  timestamps.resolve(encoder)
  device.device.queue.submit([encoder.finish()])
  return timestamps.microseconds()
}

/** Begin and end times of a number of passes. */
class Timestamps {
  readonly #count: number
  readonly #set: GPUQuerySet
  readonly #resolved: GPUBuffer
  readonly #staging: GPUBuffer

  constructor(device: GPUDevice, passes: number) {
    this.#count = passes * 2
    this.#set = device.createQuerySet({ type: 'timestamp', count: this.#count })
    this.#resolved = device.createBuffer({ size: this.#count * 8, usage: Usage.queryResolve | Usage.copySource })
    this.#staging = device.createBuffer({ size: this.#count * 8, usage: Usage.mapRead | Usage.copyTarget })
  }

  writes(pass: number): GPUComputePassTimestampWrites {
    return { querySet: this.#set, beginningOfPassWriteIndex: pass * 2, endOfPassWriteIndex: pass * 2 + 1 }
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#set, 0, this.#count, this.#resolved, 0)
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, this.#count * 8)
  }

  async microseconds(): Promise<number[]> {
    await this.#staging.mapAsync(1)
    const times = new BigUint64Array(this.#staging.getMappedRange().slice(0))
    this.#set.destroy()
    this.#resolved.destroy()
    this.#staging.destroy()
    return Array.from({ length: this.#count / 2 }, (_, pass) => Number((times[pass * 2 + 1] ?? 0n) - (times[pass * 2] ?? 0n)) / 1000)
  }
}
