import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { downloadDataset, type DownloadSetOptions } from '../../../../main/services/datasets/download.ts'
import { REMOTE_NAMES, remoteSets, type RemoteFile, type RemoteName, type RemoteSet } from '../../../../main/services/datasets/sources.ts'
import { openDataset } from '../../../../main/services/datasets/store.ts'
import { acquireLock } from '../../../../main/services/runs/lock.ts'
import { cifarBatch, META } from '../../../support/cifar-folder.ts'
import { serveFiles, stallAfter, type FileServer } from '../../../support/file-server.ts'
import { smallSet } from '../../../support/idx-folder.ts'
import { svhnFile } from '../../../support/mat-file.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { tarFile } from '../../../support/tar-file.ts'

const remote = (name: string, bytes: Uint8Array): RemoteFile => ({ name, bytes: bytes.length, digest: { algorithm: 'md5', hex: createHash('md5').update(bytes).digest('hex') } })

const [train, test] = [smallSet(8, { classes: 10 }), smallSet(4, { shift: 1 })]
const idx = { 'train-images-idx3-ubyte.gz': gzipSync(train.images), 'train-labels-idx1-ubyte.gz': gzipSync(train.labels), 't10k-images-idx3-ubyte.gz': gzipSync(test.images), 't10k-labels-idx1-ubyte.gz': gzipSync(test.labels) }
const archive = { 'cifar-10-binary.tar.gz': gzipSync(tarFile([
  { name: 'cifar-10-batches-bin/', type: '5' },
  ...[1, 2, 3, 4, 5].map(number => ({ name: `cifar-10-batches-bin/data_batch_${number}.bin`, bytes: cifarBatch(2, number) })),
  { name: 'cifar-10-batches-bin/batches.meta.txt', bytes: META },
  { name: 'cifar-10-batches-bin/readme.html', bytes: META },
  { name: 'cifar-10-batches-bin/test_batch.bin', bytes: cifarBatch(3, 9) },
])) }
const mat = { 'train_32x32.mat': svhnFile(4, { compressed: true, shift: 1 }), 'test_32x32.mat': svhnFile(2), 'extra_32x32.mat': svhnFile(3, { shift: 5 }) }

/** The published sets with small files in place of their own, served from here. */
async function setting(): Promise<{ home: string; server: FileServer; download: (known: RemoteName, options?: DownloadSetOptions) => ReturnType<typeof downloadDataset>; log: string[] }> {
  const home = await temporaryFolder()
  const contents: Readonly<Record<RemoteName, Readonly<Record<string, Uint8Array>>>> = { mnist: idx, 'fashion-mnist': idx, cifar10: archive, svhn: mat }
  const server = await serveFiles(Object.fromEntries(REMOTE_NAMES.flatMap(name => Object.entries(contents[name]).map(([file, bytes]) => [`${name}/${file}`, bytes]))))
  const small = (name: RemoteName): RemoteSet => ({
    ...remoteSets[name],
    bases: [`${server.base}${name}/`],
    files: remoteSets[name].files.map(file => ({ ...file, ...remote(file.name, contents[name][file.name] ?? new Uint8Array(0)) })),
  })
  const sets = { mnist: small('mnist'), 'fashion-mnist': small('fashion-mnist'), cifar10: small('cifar10'), svhn: small('svhn') }
  const log: string[] = []
  return { home, server, log, download: (known, options = {}) => downloadDataset(home, known, { sets, env: {}, patience: { attempts: 2, firstWaitMs: 1 }, log: message => log.push(message), ...options }) }
}

describe('downloadDataset', () => {
  it('fetches and imports MNIST, and leaves no files behind', async () => {
    const { home, log, download } = await setting()
    const progress: string[] = []
    expect(await download('mnist', { progress: what => progress.push(what) })).toMatchObject({ name: 'mnist', shape: [3, 2, 1], train: 8, test: 4 })
    expect((await openDataset(home, 'mnist', { verify: true })).train.count).toBe(8)
    expect(log[0]).toMatch(/^MNIST, handwritten digits.*: 4 files, \d+ B$/)
    expect(log).toContainEqual(expect.stringMatching(/^fetching train-labels-idx1-ubyte\.gz \(2 of 4\)/))
    expect(progress[0]).toMatch(/^train-images-idx3-ubyte\.gz \d+ B of \d+ B/)
    expect(await readdir(join(home, 'downloads'))).toEqual([])
  })

  it('gives Fashion-MNIST its names of classes', async () => {
    const { download } = await setting()
    const { classes } = await download('fashion-mnist', { name: 'clothes' })
    expect([classes[0], classes[9], classes.length]).toEqual(['T-shirt/top', 'Ankle boot', 10])
  })

  it('unpacks and imports CIFAR-10', async () => {
    const { home, download } = await setting()
    expect(await download('cifar10')).toMatchObject({ name: 'cifar10', shape: [32, 32, 3], train: 10, test: 3 })
    expect([...(await openDataset(home, 'cifar10')).train.labels]).toEqual([1, 2, 2, 3, 3, 4, 4, 5, 5, 6])
    expect(await readdir(join(home, 'downloads'))).toEqual([])
  })

  it('fetches SVHN without its extra images, or with them', async () => {
    const { server, log, download } = await setting()
    expect(await download('svhn')).toMatchObject({ train: 4, test: 2 })
    expect(log.join('\n')).toMatch(/without extra_32x32\.mat \(.*\), which --extra adds/)
    expect(server.asked.map(({ path }) => path)).toEqual(['svhn/train_32x32.mat', 'svhn/test_32x32.mat'])
    expect(await download('svhn', { extra: true, replace: true })).toMatchObject({ train: 7, test: 2 })
    await expect(download('mnist', { extra: true })).rejects.toThrow(/expected --extra for a set that has extra files \(svhn\), found it for mnist/)
  })

  it('takes another address from the caller or from the environment', async () => {
    const { server, download } = await setting()
    const other = await serveFiles({ ...mat, ...Object.fromEntries(Object.entries(mat).map(([name, bytes]) => [`mirror/svhn/${name}`, bytes])) })
    await download('svhn', { name: 'a', from: other.base.slice(0, -1) })
    await download('svhn', { name: 'b', env: { BITWRIGHT_MIRROR: `${other.base}mirror` } })
    expect(other.asked.map(({ path }) => path)).toEqual(['train_32x32.mat', 'test_32x32.mat', 'mirror/svhn/train_32x32.mat', 'mirror/svhn/test_32x32.mat'])
    expect(server.asked).toEqual([])
    for (const from of ['here', 'file:///data', '']) await expect(download('svhn', { name: 'c', from })).rejects.toThrow(/expected an address that begins with http:\/\/ or https:\/\/, found ".*"; at --from/)
  })

  it('goes on after an interrupt with what came, and may keep the files', async () => {
    const { home, server, download } = await setting()
    server.tricks.push(() => false, stallAfter(100))
    const control = new AbortController()
    await expect(download('svhn', { signal: control.signal, progress: (what, done) => {
      if (what.startsWith('test') && done > 0) control.abort()
    } })).rejects.toThrow(/abort/i)
    expect((await readdir(join(home, 'downloads', 'svhn'))).sort()).toEqual(['test_32x32.mat.part', 'test_32x32.mat.part.json', 'train_32x32.mat'])
    expect(await readdir(join(home, 'datasets'))).toEqual([])
    await download('svhn', { keep: true })
    expect(server.asked.map(({ path, range }) => [path, range])).toEqual([['svhn/train_32x32.mat', undefined], ['svhn/test_32x32.mat', undefined], ['svhn/test_32x32.mat', 'bytes=100-']])
    expect((await readdir(join(home, 'downloads', 'svhn'))).sort()).toEqual(['test_32x32.mat', 'train_32x32.mat'])
  })

  it('uses files that were put where it looks', async () => {
    const { home, server, download } = await setting()
    await mkdir(join(home, 'downloads', 'cifar10'), { recursive: true })
    await writeFile(join(home, 'downloads', 'cifar10', 'cifar-10-binary.tar.gz'), archive['cifar-10-binary.tar.gz'])
    await download('cifar10')
    expect(server.asked).toEqual([])
  })

  it('stores nothing when a file cannot be had or is not the right one', async () => {
    const { home, server, download } = await setting()
    server.files.set('svhn/test_32x32.mat', mat['test_32x32.mat'].map((byte, i) => (i === 2000 ? byte ^ 1 : byte)))
    await expect(download('svhn')).rejects.toThrow(/do not agree with the published MD5/)
    server.files.delete('svhn/test_32x32.mat')
    await expect(download('svhn')).rejects.toThrow(/404 Not Found/)
    expect(await readdir(join(home, 'datasets'))).toEqual([])
  })

  it('refuses a name that is taken before it asks anybody, and a second download at the same time', async () => {
    const { home, server, download } = await setting()
    await download('mnist')
    const before = server.asked.length
    await expect(download('mnist')).rejects.toThrow(/a data set named mnist exists already/)
    await mkdir(join(home, 'downloads', 'svhn'), { recursive: true })
    const lock = await acquireLock(join(home, 'downloads', 'svhn', '.lock'))
    await expect(download('svhn')).rejects.toThrow(/svhn is being downloaded already/)
    expect(server.asked.length).toBe(before)
    lock.release()
    await download('svhn')
  })
})

describe('the published sets', () => {
  it('have files of known size and checksum behind addresses of folders', () => {
    for (const { bases, files } of Object.values(remoteSets)) {
      for (const base of bases) expect(new URL('x', base).href).toBe(`${base}x`)
      for (const { name, bytes, digest } of files) {
        expect([name, bytes > 1000, digest?.hex.length]).toEqual([name, true, digest?.algorithm === 'md5' ? 32 : 64])
      }
    }
  })
})
