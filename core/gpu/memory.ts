import { BitwrightError } from '../errors.ts'
import type { Device } from './device.ts'
import { bytesOf, lengthOf, type Tensor } from './tensor.ts'

/** Flags by value: the constant objects are globals only on hosts that install them. */
export const Usage = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128, queryResolve: 512 } as const
/** Of the buffer through which tensors are read, and of what is on its way to the device at once. */
export const STAGING_BYTES = 16 * 2 ** 20

export type Bytes = Uint8Array<ArrayBuffer>

/** The buffers of tensors that outlive a step, and the way to and from the host. */
export class Memory {
  readonly #device: Device
  readonly #buffers = new Map<Tensor, GPUBuffer>()
  #staging: GPUBuffer | undefined
  #unsubmitted = 0

  constructor(device: Device) {
    this.#device = device
  }

  /** Bytes held on the device. */
  get bytes(): number {
    let sum = this.#staging?.size ?? 0
    for (const buffer of this.#buffers.values()) sum += buffer.size
    return sum
  }

  buffer(tensor: Tensor): GPUBuffer {
    let buffer = this.#buffers.get(tensor)
    if (!buffer) this.#buffers.set(tensor, (buffer = this.allocate(tensor.name, bytesOf(tensor))))
    return buffer
  }

  /** A storage buffer, zeroed. Refuses what the adapter cannot hold before asking for it. */
  allocate(label: string, bytes: number): GPUBuffer {
    const { maxBufferBytes: limit, name } = this.#device.adapter
    if (bytes > limit) {
      throw new BitwrightError({
        what: `"${label}" needs ${bytes.toLocaleString('en')} bytes in one buffer, and ${name} makes them of at most ${limit.toLocaleString('en')}`,
        remedy: 'make the layer narrower or the batch smaller',
      })
    }
    return this.#device.device.createBuffer({ label, size: bytes, usage: Usage.storage | Usage.copySource | Usage.copyTarget })
  }

  write(tensor: Tensor, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Bytes): void {
    this.#device.device.queue.writeBuffer(this.buffer(tensor), 0, data)
  }

  /** Writes a tensor of any size: the driver holds a copy of all that was written and not yet submitted, so large ones go in pieces. */
  async fill(tensor: Tensor, data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): Promise<void> {
    const { queue } = this.#device.device
    const buffer = this.buffer(tensor)
    const length = STAGING_BYTES / 4
    for (let at = 0; at < data.length; at += length) {
      queue.writeBuffer(buffer, 4 * at, data, at, Math.min(length, data.length - at))
      this.#unsubmitted += 4 * Math.min(length, data.length - at)
      if (this.#unsubmitted < STAGING_BYTES) continue
      this.#unsubmitted = 0
      queue.submit([])
      await queue.onSubmittedWorkDone()
    }
  }

  /** Zeros, without a copy on the host. */
  clear(tensor: Tensor): void {
    const { device } = this.#device
    const encoder = device.createCommandEncoder()
    encoder.clearBuffer(this.buffer(tensor))
    device.queue.submit([encoder.finish()])
  }

  /** Reads a tensor back, in pieces of 16 MiB through one staging buffer. */
  async read(tensor: Tensor): Promise<Bytes> {
    const out = new Uint8Array(lengthOf(tensor) * 4)
    await this.readInto(this.buffer(tensor), out)
    return out
  }

  async readFloats(tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
    return new Float32Array((await this.read(tensor)).buffer)
  }

  async readWords(tensor: Tensor): Promise<Uint32Array<ArrayBuffer>> {
    return new Uint32Array((await this.read(tensor)).buffer)
  }

  async readInto(source: GPUBuffer, out: Bytes): Promise<void> {
    const { device } = this.#device
    const staging = this.#stagingBuffer()
    for (let offset = 0; offset < out.byteLength; offset += STAGING_BYTES) {
      const size = Math.min(STAGING_BYTES, out.byteLength - offset)
      const encoder = device.createCommandEncoder()
      encoder.copyBufferToBuffer(source, offset, staging, 0, size)
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(1, 0, size)
      out.set(new Uint8Array(staging.getMappedRange(0, size)), offset)
      staging.unmap()
    }
  }

  /**
   * Reads tensors in order, as many at once as the staging buffer holds: waiting for the device takes longer than small copies do. What
   * one call has given is let go of before more is read.
   */
  async *readEach(tensors: readonly Tensor[]): AsyncGenerator<Bytes> {
    const { device } = this.#device
    for (const group of together(tensors)) {
      const [only] = group
      if (only && group.length === 1) {
        yield await this.read(only)
        continue
      }
      const staging = this.#stagingBuffer()
      const encoder = device.createCommandEncoder()
      const places: number[] = []
      let size = 0
      for (const tensor of group) {
        encoder.copyBufferToBuffer(this.buffer(tensor), 0, staging, size, bytesOf(tensor))
        places.push(size)
        size += bytesOf(tensor)
      }
      device.queue.submit([encoder.finish()])
      await staging.mapAsync(1, 0, size)
      const mapped = staging.getMappedRange(0, size)
      const copies = group.map((tensor, index) => new Uint8Array(mapped, places[index], lengthOf(tensor) * 4).slice())
      staging.unmap()
      yield* copies
    }
  }

  #stagingBuffer(): GPUBuffer {
    return (this.#staging ??= this.#device.device.createBuffer({ label: 'staging', size: STAGING_BYTES, usage: Usage.mapRead | Usage.copyTarget }))
  }

  destroy(): void {
    for (const buffer of this.#buffers.values()) buffer.destroy()
    this.#buffers.clear()
    this.#staging?.destroy()
    this.#staging = undefined
  }
}

/** Tensors in order, in groups that the staging buffer holds; one that it does not hold is a group of its own. */
function together(tensors: readonly Tensor[]): Tensor[][] {
  const groups: Tensor[][] = []
  let room = 0
  for (const tensor of tensors) {
    const bytes = bytesOf(tensor)
    if (bytes <= room) groups.at(-1)?.push(tensor)
    else {
      groups.push([tensor])
      room = STAGING_BYTES
    }
    room -= bytes
  }
  return groups
}
