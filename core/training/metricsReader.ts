import { Usage } from '../gpu/memory.ts'
import { bytesOf } from '../gpu/tensor.ts'
import { METRIC_SLOTS } from './build.ts'
import type { Loaded, Session } from './session.ts'

/** Two halves of the metric slots, each with a staging buffer of its own: one is read while the other fills. */
export class MetricsReader {
  readonly #session: Session
  readonly #loaded: Loaded
  readonly #staging: readonly [GPUBuffer, GPUBuffer]
  #turn: 0 | 1 = 0

  constructor(session: Session, loaded: Loaded) {
    this.#session = session
    this.#loaded = loaded
    const { device } = session.engine.toolbox.device
    const half = bytesOf(loaded.built.ports.metrics) / 2
    const make = (): GPUBuffer => device.createBuffer({ label: 'metrics', size: half, usage: Usage.mapRead | Usage.copyTarget })
    this.#staging = [make(), make()]
  }

  /** The first slot of the next half, and what to call once its steps are submitted. */
  next(): { half: number; read: (count: number) => () => Promise<Float32Array> } {
    const turn = this.#turn
    this.#turn = turn === 0 ? 1 : 0
    const half = turn * (METRIC_SLOTS / 2)
    return {
      half,
      read: count => {
        const { device } = this.#session.engine.toolbox.device
        const staging = this.#staging[turn]
        const encoder = device.createCommandEncoder()
        encoder.copyBufferToBuffer(this.#session.memory.buffer(this.#loaded.built.ports.metrics), half * 16, staging, 0, count * 16)
        device.queue.submit([encoder.finish()])
        return async () => {
          await staging.mapAsync(1, 0, count * 16)
          const values = new Float32Array(staging.getMappedRange(0, count * 16).slice(0))
          staging.unmap()
          return values
        }
      },
    }
  }

  destroy(): void {
    for (const buffer of this.#staging) buffer.destroy()
  }
}
