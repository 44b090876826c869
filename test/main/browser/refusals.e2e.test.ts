import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { presetNamed } from '../../../core/architecture/index.ts'
import { decodeFrame, encodeFrame } from '../../../main/contract/app/frames.ts'
import type { AppRoute } from '../../../main/contract/app/index.ts'
import { TellSchema } from '../../../main/contract/app/messages.ts'
import { MAX_MESSAGE_BYTES } from '../../../main/browser/socket.ts'
import { ask, bridgeTo, endOf, enter, openTestHost, socketTo, type TestHost } from '../../support/hosts.ts'

const logged = (host: TestHost): string => host.workbench.log.after(-1).map(({ message }) => message).join('\n')
/** Every file and folder of the home, apart from the host's own lock, which is refreshed by way of another file. */
const inHome = async (host: TestHost): Promise<string[]> => (await readdir(host.home, { recursive: true })).filter(name => name !== 'host.lock' && !/^\.lock\..*\.tmp$/.test(name)).sort()

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
}

describe('pages', () => {
  it('are for those who have spent the token, with the policy of the app', async () => {
    const host = await openTestHost()
    expect(await ask(host, '/')).toMatchObject({ status: 401 })
    expect(await ask(host, `/?token=${'x'.repeat(43)}`)).toMatchObject({ status: 403 })
    const used = new URL(host.url)
    const cookie = await enter(host)
    expect(await ask(host, used.pathname + used.search)).toMatchObject({ status: 403 })
    expect(host.url).not.toBe(used.href)
    const page = await ask(host, '/', { headers: { cookie } })
    expect(page).toMatchObject({ status: 200, text: '<!doctype html><title>Bitwright</title>' })
    expect(page.headers).toMatchObject({ 'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/) as unknown, 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-store' })
    expect((await ask(host, '/assets/main-Abc12345.js', { headers: { cookie } })).headers['cache-control']).toContain('immutable')
    expect(logged(host)).toContain('wrong token')
    // What was sent as a token is nobody's business.
    expect(logged(host)).not.toContain('xxxx')
  })

  it('are not for other hosts, origins, methods and paths', async () => {
    const host = await openTestHost()
    const cookie = await enter(host)
    const headers = { cookie }
    expect(await ask(host, '/', { headers: { ...headers, host: 'evil.example' } })).toMatchObject({ status: 403 })
    expect(await ask(host, '/', { headers: { ...headers, origin: 'http://evil.example' } })).toMatchObject({ status: 403 })
    expect(await ask(host, '/', { headers, method: 'POST' })).toMatchObject({ status: 405 })
    for (const path of ['/../secret.html', '/%2e%2e/secret.html', '/assets/..%2f..%2fsecret.html', '/..%5csecret.html', '//etc/passwd', '/%00', 'http://evil.example/../secret.html']) {
      const { status, text } = await ask(host, path, { headers })
      expect([path, status]).toEqual([path, 404])
      expect(text).not.toContain('not of the page')
    }
    for (const why of ['foreign Host "evil.example"', 'foreign Origin "http://evil.example"', 'not a way to ask']) expect(logged(host)).toContain(why)
  })
})

describe('the WebSocket', () => {
  it('opens for our own page alone', async () => {
    const host = await openTestHost()
    const cookie = await enter(host)
    expect(await endOf(socketTo(host, 'bitwright=x'))).toBe(403)
    expect(await endOf(socketTo(host, cookie, { origin: 'http://evil.example' }))).toBe(403)
    expect(await endOf(socketTo(host, cookie, { origin: 'null' }))).toBe(403)
    expect(await endOf(socketTo(host, cookie, { path: '/other' }))).toBe(403)
    expect(await endOf(socketTo(host, cookie, { headers: { host: 'evil.example' } }))).toBe(403)
    await opened(socketTo(host, cookie))
    for (const why of ['no session', 'foreign Origin "http://evil.example"', 'foreign Origin "null"', 'foreign Host', 'no such path']) expect(logged(host)).toContain(why)
  })

  it('ends when something comes that is no message, and the app goes on', async () => {
    const host = await openTestHost()
    const before = await inHome(host)
    const cookie = await enter(host)
    const bad: [Parameters<WebSocket['send']>[0], number][] = [
      ['{"id":1,"route":"app.info","input":{}}', 1003],
      [new Uint8Array(3), 1008],
      [new Uint8Array(64).fill(255), 1008],
      [encodeFrame({ id: -1, route: 'app.info', input: {} }), 1008],
      [encodeFrame({ id: 1, route: 'app.info', input: {}, extra: 1 }), 1008],
      [encodeFrame({ id: 1, route: 'x'.repeat(100), input: {} }), 1008],
      [new Uint8Array(MAX_MESSAGE_BYTES + 1), 1009],
    ]
    for (const [message, code] of bad) {
      const socket = socketTo(host, cookie)
      await opened(socket)
      socket.send(message)
      expect(await endOf(socket)).toBe(code)
    }
    for (const why of ['found text', 'malformed message', 'Max payload size exceeded']) expect(logged(host)).toContain(why)
    expect(await inHome(host)).toEqual(before)
    const bridge = await bridgeTo(host)
    await expect(bridge.call('app.info', {})).resolves.toHaveProperty('version')
  })

  it('takes so many questions at once, and no more', async () => {
    const host = await openTestHost()
    const socket = socketTo(host, await enter(host))
    await opened(socket)
    const answers: unknown[] = []
    const all = new Promise<void>(resolve => {
      socket.on('message', (data: Buffer) => {
        const told = TellSchema.parse(decodeFrame(data, 'test'))
        if ('id' in told) answers.push(told.answer)
        if (answers.length === 600) resolve()
      })
    })
    for (let id = 0; id < 600; id++) socket.send(encodeFrame({ id, route: 'presets.list', input: {} }))
    await all
    const refused = answers.filter(answer => JSON.stringify(answer).includes('at once'))
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.length).toBeLessThan(600)
  })
})

describe('every route that takes a name', () => {
  const project = presetNamed('digits')
  const tricks = ['../x', '..', '.', '/etc/passwd', 'a/b', 'a\\b', 'C:x', 'x\0', '', 'x'.repeat(300), '%2e%2e%2fx', 'con', '__proto__']
  const named: readonly [AppRoute, (name: string) => unknown][] = [
    ['projects.open', name => ({ place: { id: name } })],
    ['projects.open', name => ({ place: { path: name } })],
    ['projects.save', name => ({ place: { id: name }, project, revision: null })],
    ['projects.save', name => ({ place: { path: name }, project, revision: null })],
    ['projects.create', name => ({ project, path: name })],
    ['projects.rename', name => ({ place: { id: name }, name: 'x' })],
    ['projects.duplicate', name => ({ place: { path: name } })],
    ['projects.trash', name => ({ id: name })],
    ['projects.restore', name => ({ trashed: name })],
    ['drafts.keep', name => ({ draft: name, place: null, revision: null, project })],
    ['drafts.open', name => ({ draft: name })],
    ['drafts.drop', name => ({ draft: name })],
    ['presets.show', name => ({ name })],
    ['datasets.samples', name => ({ name, split: 'test', count: 1 })],
    ['datasets.statistics', name => ({ name })],
    ['datasets.split', name => ({ name, validation: 1, batchSize: 1 })],
    ['datasets.import', name => ({ task: 'task-0001', kind: 'idx', name, paths: ['/none'] })],
    ['datasets.import', name => ({ task: 'task-0001', kind: 'idx', name: 'x', upload: name })],
    ['datasets.download', name => ({ task: 'task-0001', set: name })],
    ['datasets.download', name => ({ task: 'task-0001', set: 'mnist', name })],
    ['datasets.trash', name => ({ name })],
    ['uploads.begin', name => ({ files: [{ name, bytes: 1 }] })],
    ['uploads.piece', name => ({ upload: name, file: 0, offset: 0, bytes: Uint8Array.of(1) })],
    ['uploads.discard', name => ({ upload: name })],
    ['runs.start', name => ({ project, dataset: name })],
    ['runs.resume', name => ({ run: name })],
    ['runs.show', name => ({ run: name })],
    ['runs.metrics', name => ({ run: name })],
    ['runs.events', name => ({ run: name })],
    ['runs.layers', name => ({ run: name })],
    ['runs.series', name => ({ run: name })],
    ['runs.control', name => ({ run: name, action: 'stop' })],
    ['runs.change', name => ({ run: name, epochs: 3 })],
    ['runs.fork', name => ({ run: name, checkpoint: 'last.safetensors' })],
    ['runs.fork', name => ({ run: '20260101-000000-none-0000', checkpoint: name })],
    ['runs.evaluate', name => ({ run: name })],
    ['runs.annotate', name => ({ run: name, notes: 'x' })],
    ['runs.trash', name => ({ runs: [name] })],
    ['runs.restore', name => ({ runs: [name] })],
    ['runs.emptyTrash', name => ({ runs: [name] })],
    ['runs.export', name => ({ run: name, format: 'csv' })],
    ['queue.add', name => ({ project, dataset: name })],
    ['queue.remove', name => ({ entries: [name] })],
    ['queue.move', name => ({ entry: name, before: null })],
    ['inspect.target', name => ({ target: { run: name } })],
    ['inspect.target', name => ({ target: { model: name } })],
    ['inspect.figures', name => ({ target: { run: name }, moment: 'last' })],
    ['inspect.filters', name => ({ target: { model: name }, moment: 'weights', layer: 'dense1' })],
    ['datasets.pick', name => ({ name, split: 'test', indices: [0] })],
    ['preview.sample', name => ({ project, dataset: name, split: 'test', index: 0 })],
    ['preview.sample', name => ({ project, dataset: 'digits', split: 'test', index: 0, weights: { run: name, checkpoint: 'best' } })],
  ]

  it('refuses tricks with paths, and changes nothing', async () => {
    const host = await openTestHost()
    const before = await inHome(host)
    const connection = host.workbench.connect(() => undefined)
    const accepted: string[] = []
    for (const [route, input] of named) {
      for (const name of tricks) {
        // To an upload these are plain names.
        if (route === 'uploads.begin' && ['a/b', '%2e%2e%2fx', '__proto__'].includes(name)) continue
        const answer = await connection.ask(route, input(name))
        if (!('fault' in answer)) accepted.push(`${route} ${JSON.stringify(name)}`)
      }
    }
    expect(accepted).toEqual([])
    // Folders that are made before a name is looked at are empty.
    expect((await inHome(host)).filter(name => !['projects', 'drafts', 'trash', join('trash', 'projects'), 'uploads', 'datasets'].includes(name))).toEqual(before)
  })
})
