import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { STEP_FIELDS } from '../../../core/gpu/executable.ts'
import { candidatesOf, familyNames } from '../../../core/gpu/families.ts'
import { encodeParams, parseShader, ShaderLibrary } from '../../../core/gpu/shaders.ts'

const folder = new URL('../../../shaders/', import.meta.url)
const names = readdirSync(folder).filter(name => name.endsWith('.wgsl')).map(name => name.slice(0, -5))
const read = (name: string): string => readFileSync(new URL(`${name}.wgsl`, folder), 'utf8')
const library = new ShaderLibrary(read)

describe('shader files', () => {
  it.each(names)('%s says what the host needs: bindings from 0, a dispatch rule, a header', name => {
    const shader = library.get(name)
    const indices = shader.bindings.map(binding => binding.index).sort((a, b) => a - b)
    expect(indices).toEqual(indices.map((_, index) => index))
    expect(shader.bindings.find(binding => binding.index === 0)).toMatchObject({ name: 'params', access: 'uniform' })
    expect(shader.bindings.filter(binding => binding.access !== 'uniform').length).toBeLessThanOrEqual(8)
    expect(shader.params.length).toBeGreaterThan(0)
    const sizes = Object.fromEntries(shader.params.map(field => [field.name, 100]))
    for (const count of shader.dispatch({ ...shader.overrides, ...sizes })) expect(count).toBeGreaterThanOrEqual(1)
    expect(read(name)).toMatch(/^(enable [^\n]+\n+)*\/\/ \S/)
  })

  it('the step block has the fields that the host writes, in order', () => {
    const fields = [...read('include/step').matchAll(/^ {2}(\w+): (u32|f32),/gm)].map(match => match[1])
    expect(fields).toEqual([...STEP_FIELDS])
  })

  it('every file is launched by somebody, and every candidate is a file', () => {
    const candidates = familyNames.flatMap(family => candidatesOf(family)).map(candidate => candidate.shader)
    for (const shader of candidates) expect(names).toContain(shader)
    const sources = ['core/gpu', 'core/layers', 'core/training', 'core/inference', 'main/engine/bench'].flatMap(path => {
      const directory = new URL(`../../../${path}/`, import.meta.url)
      return readdirSync(directory).map(file => readFileSync(new URL(file, directory), 'utf8'))
    })
    const used = (name: string): boolean => candidates.includes(name) || sources.some(text => text.includes(`'${name}'`) || new RegExp(`[\`'](${name.replace(/_(paper|torch|popcount|fma)$/, '')})(_\\$|\\$)`).test(text))
    expect(names.filter(name => !used(name))).toEqual([])
  })

  it.each(familyNames)('the candidates of %s take the same tensors, and a mask or not', family => {
    const [first, ...others] = candidatesOf(family).map(({ shader }) => {
      const { bindings, params, overrides, splits } = library.get(shader)
      return { bindings, params, splits, masked: 'MASKED' in overrides }
    })
    for (const other of others) expect(other).toEqual(first)
    expect(first?.bindings.some(({ name }) => name === 'mask')).toBe(first?.masked)
  })

  it('an include that enables nothing comes after the directives of the file', () => {
    const shader = parseShader('example', 'enable subgroups;\n// include: bits\n// requires: subgroups 8\n// dispatch: x = rows\n', () => 'fn helper() {}')
    expect(shader.code.startsWith('enable subgroups;')).toBe(true)
    expect(shader.subgroups).toBe(8)
  })

  it('what a file requires of its sizes is held against them', () => {
    const { conditions } = parseShader('example', '// requires: rows * outputs multiple of 4\n// requires: stride at least 2\n// requires: kernel * kernel at most 9\n// dispatch: x = rows\n', () => '')
    const hold = (rows: number, outputs: number, stride: number, kernel: number): boolean[] => conditions.map(holds => holds({ rows, outputs, stride, kernel }))
    expect(hold(2, 6, 2, 3)).toEqual([true, true, true])
    expect(hold(3, 6, 1, 4)).toEqual([false, false, false])
    expect(() => parseShader('example', '// requires: rows below 4\n// dispatch: x = rows\n', () => '')).toThrow(/not understood/)
  })

  it('parameters are laid out in the order of the file, each under its own type', () => {
    const shader = parseShader('example', 'struct Params {\n  rows: u32,\n  scale: f32,\n  shift: i32,\n}\n// dispatch: x = rows\n', () => '')
    const view = new DataView(encodeParams(shader, { scale: 0.5, shift: -3, rows: 4_000_000_000 }).buffer)
    expect([view.getUint32(0, true), view.getFloat32(4, true), view.getInt32(8, true)]).toEqual([4_000_000_000, 0.5, -3])
    expect(() => encodeParams(shader, { rows: 1, scale: 1 })).toThrow(/wants parameter shift/)
    expect(() => encodeParams(shader, { rows: 1, scale: 1, shift: 1, depth: 2 })).toThrow(/no parameter depth/)
  })

  it.each(names)('%s says how a launch may be split, in terms of its own tensors and parameters', name => {
    const { bindings, params, overrides, splits } = library.get(name)
    expect(read(name)).toMatch(/^\/\/ split: /m)
    for (const { axis, of, columns, whole, from, adding } of splits) {
      for (const tensor of [...of, ...columns]) expect(bindings.map(binding => binding.name)).toContain(tensor)
      for (const parameter of [axis === 'depth' ? 'outputs' : axis, whole ?? 'outputs', from ?? 'outputs'].filter(parameter => parameter !== 'outputs' || axis === 'depth')) expect(params.map(field => field.name)).toContain(parameter)
      expect('ADDING' in overrides || !adding).toBe(true)
    }
  })

  it('a split rule that cannot be read is refused by name', () => {
    expect(() => parseShader('example', '// dispatch: x = rows\n// split: sideways of a\n', () => '')).toThrow(/sideways.*shaders\/example\.wgsl/)
    expect(() => parseShader('example', '// dispatch: x = rows\n// split: rows of a; every third\n', () => '')).toThrow(/no way to split/)
  })

  it('a file without a dispatch rule is refused by name', () => {
    expect(() => parseShader('example', 'fn main() {}', () => '')).toThrow(/dispatch.*shaders\/example\.wgsl/)
  })
})
