import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inferArchitecture, presetNamed } from '../../../core/architecture/index.ts'
import { changeProject, isUnchanged, readProject } from '../../../main/cli/changes.ts'
import { temporaryFolder } from '../../support/temporary.ts'

describe('a project argument', () => {
  test('is a preset of this name first', async () => expect(await readProject('digits')).toBe(presetNamed('digits')))

  test('or a project file', async () => {
    const path = join(await temporaryFolder(), 'own.json')
    await writeFile(path, JSON.stringify({ ...presetNamed('digits'), name: 'own' }))
    expect((await readProject(path)).name).toBe('own')
  })

  test('or neither, and then it names the preset that was meant', async () => {
    await expect(readProject('digitz')).rejects.toThrow(/neither a preset nor a file "digitz".*did you mean digits/)
  })

  test.each<[string, (path: string) => Promise<unknown>, RegExp]>([
    ['a missing file', async () => undefined, /found nothing of this name/],
    ['a folder', path => mkdir(path), /expected a file, found a folder/],
    ['an empty file', path => writeFile(path, ''), /expected JSON/],
    ['broken JSON', path => writeFile(path, '{"version": 1,'), /expected JSON/],
    ['bytes that are not text', path => writeFile(path, Uint8Array.of(0xff, 0xfe, 0x00)), /expected JSON in UTF-8/],
    ['another document', path => writeFile(path, '[]'), /expected object/],
    ['an unknown field', path => writeFile(path, JSON.stringify({ ...presetNamed('digits'), colour: 'red' })), /colour/],
    ['a prototype', path => writeFile(path, '{"__proto__": {}}'), /__proto__/],
    ['a huge file', async path => {
      await writeFile(path, '')
      await truncate(path, 2 ** 33)
    }, /at most 16777216 bytes/],
  ])('%s is refused', async (_, make, message) => {
    const path = join(await temporaryFolder(), 'project.json')
    await make(path)
    await expect(readProject(path)).rejects.toThrow(message)
  })
})

describe('options', () => {
  const digits = presetNamed('digits')

  test('--twin makes the unquantized twin, before single fields are set, and says what it changed', () => {
    const notes: string[] = []
    const changed = changeProject(digits, { twin: 'relu', set: ['nodes.dense1.weights=binary'] }, line => notes.push(line))
    const weights = changed.architecture.nodes.filter(node => node.kind === 'dense').map(node => node.attributes['weights'])
    expect(weights.length).toBeGreaterThan(1)
    expect(new Set(weights)).toEqual(new Set(['binary', 'real']))
    expect(changed.architecture.nodes.map(node => node.kind)).not.toContain('sign')
    expect(notes).toContain('twin: 3 layers have real weights, which start at U(±1 / √inputs)')
    expect(isUnchanged({ twin: 'relu' })).toBe(false)
  })

  test('leave a project alone if there are none', () => {
    expect(changeProject(digits, {})).toEqual(digits)
    expect(isUnchanged({})).toBe(true)
  })

  test('change fields, widths and layers, single fields last', () => {
    const changed = changeProject(presetNamed('mnist-mlp-theano'), {
      dataset: 'digits', epochs: 3, batch: 50, seed: 7, widthScale: 0.25, without: ['dropout'],
      set: ['recipe.batchSize=60', 'nodes.dense1.units=300', 'recipe.learningRate.start=0.01'],
    })
    expect(changed.dataset).toBe('digits')
    expect(changed.recipe).toMatchObject({ epochs: 3, batchSize: 60, seed: 7, learningRate: { start: 0.01 } })
    const { nodes } = inferArchitecture(changed.architecture)
    expect([...nodes.values()].filter(node => node.kind === 'dense').map(node => node.attributes['units'])).toEqual([300, 1024, 1024, 10])
    expect([...nodes.values()].map(node => node.kind)).not.toContain('dropout')
  })

  test.each([
    [{ set: ['recipe.learningRate.start=-1'] }, /recipe\.learningRate\.start/],
    [{ set: ['recipe.learningRate.start=NaN'] }, /recipe\.learningRate\.start/],
    [{ set: ['recipe.learningRate.start=1e999'] }, /recipe\.learningRate\.start/],
    [{ set: ['recipe.epocs=3'] }, /did you mean epochs/],
    [{ set: ['nodes.dense9.units=3'] }, /there is no node "dense9"/],
    [{ set: ['nodes.dense1.units=0'] }, /units/],
    [{ without: ['dense'] }, /cannot be left out/],
    [{ without: ['drop'] }, /dropout/],
    [{ widthScale: 1e9 }, /width factor/],
    [{ widthScale: 1e6 }, /./],
    [{ dataset: '../other' }, /lower-case letters/],
    [{ epochs: 2e6 }, /./],
  ])('%j is refused', (options, message) => {
    expect(() => changeProject(digits, options)).toThrow(message)
  })
})
