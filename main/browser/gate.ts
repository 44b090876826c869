import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Sessions that may be open at once: each is a browser of the person's. */
const MAX_SESSIONS = 32

/**
 * Who may come in. A token, shown to the person alone, opens one session and is spent then; the session is a cookie that scripts cannot read and
 * that other sites' pages do not send. Host and Origin must be our own, so that neither another site nor a name that was made to
 * point here (DNS rebinding) gets anywhere.
 */
export class Gate {
  readonly #sessions: Buffer[] = []
  #token: string
  #port = 0

  constructor() {
    this.#token = newSecret()
  }

  /** To be called when the port is known. */
  open(port: number): void {
    this.#port = port
  }

  get port(): number {
    return this.#port
  }

  /** Not yet spent. */
  get token(): string {
    return this.#token
  }

  /** The cookies of one host name are shared by all its ports. */
  get #cookie(): string {
    return `bitwright-${this.#port}`
  }

  /** Why a request is not let in whoever sends it; undefined if it is ours. */
  complaint({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
    const hosts = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`]
    if (headers.host === undefined || !hosts.includes(headers.host)) return `foreign Host ${quoted(headers.host)}`
    if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`) return `foreign Origin ${quoted(headers.origin)}`
    return undefined
  }

  /** Spends the token: the cookie of a new session, or undefined if it is wrong. */
  exchange(token: string): string | undefined {
    if (!equal(digestOf(token), digestOf(this.#token))) return undefined
    this.#token = newSecret()
    const session = newSecret()
    this.#sessions.push(digestOf(session))
    if (this.#sessions.length > MAX_SESSIONS) this.#sessions.shift()
    return `${this.#cookie}=${session}; HttpOnly; SameSite=Strict; Path=/`
  }

  /** Whether the request comes from an open session. */
  knows({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    const values = (headers.cookie ?? '').split(';').flatMap(pair => {
      const [name, value] = pair.trim().split('=', 2)
      return name === this.#cookie && value !== undefined ? [digestOf(value)] : []
    })
    return values.some(value => this.#sessions.some(session => equal(session, value)))
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Digests have one length, whatever was sent, and comparing them tells nothing of how much was right. */
function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function equal(a: Buffer, b: Buffer): boolean {
  return timingSafeEqual(a, b)
}

function quoted(header: string | undefined): string {
  return header === undefined ? '(none)' : JSON.stringify(header.slice(0, 200))
}
