import { createHash } from 'node:crypto'
import type * as fsPromises from 'node:fs/promises'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { downloadFile, type DownloadOptions } from '../../../../main/services/datasets/download-file.ts'
import type { RemoteFile } from '../../../../main/services/datasets/sources.ts'
import { answer, cutAfter, ignoreRange, serveFiles, stallAfter, type FileServer } from '../../../support/file-server.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const disk = vi.hoisted(() => ({ free: undefined as number | undefined }))
vi.mock('node:fs/promises', async original => {
  const real = await original<typeof fsPromises>()
  return { ...real, statfs: async (path: string) => (disk.free === undefined ? real.statfs(path) : { bavail: disk.free, bsize: 1 }) }
})
afterEach(() => {
  disk.free = undefined
})

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) % 256)
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const file: RemoteFile = { name: 'a.bin', bytes: content.length, digest: { algorithm: 'md5', hex: md5(content) } }
const { digest: _, ...unsigned } = file
const patience = { attempts: 3, firstWaitMs: 1, stallMs: 5000 }

interface Setting {
  readonly folder: string
  readonly server: FileServer
  readonly log: string[]
  readonly fetch: (options?: DownloadOptions, remote?: RemoteFile, bases?: readonly string[]) => Promise<string>
}

async function setting(): Promise<Setting> {
  const folder = await temporaryFolder()
  const server = await serveFiles({ 'a.bin': content })
  const log: string[] = []
  const fetch: Setting['fetch'] = (options = {}, remote = file, bases = [server.base]) => downloadFile(folder, remote, bases, { patience, log: message => log.push(message), ...options })
  return { folder, server, log, fetch }
}

/** What a download that was broken off leaves. */
async function leavePart(folder: string, bytes: Uint8Array, url: string, etag: string | null = '"v1"', lastModified: string | null = null): Promise<void> {
  await writeFile(join(folder, 'a.bin.part'), bytes)
  await writeFile(join(folder, 'a.bin.part.json'), JSON.stringify({ url, etag, lastModified }))
}

async function expectWhole(folder: string): Promise<void> {
  expect(await readdir(folder)).toEqual(['a.bin'])
  expect(Buffer.compare(await readFile(join(folder, 'a.bin')), content)).toBe(0)
}

describe('a download', () => {
  it('brings the file and says how far it is', async () => {
    const { folder, server, fetch } = await setting()
    const done: number[] = []
    expect(await fetch({ progress: (_file, bytes) => void done.push(bytes) })).toBe(join(folder, 'a.bin'))
    await expectWhole(folder)
    expect(done.at(-1)).toBe(content.length)
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(server.asked).toEqual([{ path: 'a.bin', range: undefined, ifRange: undefined }])
  })

  it('asks for nothing that is here and good, and replaces what is not', async () => {
    const { folder, server, log, fetch } = await setting()
    await fetch()
    await fetch()
    expect(server.asked).toHaveLength(1)
    expect(log).toEqual(['a.bin is here already'])
    await writeFile(join(folder, 'a.bin'), content.map(byte => byte ^ 1))
    await fetch()
    await expectWhole(folder)
  })

  it('goes on where the line was cut', async () => {
    const { folder, server, log, fetch } = await setting()
    server.tricks.push(cutAfter(100_000))
    await fetch()
    await expectWhole(folder)
    expect(server.asked.map(({ range, ifRange }) => [range, ifRange])).toEqual([[undefined, undefined], ['bytes=100000-', '"v1"']])
    expect(log).toEqual([expect.stringMatching(/a\.bin: .*; trying again in 0\.001 s/)])
  })

  it('goes on with what an earlier process left', async () => {
    const { folder, server, fetch } = await setting()
    await leavePart(folder, content.subarray(0, 200_000), `${server.base}a.bin`)
    await fetch()
    await expectWhole(folder)
    expect(server.asked[0]?.range).toBe('bytes=200000-')
  })

  it('begins anew if the file has changed meanwhile, or if the server ignores ranges', async () => {
    const { folder, server, fetch } = await setting()
    await leavePart(folder, new Uint8Array(1000), `${server.base}a.bin`, '"old"')
    await fetch()
    await expectWhole(folder)
    const second = await setting()
    await leavePart(second.folder, content.subarray(0, 1000), `${second.server.base}a.bin`)
    second.server.tricks.push(ignoreRange)
    await second.fetch()
    await expectWhole(second.folder)
    expect(second.server.asked).toHaveLength(1)
  })

  it('does not trust a weak ETag, and takes Last-Modified instead', async () => {
    const { folder, server, fetch } = await setting()
    await leavePart(folder, content.subarray(0, 1000), `${server.base}a.bin`, 'W/"v1"', 'Mon, 01 Jan 2024 00:00:00 GMT')
    await fetch()
    expect(server.asked[0]).toMatchObject({ range: 'bytes=1000-', ifRange: 'Mon, 01 Jan 2024 00:00:00 GMT' })
    await expectWhole(folder)
  })

  it('without a version goes on only if a checksum will tell', async () => {
    const known = await setting()
    await leavePart(known.folder, content.subarray(0, 1000), 'http://elsewhere/a.bin')
    await known.fetch()
    expect(known.server.asked).toEqual([{ path: 'a.bin', range: 'bytes=1000-', ifRange: undefined }])
    await expectWhole(known.folder)
    const unknown = await setting()
    await leavePart(unknown.folder, content.subarray(0, 1000), 'http://elsewhere/a.bin')
    await unknown.fetch({}, unsigned)
    expect(unknown.server.asked[0]?.range).toBeUndefined()
    await expectWhole(unknown.folder)
  })

  it('fetches the whole again if parts of two versions were put together', async () => {
    const { folder, server, log, fetch } = await setting()
    await leavePart(folder, new Uint8Array(1000), 'http://elsewhere/a.bin')
    await fetch()
    await expectWhole(folder)
    expect(server.asked.map(({ range }) => range)).toEqual(['bytes=1000-', undefined])
    expect(log.join()).toMatch(/do not agree with the published MD5/)
  })

  it('survives a part that is too long, whole, or has a torn mark', async () => {
    for (const bytes of [new Uint8Array(content.length + 5), content]) {
      const { folder, server, fetch } = await setting()
      await leavePart(folder, bytes, `${server.base}a.bin`)
      await fetch()
      await expectWhole(folder)
      expect(server.asked).toHaveLength(bytes === content ? 0 : 1)
    }
    const { folder, fetch } = await setting()
    await writeFile(join(folder, 'a.bin.part'), content.subarray(0, 10))
    await writeFile(join(folder, 'a.bin.part.json'), '{"url":')
    await fetch()
    await expectWhole(folder)
  })

  it('begins anew if the server does not know the range', async () => {
    const { folder, server, fetch } = await setting()
    await leavePart(folder, content.subarray(0, 1000), `${server.base}a.bin`)
    server.tricks.push(answer(416, { 'content-range': 'bytes */5' }))
    await fetch()
    await expectWhole(folder)
  })

  it('follows redirects, also to another host, and not without end', async () => {
    const { folder, server, fetch } = await setting()
    const other = await serveFiles({ 'moved/a.bin': content })
    server.tricks.push(answer(302, { location: '/somewhere/else' }), answer(301, { location: `${other.base}moved/a.bin` }))
    await fetch()
    await expectWhole(folder)
    const { server: loop, fetch: again } = await setting()
    loop.tricks.push(...Array.from({ length: 10 }, () => answer(307, { location: '/a.bin' })))
    await expect(again()).rejects.toThrow(/more than 5 redirects/)
  })

  it('waits and tries again when the server is busy', async () => {
    const { folder, server, log, fetch } = await setting()
    server.tricks.push(answer(503, { 'retry-after': 0 }), answer(500))
    await fetch()
    await expectWhole(folder)
    expect(log).toEqual([expect.stringMatching(/503 Service Unavailable; trying again in 0 s/), expect.stringMatching(/500 Internal Server Error; trying again in 0\.002 s/)])
  })

  it('gives up a line on which nothing comes, and says so', async () => {
    const { folder, server, fetch } = await setting()
    server.tricks.push(stallAfter(5000), ...Array.from({ length: 5 }, () => stallAfter(0)))
    await expect(fetch({ patience: { attempts: 2, firstWaitMs: 1, stallMs: 100 } })).rejects.toThrow(/nothing came for 0\.1 s/)
    expect((await readdir(folder)).filter(name => name === 'a.bin')).toEqual([])
  })

  it('does not go round for ever with a server that ignores ranges and cuts the line', async () => {
    const { server, fetch } = await setting()
    for (let i = 0; i < 20; i++) server.tricks.push(cutAfter(i % 2 === 0 ? 5000 : 4000))
    await expect(fetch()).rejects.toThrow(/none gave it/)
    expect(server.asked.length).toBeLessThan(6)
  })

  it('tries the next address, and names them all if none gives it', async () => {
    const { folder, server, fetch } = await setting()
    const empty = await serveFiles({})
    await fetch({}, file, [empty.base, server.base])
    await expectWhole(folder)
    const second = await setting()
    second.server.files.clear()
    await expect(second.fetch({}, file, [empty.base, second.server.base])).rejects.toThrow(/expected a\.bin \(300000 bytes\) from one of 2 addresses, none gave it: http:\S+a\.bin: 404 Not Found; http:\S+a\.bin: 404 Not Found; at .*; check the network and try again; or get the file in another way/)
    expect(await readdir(second.folder)).toEqual([])
  })

  it('refuses a file that does not agree with its checksum, and keeps nothing of it', async () => {
    const { folder, server, fetch } = await setting()
    server.files.set('a.bin', content.map((byte, i) => (i === 99 ? byte ^ 1 : byte)))
    await expect(fetch()).rejects.toThrow(new RegExp(`its 300000 bytes do not agree with the published MD5 ${md5(content)}`))
    expect(await readdir(folder)).toEqual([])
  })

  it.each([
    ['another size', answer(200, { 'content-length': 11 }, 'hello world'), /expected 300000 bytes, the server announces 11/],
    ['more than it should be', answer(200, { 'transfer-encoding': 'chunked' }, new Uint8Array(400_000)), /more than the expected 300000 bytes/],
    ['a redirect to another kind of address', answer(302, { location: 'file:///etc/passwd' }), /a redirect from http:/],
    ['a redirect to nowhere', answer(302, { location: 'http://' }), /which is no address/],
    ['403', answer(403), /403 Forbidden/],
    ['a piece from elsewhere', answer(206, { 'content-range': 'bytes 5-9/10', 'content-length': 5 }, 'hello'), /expected to go on at byte 0, the server answers bytes 5-9\/10/],
  ])('refuses what the server gives: %s', async (_name, trick, message) => {
    const { folder, server, fetch } = await setting()
    server.tricks.push(trick)
    await expect(fetch()).rejects.toThrow(message)
    expect(await readdir(folder)).not.toContain('a.bin')
    expect(server.asked).toHaveLength(1)
  })

  it('stops when told, keeps what came, and goes on with it', async () => {
    const { folder, server, fetch } = await setting()
    server.tricks.push(stallAfter(50_000))
    const control = new AbortController()
    await expect(fetch({ signal: control.signal, progress: (_file, done) => {
      if (done === 50_000) control.abort()
    } })).rejects.toThrow(/abort/i)
    expect((await readdir(folder)).sort()).toEqual(['a.bin.part', 'a.bin.part.json'])
    await fetch()
    expect(server.asked[1]?.range).toBe('bytes=50000-')
    await expectWhole(folder)
  })

  it('stops when told while it waits', async () => {
    const { server, fetch } = await setting()
    server.tricks.push(answer(503, { 'retry-after': 50 }))
    const control = new AbortController()
    await expect(fetch({ signal: control.signal, log: () => setTimeout(() => control.abort(), 10) })).rejects.toThrow(/abort/i)
  })

  it('asks for room on the disk before it asks the server', async () => {
    const { server, fetch } = await setting()
    disk.free = 1000
    await expect(fetch()).rejects.toThrow(/expected 300000 bytes free on the disk/)
    expect(server.asked).toEqual([])
  })

  it('says that nobody answers', async () => {
    const { fetch } = await setting()
    await expect(fetch({}, file, ['http://127.0.0.1:1/'])).rejects.toThrow(/ECONNREFUSED/)
  })
})
