import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeIdxImages, encodeIdxLabels } from '../../../core/formats/idx.ts'
import { lasagneForward } from '../../oracle/lasagne.ts'
import { writeFiles } from '../../support/idx-folder.ts'
import { lasagneNetwork, npzOf, pictureOf, randomImages } from '../../support/lasagne-network.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { runCli } from './run-cli.ts'

const SHAPE = [8, 8, 1] as const
const IMAGES = 60

/** The lowest class of the highest score, as NumPy's argmax has it. */
const winnerOf = (scores: Float64Array): number => scores.indexOf(Math.max(...scores))

test('a network of BinaryNet is imported, evaluated and used, and predicts what Lasagne would', async () => {
  const home = await temporaryFolder()
  // Integer scores without a normalisation behind them: many are equal, and then the lowest class wins.
  const network = lasagneNetwork(SHAPE, [{ kind: 'conv', outputs: 6, bias: false }, { kind: 'norm' }, { kind: 'sign' }, { kind: 'pool' }, { kind: 'dense', outputs: 7, bias: false }, { kind: 'norm' }, { kind: 'sign' }, { kind: 'dense', outputs: 4, bias: false }])
  const pixels = randomImages(IMAGES, SHAPE)
  const scores = Array.from({ length: IMAGES }, (_, index) => lasagneForward(network.layers, pictureOf(pixels, index, SHAPE, pixel => (2 * pixel) / 255 - 1)).scores)
  const expected = scores.map(winnerOf)
  const ties = scores.filter(row => row.filter(score => score === Math.max(...row)).length > 1).length
  expect(ties).toBeGreaterThan(2)
  // Labels are what the reference predicts, so that evaluation has to find no error.
  const idx = { images: encodeIdxImages({ count: IMAGES, height: 8, width: 8, pixels }), labels: encodeIdxLabels(Uint8Array.from(expected)) }
  const folder = await writeFiles(home, 'idx', { 'train-images-idx3-ubyte': idx.images, 'train-labels-idx1-ubyte': idx.labels, 't10k-images-idx3-ubyte': idx.images, 't10k-labels-idx1-ubyte': idx.labels })
  expect((await runCli(['datasets', 'import', 'idx', folder, '--name', 'none', '--classes', '4'], { home })).code).toBe(0)
  const [file, project] = [join(home, 'net.npz'), join(home, 'net.json')]
  await writeFile(file, npzOf(network, { deflated: true }))
  await writeFile(project, JSON.stringify(network.project))

  const imported = await runCli(['import', file, '--project', project, '--flipped', '--json'], { home })
  expect(imported.code, imported.stderr).toBe(0)
  expect(imported.json).toMatchObject({ model: 'net', dataset: 'none', notes: [] })
  const evaluated = await runCli(['eval', 'net', '--json'], { home })
  expect(evaluated.code, evaluated.stderr).toBe(0)
  expect(evaluated.json).toMatchObject({ images: IMAGES, error: 0 })
  const predicted = await runCli(['predict', 'net', join(folder, 't10k-images-idx3-ubyte'), '--json'], { home })
  expect((predicted.json as { predictions: { class: number; scores: number[] }[] }).predictions.map(({ class: found, scores: row }) => [found, row])).toEqual(scores.map((row, at) => [expected[at], [...row]]))

  const csv = join(home, 'filters.csv')
  const inspected = await runCli(['inspect', 'net', '--csv', csv, '--json'], { home })
  expect(inspected.code, inspected.stderr).toBe(0)
  const [layer] = (inspected.json as { layers: Record<string, number>[] }).layers
  expect(layer).toMatchObject({ name: 'conv0', kernel: 3, outputs: 6, inputs: 1, popcounts: 6 * 64, randomFraction: expect.closeTo((512 * (1 - (511 / 512) ** 6)) / 6, 9) as unknown })
  const rows = (await readFile(csv, 'utf8')).trim().split('\r\n').slice(1).map(line => line.split(',').slice(3).map(Number))
  expect(rows.reduce((sum, [count = 0, opposite = 0]) => sum + count + opposite, 0)).toBe(6)
  expect(rows.reduce((sum, [, , maps = 0]) => sum + maps, 0)).toBe(layer?.uniquePerMapMerged)

  // The name is taken now; without one another is found, and a wrong file leaves nothing behind.
  expect((await runCli(['import', file, '--project', project, '--name', 'net'], { home })).stderr).toMatch(/a model named "net" exists already/)
  expect((await runCli(['import', file, '--project', project, '--flipped', '--json'], { home })).json).toMatchObject({ model: 'net-2' })
  const refused = await runCli(['import', file, '--project', 'digits'], { home })
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^error: expected 784 x 512 for dense1\.weight|error: expected/)])
  expect(await readdir(join(home, 'models'))).toEqual(['net', 'net-2'])
})
