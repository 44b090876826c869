import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'

/** This address will not give the file, however often it is asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}

/** It did not work this time. */
export class Setback extends Error {
  override readonly name = 'Setback'
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  readonly wait: number | undefined

  constructor(message: string, { wait, cause }: { readonly wait?: number | undefined; readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.wait = wait
  }
}

export interface GetOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** How long nothing may come, in milliseconds. */
  readonly stallMs: number
}

const MAX_REDIRECTS = 5
const MAX_WAIT_MS = 60_000

/**
 * Asks for `url` and follows redirects. Resolves with an answer of status 200, 206 or 416, whose body has not been read; throws
 * Refusal or Setback for every other. Bodies are given as they are on the wire: a file that was stored gzipped stays so, whatever
 * the server calls it.
 */
export async function get(url: string, options: GetOptions): Promise<IncomingMessage> {
  let target = new URL(url)
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await ask(target, options)
    const { statusCode = 0, headers } = response
    if (statusCode === 200 || statusCode === 206 || statusCode === 416) return response
    response.destroy()
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      target = redirected(target, headers.location)
      continue
    }
    const said = `${statusCode} ${response.statusMessage ?? ''}`.trim()
    if (statusCode === 408 || statusCode === 429 || statusCode >= 500) throw new Setback(said, { wait: waitOf(headers['retry-after']) })
    throw new Refusal(said)
  }
  throw new Refusal(`more than ${MAX_REDIRECTS} redirects`)
}

function redirected(from: URL, location: string): URL {
  let to: URL
  try {
    to = new URL(location, from)
  } catch {
    throw new Refusal(`a redirect to ${JSON.stringify(location)}, which is no address`)
  }
  if (to.protocol !== 'https:' && (to.protocol !== 'http:' || from.protocol === 'https:')) throw new Refusal(`a redirect from ${from.protocol}//${from.host} to ${to.protocol}//${to.host}`)
  return to
}

function ask(url: URL, { headers, signal, stallMs }: GetOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers: { 'user-agent': 'bitwright', accept: '*/*', 'accept-encoding': 'identity', ...headers }, agent: false as const, ...(signal && { signal }) }
    let stalled: { destroy(error: Error): unknown }
    const answer = (response: IncomingMessage): void => {
      stalled = response
      resolve(response)
    }
    const request = url.protocol === 'https:' ? getHttps(url, options, answer) : getHttp(url, options, answer)
    stalled = request
    // Of the socket: before the answer and while its body comes. A request destroyed by then would not pass its error on.
    request.setTimeout(stallMs, () => stalled.destroy(new Setback(`nothing came for ${stallMs / 1000} s`)))
    request.on('error', error => reject(error instanceof Setback || signal?.aborted ? error : networkTrouble(error)))
  })
}

/** A name that does not exist and a certificate that is not good stay so; a line that is down may come back. */
export function networkTrouble(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error && error.message !== '' ? error.message : code || String(error)
  return code === 'ENOTFOUND' || code.startsWith('CERT_') || code.startsWith('ERR_TLS') || code === 'DEPTH_ZERO_SELF_SIGNED_CERT' ? new Refusal(message) : new Setback(message, { cause: error })
}

function waitOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Math.min(Number(retryAfter) * 1000, MAX_WAIT_MS) : undefined
}
