import { describe, expect, it } from 'vitest'
import { targetOf } from '../../../main/setup/targets.mjs'

const of = (name: string, ...args: string[]) => targetOf(name, args, path => `/clone/${path}`)

describe('targets', () => {
  it.each([
    ['start', ['--home', 'x'], ['--home', 'x']],
    ['bitwright', ['train', 'digits', '--json'], ['train', 'digits', '--json']],
    ['demo', ['--epochs', '2'], ['train', 'digits', '--epochs', '2']],
  ])('%s passes its arguments on', (name, args, expected) => {
    const target = of(name, ...args)
    expect(target?.steps).toEqual([{ args: ['--import', 'file:///clone/node_modules/tsx/dist/loader.mjs', '/clone/main/cli/bitwright.ts', ...expected] }])
    expect(target?.folder).toBe('here')
  })

  it('test checks types and lint before it tests', () => {
    const target = of('test', 'test/core')
    expect(target?.steps.map(step => step.title)).toEqual(['types', 'types of components', 'types of their tests', 'lint', 'tests'])
    expect(target?.steps.at(-1)?.args).toEqual(['/clone/node_modules/vitest/vitest.mjs', 'run', 'test/core'])
    expect(target).toMatchObject({ adapter: 'need', browser: true, app: 'page', folder: 'root' })
  })

  it.each([
    [['train', 'digits'], 'need'],
    [[], 'need'],
    [['serve'], 'need'],
    [['--home', 'presets', 'train'], 'need'],
    [['doctor'], 'look'],
    [['presets'], 'none'],
    [['--home', 'train', 'check', 'a.json'], 'none'],
    [['--json', 'datasets'], 'none'],
    [['train', '--help'], 'none'],
    [['--version'], 'none'],
  ])('bitwright %j: adapter %s', (args, adapter) => {
    expect(of('bitwright', ...args)?.adapter).toBe(adapter)
  })

  it.each([
    [[], 'window'],
    [['--home', 'train'], 'window'],
    [['serve', '--port', '8000'], 'page'],
    [['train', 'digits'], 'none'],
    [['--help'], 'none'],
    [['serve', '--help'], 'none'],
  ])('bitwright %j: of the workbench is built %s', (args, app) => {
    expect(of('bitwright', ...args)?.app).toBe(app)
  })

  it('are four', () => {
    expect(of('deploy')).toBeUndefined()
    expect(targetOf(undefined, [], path => path)).toBeUndefined()
  })
})
