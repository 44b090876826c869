import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { presetNamed, presets, type Architecture } from '../../../core/architecture/index.ts'
import { cifarLike } from '../../support/cifar-folder.ts'
import { mnistLike } from '../../support/idx-folder.ts'
import { svhnFile } from '../../support/mat-file.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { runCli, startCli } from './run-cli.ts'

describe('what needs no engine', () => {
  test('help says what there is', async () => {
    const { code, stdout } = await runCli(['--help'])
    expect(code).toBe(0)
    for (const command of ['doctor', 'presets', 'datasets', 'check', 'train', 'resume', 'eval', 'predict', 'bench', 'serve']) expect(stdout).toContain(`  ${command} `)
  })

  test('help is there soon', async () => {
    const begun = performance.now()
    const { code, stdout } = await runCli(['train', '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain('--width-scale')
    // Half a second where nothing else runs; loading what training needs would take several times as long as this allows.
    expect(performance.now() - begun).toBeLessThan(4000)
  })

  test('presets, one JSON object on one line', async () => {
    const { code, stdout, json } = await runCli(['presets', '--json'])
    expect(code).toBe(0)
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
    expect(json).toMatchObject({ presets: presets.map(({ name, dataset }) => ({ name, dataset })) })
    expect(json).toMatchObject({ presets: expect.arrayContaining([expect.objectContaining({ name: 'mnist-mlp-theano', binaryParameters: 36806656 })]) as unknown })
  })

  test('a preset that is shown can be saved and checked', async () => {
    const path = join(await temporaryFolder(), 'mine.json')
    await writeFile(path, (await runCli(['presets', 'show', 'digits'])).stdout)
    const { code, json } = await runCli(['check', path, '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ problems: [], totals: { binaryParameters: 668672 } })
  })

  test('its unquantized twin too', async () => {
    const path = join(await temporaryFolder(), 'twin.json')
    await writeFile(path, (await runCli(['presets', 'show', 'digits', '--twin', 'relu'])).stdout)
    const { code, json } = await runCli(['check', path, '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ problems: [], totals: { binaryParameters: 0, binaryMacs: 0 } })
    const again = await runCli(['check', path, '--twin', '--json'])
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('has no twin: its weights and activations are real already') as unknown })
    expect((await runCli(['presets', 'show', 'digits', '--twin', 'tanh'])).code).toBe(2)
  })

  test('data sets of a fresh home, and an import into it', async () => {
    const home = await temporaryFolder()
    expect((await runCli(['datasets', '--json'], { home })).json).toMatchObject({ datasets: [{ name: 'digits', shape: [28, 28, 1], train: 9000, test: 1000, stored: false }] })
    const imported = await runCli(['datasets', 'import', 'idx', await mnistLike(home), '--name', 'small', '--json'], { home })
    expect(imported).toMatchObject({ code: 0, json: { name: 'small', shape: [3, 2, 1], classes: ['0', '1', '2'], train: 8, test: 4 } })
    expect(await runCli(['datasets', 'import', 'cifar10', await cifarLike(home), '--name', 'cifar', '--json'], { home })).toMatchObject({ code: 0, json: { name: 'cifar', shape: [32, 32, 3], train: 7, test: 2 } })
    await writeFile(join(home, 'train_32x32.mat'), svhnFile(5, { compressed: true }))
    expect(await runCli(['datasets', 'import', 'mat', join(home, 'train_32x32.mat'), '--name', 'svhn', '--test', '2', '--json'], { home })).toMatchObject({ code: 0, json: { name: 'svhn', shape: [32, 32, 3], train: 3, test: 2 } })
    const again = await runCli(['datasets', 'import', 'idx', join(home, 'idx'), '--name', 'small'], { home })
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/^error: .*small/m)
  })
})

describe('check on a broken network', () => {
  const digits = presetNamed('digits')
  const broken: readonly (readonly [name: string, code: string, change: (architecture: Architecture) => Architecture])[] = [
    ['a loop', 'cycle', ({ nodes, edges, version }) => ({ version, nodes, edges: edges.map(edge => (edge.to.node === 'dense1' ? { from: { node: 'sign2', port: 'out' }, to: edge.to } : edge)) })],
    ['an unknown kind', 'unknownKind', ({ nodes, edges, version }) => ({ version, edges, nodes: nodes.map(node => (node.id === 'sign1' ? { ...node, kind: 'sgin' } : node)) })],
    ['a picture where a vector belongs', 'needsVector', ({ nodes, edges, version }) => ({
      version, nodes: nodes.filter(node => node.id !== 'flatten'),
      edges: edges.flatMap(edge => (edge.to.node === 'flatten' ? [] : edge.from.node === 'flatten' ? [{ from: { node: 'input', port: 'out' }, to: edge.to }] : [edge])),
    })],
  ]

  test.each(broken)('%s is named, with what mends it', async (_, problem, change) => {
    const path = join(await temporaryFolder(), 'broken.json')
    await writeFile(path, JSON.stringify({ ...digits, architecture: change(digits.architecture) }))
    const { code, json, stderr } = await runCli(['check', path, '--json'])
    expect(code).toBe(1)
    expect(json).toMatchObject({ problems: expect.arrayContaining([expect.objectContaining({ severity: 'error', code: problem })]) as unknown })
    expect(stderr).toMatch(/^error: the network cannot be trained: \d+ errors?; at .*broken\.json/m)
  })
})

describe('bad input', () => {
  test.each<readonly [readonly string[], number, RegExp]>([
    [['trian', 'digits'], 2, /there is no command "trian"/],
    [['train'], 2, /missing required argument/],
    [['train', 'digits', 'more'], 2, /too many arguments/],
    [['train', 'digits', '--epochs', '-1'], 2, /Expected a whole number/],
    [['train', 'digits', '--epochs', 'NaN'], 2, /Expected a whole number/],
    [['train', 'digits', '--width-scale', '0'], 2, /Expected a number above 0/],
    [['train', 'digits', '--colour'], 2, /unknown option '--colour'/],
    [['datasets', 'import', 'png', '.', '--name', 'x'], 2, /Allowed choices are idx, cifar10, mat/],
    [['datasets', 'import', 'cifar10', '.', '--name', 'x', '--classes', '10'], 1, /expected --classes for idx only/],
    [['datasets', 'import', 'idx', '.'], 2, /--name/],
    [['check', 'no/such.json'], 1, /found nothing of this name/],
    [['check', '.'], 1, /expected a file, found a folder/],
    [['check', 'digits', '--set', 'recipe.learningRate.start=-1'], 1, /recipe\.learningRate\.start/],
    [['train', 'digits', '--set', 'recipe.learningRate.start=NaN'], 1, /recipe\.learningRate\.start/],
    [['train', 'digits', '--dataset', 'mnist'], 1, /bitwright datasets download mnist, or bitwright datasets import KIND DIR --name mnist/],
    [['presets', 'show', 'digitz'], 1, /did you mean digits/],
  ])('%j ends with %i', async (args, code, message) => {
    const home = await temporaryFolder()
    const [plain, { json, stdout }] = await Promise.all([runCli(args, { home }), runCli([...args, '--json'], { home })])
    expect(plain.code).toBe(code)
    expect(plain.stdout).toBe('')
    expect(plain.stderr).toMatch(message)
    expect(plain.stderr).toMatch(/^error: .+\n$/)
    expect(json).toMatchObject({ error: { what: expect.any(String) as unknown } })
    expect(stdout.trimEnd().split('\n')).toHaveLength(1)
  })

  test('a reader that closes the pipe is no error', async () => {
    const { child, ended } = startCli(['presets', 'show', 'digits'])
    child.stdout?.destroy()
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([0, ''])
  })
})
