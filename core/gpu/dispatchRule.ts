import { BitwrightError } from '../errors.ts'

/** Workgroups a kernel needs in x, y and z, given its parameters and overrides. */
export type DispatchRule = (values: Readonly<Record<string, number>>) => readonly [number, number, number]

type Expression = (values: Readonly<Record<string, number>>) => number

/**
 * Understands the header line `// dispatch: x = ceil(outputs / (TILE * 8)), y = rows` of a shader: names of parameters and
 * overrides, integers, `*`, `/`, `+`, parentheses, `ceil(...)` and `max(..., ...)`. An axis not named is 1.
 */
export function parseDispatch(text: string, shader: string): DispatchRule {
  const tokens = text.match(/[A-Za-z_]\w*|\d+|[()=,*/+]/g) ?? []
  let at = 0
  const fail = (wanted: string): never => {
    throw new BitwrightError({ what: `expected ${wanted}, found "${tokens[at] ?? 'the end'}" in dispatch rule "${text}"`, where: `shaders/${shader}.wgsl` })
  }
  const take = (token: string): void => {
    if (tokens[at] !== token) fail(`"${token}"`)
    at++
  }
  const primary = (): Expression => {
    const token = tokens[at]
    if (token === undefined) return fail('a value')
    at++
    if (token === '(') {
      const inner = sum()
      take(')')
      return inner
    }
    if (/^\d/.test(token)) return () => Number(token)
    if (token === 'ceil') {
      take('(')
      const inner = sum()
      take(')')
      return values => Math.ceil(inner(values))
    }
    if (token === 'max') {
      take('(')
      const left = sum()
      take(',')
      const right = sum()
      take(')')
      return values => Math.max(left(values), right(values))
    }
    if (!/^[A-Za-z_]/.test(token)) return fail('a name')
    return values => {
      const value = values[token]
      if (value === undefined) throw new BitwrightError({ what: `the dispatch rule names "${token}", which is neither a parameter nor an override`, where: `shaders/${shader}.wgsl` })
      return value
    }
  }
  const product = (): Expression => {
    let left = primary()
    while (tokens[at] === '*' || tokens[at] === '/') {
      const operator = tokens[at++]
      const a = left
      const b = primary()
      left = operator === '*' ? values => a(values) * b(values) : values => a(values) / b(values)
    }
    return left
  }
  const sum = (): Expression => {
    let left = product()
    while (tokens[at] === '+') {
      at++
      const a = left
      const b = product()
      left = values => a(values) + b(values)
    }
    return left
  }
  const axes = new Map<string, Expression>()
  do {
    const axis = tokens[at++]
    if (axis !== 'x' && axis !== 'y' && axis !== 'z') fail('x, y or z')
    take('=')
    axes.set(axis as string, sum())
  } while (tokens[at] === ',' && ++at)
  if (at < tokens.length) fail('a comma or the end')
  const one: Expression = () => 1
  const [x, y, z] = [axes.get('x') ?? one, axes.get('y') ?? one, axes.get('z') ?? one]
  return values => [x(values), y(values), z(values)]
}
