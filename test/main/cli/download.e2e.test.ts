import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { serveFiles, stallAfter } from '../../support/file-server.ts'
import { realData } from '../../support/real-data.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { runCli, startCli } from './run-cli.ts'

const FILES = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz']

describe('datasets download', () => {
  const folder = realData('mnist')

  test.skipIf(folder === undefined)('fetches the published MNIST, is interrupted, goes on, and stores it', async () => {
    const home = await temporaryFolder()
    const server = await serveFiles(Object.fromEntries(await Promise.all(FILES.map(async name => [name, new Uint8Array(await readFile(join(folder ?? '', name)))] as const))))
    server.tricks.push(stallAfter(1_000_000))
    const args = ['datasets', 'download', 'mnist', '--from', server.base, '--json']
    const running = startCli(args, { home })
    await running.says(/fetching train-images-idx3-ubyte\.gz \(1 of 4\), 9\.45 MiB/)
    const part = join(home, 'downloads', 'mnist', `${FILES[0]}.part`)
    await expect.poll(async () => (await readFile(part).catch(() => '')).length, { timeout: 20_000 }).toBe(1_000_000)
    running.child.kill('SIGINT')
    const stopped = await running.ended
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringMatching(/^error: interrupted; the same command goes on with what was downloaded$/m)])
    expect(await readdir(join(home, 'datasets'))).toEqual([])

    const finished = await runCli(args, { home })
    expect(finished).toMatchObject({ code: 0, json: { name: 'mnist', shape: [28, 28, 1], train: 60000, test: 10000, stored: true } })
    expect(server.asked.map(({ range }) => range)).toEqual([undefined, 'bytes=1000000-', undefined, undefined, undefined])
    expect((await runCli(['datasets', '--json'], { home })).json).toMatchObject({ datasets: [{ name: 'digits' }, { name: 'mnist', train: 60000 }] })
  })

  test('says what no address gave', async () => {
    const home = await temporaryFolder()
    const { base } = await serveFiles({})
    const { code, stderr } = await runCli(['datasets', 'download', 'cifar10'], { home, env: { BITWRIGHT_MIRROR: base } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: expected cifar-10-binary\.tar\.gz \(170052171 bytes\) from one of 1 addresses, none gave it: http:\S+\/cifar10\/cifar-10-binary\.tar\.gz: 404 Not Found; at .*; check the network/m)
  })

  test('knows which sets there are', async () => {
    const { code, stderr } = await runCli(['datasets', 'download', 'imagenet'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/Allowed choices are mnist, fashion-mnist, cifar10, svhn/)])
  })
})
