import { mkdir, writeFile } from 'node:fs/promises'
import { get, request, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { WebSocket, type ClientOptions } from 'ws'
import { openHost, SOCKET_PATH, type Host, type HostOptions } from '../../main/browser/host.ts'
import { createBridge } from '../../main/contract/app/bridge.ts'
import type { AppEvent, Bridge, DataOf } from '../../main/contract/app/index.ts'
import { socketCarrier, type Socket } from '../../main/contract/app/socket.ts'
import { temporaryFolder } from './temporary.ts'

export interface TestHost extends Host {
  readonly home: string
  readonly port: number
  /** http://127.0.0.1:PORT */
  readonly origin: string
}

/** A host with a home and a page of its own, closed when the running test ends. */
export async function openTestHost(options: Partial<HostOptions> = {}): Promise<TestHost> {
  const folder = await temporaryFolder()
  const [home, page] = [join(folder, 'home'), join(folder, 'page')]
  await mkdir(home)
  await mkdir(join(page, 'assets'), { recursive: true })
  await writeFile(join(page, 'index.html'), '<!doctype html><title>Bitwright</title>')
  await writeFile(join(page, 'assets', 'main-Abc12345.js'), 'export {}')
  await writeFile(join(folder, 'secret.html'), 'not of the page')
  const host = await openHost({ home, page, ...options })
  onTestFinished(() => host.close())
  const { origin, port } = new URL(host.url)
  return { get url() { return host.url }, workbench: host.workbench, close: () => host.close(), home: options.home ?? home, port: Number(port), origin }
}

export interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** One request as it is written, without the courtesies of fetch: the path is sent as it stands. */
export function ask(host: Pick<TestHost, 'port'>, path: string, options: RequestOptions = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: host.port, path, agent: false, ...options }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    asked.on('error', reject).end()
  })
}

/** Spends the host's token; returns the cookie of the session. */
export async function enter(host: Pick<TestHost, 'url'>): Promise<string> {
  return new Promise((resolve, reject) => {
    get(host.url, response => {
      response.resume()
      const cookie = response.headers['set-cookie']?.[0]?.split(';')[0]
      if (cookie === undefined) reject(new Error(`no cookie, status ${response.statusCode}`))
      else resolve(cookie)
    }).on('error', reject)
  })
}

/** A WebSocket to the host, not yet open. */
export function socketTo(host: Pick<TestHost, 'port' | 'origin'>, cookie: string, { path = SOCKET_PATH, headers = {}, ...options }: ClientOptions & { readonly path?: string } = {}): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { origin: host.origin, headers: { cookie, ...headers }, ...options })
  onTestFinished(() => socket.terminate())
  return socket
}

/** What became of a WebSocket: its close code, or the status it was refused with. */
export function endOf(socket: WebSocket): Promise<number> {
  return new Promise(resolve => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
    socket.on('close', code => resolve(code))
    socket.on('error', () => undefined)
  })
}

export interface TestBridge extends Bridge {
  /** Resolves with the first event, past ones included, for which `wanted` holds. */
  seen<E extends AppEvent>(event: E, wanted: (data: DataOf<E>) => boolean): Promise<DataOf<E>>
  close(): void
}

/** The page's own way in, in this process. */
export async function bridgeTo(host: Pick<TestHost, 'url' | 'port' | 'origin'>): Promise<TestBridge> {
  const cookie = await enter(host)
  const carrier = socketCarrier({
    // The two know one shape of a WebSocket by different names.
    open: () => socketTo(host, cookie) as unknown as Socket,
    later: (work, milliseconds) => void setTimeout(work, milliseconds),
  })
  onTestFinished(() => carrier.close())
  const bridge = createBridge('browser', carrier)
  const told = new Map<AppEvent, unknown[]>()
  const watched: AppEvent[] = ['engine', 'run.state', 'run.progress', 'run.epoch', 'task', 'log', 'connection', 'projects', 'datasets', 'preferences', 'home', 'queue.changed', 'runs.changed']
  for (const event of watched) bridge.on(event, data => told.set(event, [...(told.get(event) ?? []), data]))
  return {
    ...bridge,
    close: () => carrier.close(),
    seen: <E extends AppEvent>(event: E, wanted: (data: DataOf<E>) => boolean) =>
      new Promise<DataOf<E>>(resolve => {
        const past = ((told.get(event) ?? []) as DataOf<E>[]).find(wanted)
        if (past !== undefined) {
          resolve(past)
          return
        }
        const stop = bridge.on(event, data => {
          if (!wanted(data)) return
          stop()
          resolve(data)
        })
      }),
  }
}
