import { BitwrightError } from '../../../core/errors.ts'
import { parseAs } from '../../../core/architecture/project.ts'
import { faultOf } from '../faults.ts'
import { unheard, type Carrier } from './bridge.ts'
import { decodeFrame, encodeFrame } from './frames.ts'
import { TellSchema, type Answer } from './messages.ts'

/** What is needed of a WebSocket; both the browser's and that of the package ws have it. */
export interface Socket {
  binaryType: string
  onopen: ((event: never) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  onerror: ((event: never) => void) | null
  send(data: Uint8Array<ArrayBuffer>): void
  close(): void
}

export interface SocketOptions {
  /** Opens a new connection. */
  readonly open: () => Socket
  /** Runs `work` in so many milliseconds. */
  readonly later: (work: () => void, milliseconds: number) => void
}

/** Between attempts to connect again; the last one stays. */
const BACK_OFF = [200, 500, 1000, 2000, 5000] as const

/**
 * Carries the contract over a WebSocket, and connects again when it is lost. What is asked while the first connection opens waits for it;
 * what was asked when a connection is lost is refused, since nobody knows how far it got.
 */
export function socketCarrier(options: SocketOptions): Carrier & { close(): void } {
  return new SocketCarrier(options)
}

class SocketCarrier implements Carrier {
  readonly #options: SocketOptions
  readonly #waiting = new Map<number, { readonly frame: Uint8Array<ArrayBuffer>; readonly settle: (answer: Answer) => void }>()
  #hear: (event: string, data: unknown) => void = () => undefined
  #socket: Socket | undefined
  #state: 'opening' | 'open' | 'lost' | 'closed' = 'opening'
  #next = 0
  #attempts = 0

  constructor(options: SocketOptions) {
    this.#options = options
    this.#connect()
  }

  listen(hear: (event: string, data: unknown) => void): void {
    this.#hear = hear
  }

  async ask(route: string, input: unknown): Promise<Answer> {
    if (this.#state === 'lost' || this.#state === 'closed') return { fault: faultOf(unheard('the connection is lost')) }
    const id = this.#next++
    const frame = encodeFrame({ id, route, input })
    return new Promise(settle => {
      this.#waiting.set(id, { frame, settle })
      if (this.#state === 'open') this.#socket?.send(frame)
    })
  }

  close(): void {
    this.#state = 'closed'
    this.#socket?.close()
  }

  #connect(): void {
    const socket = this.#options.open()
    this.#socket = socket
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      const again = this.#state === 'lost'
      this.#state = 'open'
      this.#attempts = 0
      for (const { frame } of this.#waiting.values()) socket.send(frame)
      if (again) this.#hear('connection', { state: 'open', reason: null })
    }
    socket.onmessage = ({ data }) => this.#receive(data)
    // "close" follows, and says as much as there is to say.
    socket.onerror = () => undefined
    socket.onclose = ({ code, reason }) => this.#lost(reason || `the connection ended (${code})`)
  }

  #lost(reason: string): void {
    if (this.#state === 'open' || this.#state === 'opening') this.#hear('connection', { state: 'lost', reason })
    const fault = faultOf(unheard(reason))
    const unanswered = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { settle } of unanswered) settle({ fault })
    if (this.#state === 'closed') return
    this.#state = 'lost'
    const pause = BACK_OFF[Math.min(this.#attempts++, BACK_OFF.length - 1)] ?? 0
    this.#options.later(() => {
      if (this.#state === 'lost') this.#connect()
    }, pause)
  }

  #receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) throw new BitwrightError({ what: 'expected a frame of bytes from the app, found text', remedy: 'reload the page' })
    const told = parseAs(TellSchema, decodeFrame(new Uint8Array(data), 'a message of the app'), 'a message of the app')
    if ('event' in told) {
      this.#hear(told.event, told.data)
      return
    }
    this.#waiting.get(told.id)?.settle(told.answer)
    this.#waiting.delete(told.id)
  }
}
