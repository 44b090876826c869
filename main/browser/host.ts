import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { BitwrightError } from '../../core/errors.ts'
import { faultOf } from '../contract/faults.ts'
import { Workbench, type WorkbenchOptions } from '../services/app/workbench.ts'
import { codeOf } from '../services/files.ts'
import { pageFile } from '../services/page-files.ts'
import { SECURITY_HEADERS } from '../services/policy.ts'
import { Gate } from './gate.ts'
import { MAX_MESSAGE_BYTES, serveSocket } from './socket.ts'

export interface HostOptions extends Omit<WorkbenchOptions, 'face' | 'dialogs'> {
  /** Folder that the page was built into. */
  readonly page: string
  /** 0: one that is free. */
  readonly port?: number
  /** Told the next address when one was used. */
  readonly onAddress?: (url: string) => void
}

export interface Host {
  /** Opens one session; the next time it is another. */
  readonly url: string
  readonly workbench: Workbench
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'
export const SOCKET_PATH = '/bridge'

/** The workbench for a browser of this machine: its page, and the contract over a WebSocket. Nobody else can reach it. */
export async function openHost({ page, port = 0, onAddress, ...options }: HostOptions): Promise<Host> {
  const gate = new Gate()
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000 })
  await listen(server, port)
  const { port: bound } = server.address() as AddressInfo
  gate.open(bound)
  const workbench = new Workbench({ ...options, face: 'browser' })
  const url = (): string => `http://${LOOPBACK}:${bound}/?token=${gate.token}`
  const refused = (request: IncomingMessage, why: string): void => workbench.log.add('warning', 'host', `refused ${(request.method ?? '').slice(0, 16)} ${JSON.stringify(withoutToken(request.url ?? '').slice(0, 200))}: ${why}`)

  server.on('request', (request, response) => {
    void answer(request, response, { gate, page, spent: () => onAddress?.(url()) }).catch((error: unknown) => {
      if (error instanceof Refusal) refused(request, error.message)
      else workbench.log.add('error', 'host', faultOf(error).what)
      if (response.headersSent) response.destroy()
      else if (error instanceof Refusal) say(response, error.status, error.text)
      else say(response, 500, 'Something went wrong inside Bitwright.')
    })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false })
  server.on('upgrade', (request, socket: Duplex, head) => {
    // The peer may go while it is refused.
    socket.on('error', () => undefined)
    const why = gate.complaint(request) ?? (request.headers.origin === undefined ? 'no Origin' : gate.knows(request) ? (request.url === SOCKET_PATH ? undefined : 'there is no such path') : 'no session')
    if (why !== undefined) {
      refused(request, why)
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, client => serveSocket(client, workbench))
  })
  server.on('clientError', (_error, socket) => socket.destroy())

  return {
    get url() {
      return url()
    },
    workbench,
    async close() {
      for (const client of sockets.clients) client.terminate()
      sockets.close()
      server.close()
      server.closeAllConnections()
      await workbench.close()
    },
  }
}

interface Door {
  readonly gate: Gate
  readonly page: string
  /** To be called when the token was used. */
  readonly spent: () => void
}

/** Why a request gets nothing: for the log, and for whoever asked. */
class Refusal extends Error {
  readonly status: number
  readonly text: string

  constructor(status: number, why: string, text: string) {
    super(why)
    this.status = status
    this.text = text
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, { gate, page, spent }: Door): Promise<void> {
  const complaint = gate.complaint(request)
  if (complaint !== undefined) throw new Refusal(403, complaint, 'This address is for a browser on this machine.')
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal(405, 'not a way to ask for a page', 'Only GET is answered here.')
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const token = new URLSearchParams(query).get('token')
  if (path === '/' && token !== null) {
    const cookie = gate.exchange(token)
    if (cookie === undefined) throw new Refusal(403, 'wrong token', 'This address was used before, or is of an earlier start. Take the newest one that Bitwright has printed.')
    spent()
    // Not a redirect: a browser that came here from another site would not send the cookie along with that.
    response.writeHead(200, { ...SECURITY_HEADERS, 'Set-Cookie': cookie, 'Cache-Control': 'no-store', 'Content-Type': 'text/html; charset=utf-8' })
    response.end('<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Bitwright</title><link rel="icon" href="data:,"></head><body></body></html>')
    return
  }
  if (!gate.knows(request)) throw new Refusal(401, 'no session', 'Open the address that Bitwright has printed.')
  const file = await pageFile(page, path).catch((error: unknown) => {
    throw error instanceof BitwrightError ? new Refusal(404, error.message, error.remedy ?? 'There is no such file.') : error
  })
  if (file === undefined) {
    say(response, 404, 'There is no such file.')
    return
  }
  const { type, content, lasting } = file
  response.writeHead(200, { ...SECURITY_HEADERS, 'Content-Type': type, 'Content-Length': content.length, 'Cache-Control': lasting ? 'private, max-age=31536000, immutable' : 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : content)
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...SECURITY_HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${text}\n`)
}

function withoutToken(url: string): string {
  return url.replace(/token=[^&]*/, 'token=…')
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      server.off('error', reject)
      resolve()
    })
  }).catch((cause: unknown) => {
    if (codeOf(cause) !== 'EADDRINUSE' && codeOf(cause) !== 'EACCES') throw cause
    throw new BitwrightError({ what: `port ${port} of this machine ${codeOf(cause) === 'EACCES' ? 'is not for this user' : 'is in use'}`, where: '--port', remedy: 'leave --port out, or choose another', cause })
  })
}
