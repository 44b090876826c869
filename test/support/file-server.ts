import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly ifRange: string | undefined
}

/** Answers a request instead of the plain server; returning false leaves it to that. */
export type Trick = (request: IncomingMessage, response: ServerResponse, bytes: Uint8Array | undefined) => boolean | Promise<boolean>

export interface FileServer {
  /** Ends in "/". */
  readonly base: string
  readonly asked: readonly Asked[]
  /** What is served, by path without the first "/"; may be changed. */
  readonly files: Map<string, Uint8Array>
  /** Taken one by one by the next requests. */
  readonly tricks: Trick[]
  etag: string | undefined
}

/** A server of files on 127.0.0.1 that knows ranges, and does what it is told besides. It ends with the test. */
export async function serveFiles(files: Readonly<Record<string, Uint8Array>>): Promise<FileServer> {
  const state = { files: new Map(Object.entries(files)), asked: [] as Asked[], tricks: [] as Trick[], etag: '"v1"' as string | undefined }
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(1)
    state.asked.push({ path, range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined })
    void (async () => {
      const trick = state.tricks.shift()
      if ((await trick?.(request, response, state.files.get(path))) !== true) plain(request, response, state.files.get(path), state.etag)
    })()
  })
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return Object.assign(state, { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
}

function plain(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array | undefined, etag: string | undefined): void {
  if (bytes === undefined) {
    response.writeHead(404).end('not here')
    return
  }
  const headers = etag === undefined ? {} : { etag }
  const ifRange = request.headers['if-range']
  const [, first] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
  if (first === undefined || (ifRange !== undefined && ifRange !== etag)) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
    return
  }
  if (Number(first) >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  response.writeHead(206, { ...headers, 'content-length': bytes.length - Number(first), 'content-range': `bytes ${first}-${bytes.length - 1}/${bytes.length}` }).end(bytes.subarray(Number(first)))
}

/** Announces the whole file, sends so many bytes of it, and cuts the line. */
export const cutAfter = (sent: number, etag = '"v1"'): Trick => async (_request, response, bytes) => {
  response.writeHead(200, { etag, 'content-length': bytes?.length ?? 0 })
  await new Promise<void>(resolve => response.write((bytes ?? new Uint8Array(0)).subarray(0, sent), () => resolve()))
  // What was written must have left before the line is cut.
  setTimeout(() => response.destroy(), 30)
  return true
}

/** Sends so many bytes and then nothing, without ending. */
export const stallAfter = (sent: number): Trick => (_request, response, bytes) => {
  response.writeHead(200, { etag: '"v1"', 'content-length': bytes?.length ?? 0 })
  response.write((bytes ?? new Uint8Array(0)).subarray(0, sent))
  return true
}

export const answer = (status: number, headers: Record<string, string | number> = {}, body: string | Uint8Array = ''): Trick => (_request, response) => {
  response.writeHead(status, headers).end(body)
  return true
}

/** Sends the whole file whatever range was asked for. */
export const ignoreRange: Trick = (_request, response, bytes) => {
  response.writeHead(200, { 'content-length': bytes?.length ?? 0 }).end(bytes)
  return true
}
