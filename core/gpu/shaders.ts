import { BitwrightError, invariant } from '../errors.ts'
import { parseDispatch, type DispatchRule } from './dispatchRule.ts'

/** How one parameter field is stored in the uniform block; all are 4 bytes wide, in order of declaration. */
export interface ParamField {
  readonly name: string
  readonly type: 'u32' | 'i32' | 'f32'
}

export interface Binding {
  readonly index: number
  readonly name: string
  readonly access: 'uniform' | 'read' | 'read_write'
}

/**
 * A way to issue a launch in pieces, from a line such as `// split: images of x, mask, g; whole lines; from first_part`: the axis, the tensors
 * that a piece takes a part of, and the small print (core/gpu/split.ts). `// split: none` says that there is no way.
 */
export interface SplitRule {
  readonly axis: 'rows' | 'images' | 'depth' | 'count'
  readonly of: readonly string[]
  /** `whole p`: a parameter that says how many rows or lines add up to one part, which no piece may cut. */
  readonly whole?: string
  /** `from p`: a parameter that gets the number of the piece's first row, with `whole` part, with `depth` word. */
  readonly from?: string
  /** `columns t`: tensors [rows][depth] of which a piece takes columns, through a copy. */
  readonly columns: readonly string[]
  /** `adding`: pieces after the first set the override ADDING, and add to what is there. */
  readonly adding: boolean
}

/** A shader file and all that the host needs to know about it, read from its own text: nothing is described twice. */
export interface Shader {
  readonly name: string
  readonly code: string
  readonly bindings: readonly Binding[]
  readonly params: readonly ParamField[]
  /** Override constants with their defaults. */
  readonly overrides: Readonly<Record<string, number>>
  readonly dispatch: DispatchRule
  /** Subgroups the kernel needs: a size, `any`, or none. */
  readonly subgroups: number | 'any' | 'none'
  /** What its parameters and overrides must be, from lines such as `// requires: outputs multiple of 4`; `at least` and `at most` are known too. */
  readonly conditions: readonly ((values: Readonly<Record<string, number>>) => boolean)[]
  readonly splits: readonly SplitRule[]
}

const BINDING = /^@group\(0\)\s*@binding\((\d+)\)\s*var<(uniform|storage(?:,\s*(read|read_write))?)>\s*(\w+)\s*:\s*([^;]+);/gm
const OVERRIDE = /^override\s+(\w+)\s*:\s*(u32|i32|f32|bool)\s*=\s*([^;]+);/gm
const SPLIT = /^\/\/ split: (\w+)(?: of ([\w, ]+))?((?:; [\w, ]+)*)$/gm
const INCLUDE = /^\/\/ include: (\w+)\s*$/gm

/** Reads shader files by name (`xnor_gemm_4x4`, `include/bits`) and understands their headers. */
export class ShaderLibrary {
  readonly #read: (name: string) => string
  readonly #known = new Map<string, Shader>()

  /** `read` returns the text of shaders/NAME.wgsl, or throws. */
  constructor(read: (name: string) => string) {
    this.#read = read
  }

  get(name: string): Shader {
    const known = this.#known.get(name)
    if (known) return known
    const shader = parseShader(name, this.#read(name), include => this.#read(`include/${include}`))
    this.#known.set(name, shader)
    return shader
  }
}

export function parseShader(name: string, text: string, readInclude: (name: string) => string): Shader {
  const included = new Map<string, string>()
  const gather = (source: string): void => {
    for (const [, include] of source.matchAll(INCLUDE)) {
      if (include === undefined || included.has(include)) continue
      const body = readInclude(include)
      gather(body)
      included.set(include, body)
    }
  }
  gather(text)
  // `enable` directives must come before any declaration, so they are lifted over the included text.
  const enables = [...text.matchAll(/^enable [^;]+;/gm)].map(match => match[0])
  const body = text.replaceAll(/^enable [^;]+;/gm, '')
  const code = [...enables, ...included.values(), body].join('\n')

  const bindings = [...code.matchAll(BINDING)].map(([, index, space, access, binding]): Binding => ({
    index: Number(index),
    name: binding as string,
    access: space === 'uniform' ? 'uniform' : access === 'read_write' ? 'read_write' : 'read',
  }))
  const block = /struct Params\s*\{([^}]*)\}/.exec(code)
  const params = [...(block?.[1] ?? '').matchAll(/(\w+)\s*:\s*(u32|i32|f32)\s*,?/g)].map(([, field, type]) => ({ name: field as string, type: type as ParamField['type'] }))
  const overrides: Record<string, number> = {}
  for (const [, override, , value] of code.matchAll(OVERRIDE)) overrides[override as string] = value === 'true' ? 1 : value === 'false' ? 0 : Number.parseFloat(value as string)
  const rule = /^\/\/ dispatch: (.+)$/m.exec(text)?.[1]
  if (rule === undefined) throw new BitwrightError({ what: `the shader has no line "// dispatch: x = ..."`, where: `shaders/${name}.wgsl`, remedy: 'state how many workgroups it needs' })
  const subgroups = /^\/\/ requires: subgroups(?: (\d+))?/m.exec(text)
  const conditions = [...text.matchAll(/^\/\/ requires: (.+) (multiple of|at least|at most) (\d+)$/gm)].map(([, expression, relation, number]) => {
    const value = parseDispatch(`x = ${expression}`, name)
    const bound = Number(number)
    return (values: Readonly<Record<string, number>>) => {
      const [found] = value(values)
      return relation === 'multiple of' ? found % bound === 0 : relation === 'at least' ? found >= bound : found <= bound
    }
  })
  const understood = conditions.length + (subgroups ? 1 : 0)
  invariant([...text.matchAll(/^\/\/ requires: /gm)].length === understood, () => `shaders/${name}.wgsl requires something that is not understood`)
  invariant(new Set(bindings.map(b => b.index)).size === bindings.length, () => `shaders/${name}.wgsl binds one number twice`)
  return { name, code, bindings, params, overrides, dispatch: parseDispatch(rule, name), subgroups: subgroups ? (subgroups[1] ? Number(subgroups[1]) : 'any') : 'none', conditions, splits: parseSplits(text, name) }
}

function parseSplits(text: string, name: string): SplitRule[] {
  return [...text.matchAll(SPLIT)].filter(([, axis]) => axis !== 'none').map(([line, axis, of, clauses = '']): SplitRule => {
    const words = new Map(clauses.split('; ').slice(1).map((clause): [string, string] => [clause.split(' ')[0] as string, clause.slice(clause.indexOf(' ') + 1)]))
    const [whole, from] = [words.get('whole'), words.get('from')]
    const known = [...words.keys()].every(word => ['whole', 'from', 'columns', 'adding'].includes(word))
    if ((axis !== 'rows' && axis !== 'images' && axis !== 'depth' && axis !== 'count') || of === undefined || !known) {
      throw new BitwrightError({ what: `the line "${line}" is no way to split a launch`, where: `shaders/${name}.wgsl`, remedy: 'write it as core/gpu/shaders.ts (SplitRule) says' })
    }
    return { axis, of: of.split(', '), columns: words.get('columns')?.split(', ') ?? [], adding: words.has('adding'), ...(whole !== undefined && { whole }), ...(from !== undefined && { from }) }
  })
}

/** Lays the parameters out as the shader's uniform block. Missing or unknown names are errors of ours, so they throw. */
export function encodeParams(shader: Shader, values: Readonly<Record<string, number>>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(16, Math.ceil(shader.params.length / 4) * 16))
  const view = new DataView(bytes.buffer)
  for (const [index, { name, type }] of shader.params.entries()) {
    const value = values[name]
    invariant(value !== undefined, () => `shaders/${shader.name}.wgsl wants parameter ${name}`)
    if (type === 'f32') view.setFloat32(index * 4, value, true)
    else if (type === 'i32') view.setInt32(index * 4, value, true)
    else view.setUint32(index * 4, value, true)
  }
  for (const name of Object.keys(values)) invariant(shader.params.some(p => p.name === name), () => `shaders/${shader.name}.wgsl has no parameter ${name}`)
  return bytes
}
