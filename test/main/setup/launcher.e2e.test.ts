import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderOf, write } from './fixture.ts'

const setup = fileURLToPath(new URL('../../../main/setup', import.meta.url))

const LOCK = '{"packages":{"":{}}}'
/** Lets Node load .ts files that hold plain JavaScript. */
const LOADER = `import { register } from 'node:module'
register('data:text/javascript,' + encodeURIComponent('import { readFile } from "node:fs/promises"; export const load = async (url, context, next) => url.endsWith(".ts") ? { format: "module", shortCircuit: true, source: await readFile(new URL(url)) } : next(url, context)'))`
const PROGRAM = `const [what, value] = process.argv.slice(2)
if (what === 'exit') process.exit(Number(value))
else if (what === 'die') process.kill(process.pid, value)
else if (what === 'wait') {
  process.on('SIGINT', () => setTimeout(() => { console.error('saved'); process.exit(130) }, 200))
  process.on('SIGTERM', () => process.exit(9))
  setInterval(() => undefined, 1000)
  console.error('ready')
} else console.log(JSON.stringify({ args: process.argv.slice(2), folder: process.cwd() }))`
const webgpu = (adapter: string): string => `import { appendFileSync } from 'node:fs'
appendFileSync(new URL('probes', import.meta.url), 'x')
console.log('a driver that talks on standard output')
export const create = () => ({ requestAdapter: async () => (${adapter}) })`
const ADAPTER = '{ info: { device: "fake" }, requestDevice: async () => ({ destroy() {} }) }'

/** A clone with everything installed, where all packages are of our making. */
function clone(files: Record<string, string> = {}): string {
  const root = folderOf({
    'package.json': '{"type": "module", "engines": {"node": ">=20.19"}}',
    'package-lock.json': LOCK,
    'node_modules/.bitwright-lock': `${createHash('sha256').update(LOCK).digest('hex')} ${process.platform}-${process.arch}\n`,
    'node_modules/tsx/dist/loader.mjs': LOADER,
    'node_modules/webgpu/package.json': '{"type": "module", "main": "index.js", "version": "1.0.0"}',
    'node_modules/webgpu/index.js': webgpu(ADAPTER),
    'main/cli/bitwright.ts': PROGRAM,
    ...files,
  })
  cpSync(setup, join(root, 'main', 'setup'), { recursive: true })
  return root
}

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Programs of the system are out of reach, so that nothing can be installed. */
function launch(root: string, args: string[], whenReady?: (launcher: ChildProcess) => void): Promise<Ended> {
  const env = { ...process.env, PATH: '/nowhere', BITWRIGHT_BROWSER: '/no/browser', INIT_CWD: root, npm_execpath: '', VK_DRIVER_FILES: '', VK_ICD_FILENAMES: '' }
  const child = spawn(process.execPath, [join(root, 'main', 'setup', 'launch.mjs'), ...args], { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
    if (stderr.includes('ready')) {
      whenReady?.(child)
      whenReady = undefined
    }
  })
  return new Promise(resolve => child.on('close', code => resolve({ code, stdout, stderr })))
}

describe('the launcher', () => {
  it('leaves standard output to the program, even while it sets up', async () => {
    const root = clone()
    const ended = await launch(root, ['bitwright', 'train', 'digits', '--json'])
    expect(ended).toEqual({ code: 0, stdout: `${JSON.stringify({ args: ['train', 'digits', '--json'], folder: root })}\n`, stderr: '' })
  })

  it('tries the adapter once', async () => {
    const root = clone()
    await launch(root, ['demo'])
    await launch(root, ['demo'])
    await launch(root, ['bitwright', 'presets'])
    expect(readFileSync(join(root, 'node_modules/webgpu/probes'), 'utf8')).toBe('x')
  })

  it('ends as the program ends', async () => {
    const root = clone()
    expect((await launch(root, ['bitwright', 'exit', '7'])).code).toBe(7)
    expect((await launch(root, ['bitwright', 'die', 'SIGTERM'])).code).toBe(143)
  })

  it('waits while an interrupted program saves what it has', async () => {
    const ended = await launch(clone(), ['bitwright', 'wait'], launcher => launcher.kill('SIGINT'))
    expect(ended.code).toBe(130)
    expect(ended.stderr).toMatch(/saved/)
  })

  it('passes a signal to end on', async () => {
    expect((await launch(clone(), ['bitwright', 'wait'], launcher => launcher.kill('SIGTERM'))).code).toBe(9)
  })

  it('refuses to start without an adapter, and lets doctor look', async () => {
    const root = clone({ 'node_modules/webgpu/index.js': webgpu('null') })
    const ended = await launch(root, ['demo'])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^error: no WebGPU adapter was found: no driver offers one; \S.+\n$/)
    expect((await launch(root, ['bitwright', 'doctor'])).code).toBe(0)
  })

  it('says which Node is needed', async () => {
    const root = clone({ 'package.json': '{"engines": {"node": ">=99.1"}}' })
    const ended = await launch(root, ['demo'])
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/^error: Node 99\.1 or newer is needed, this is Node \d+\.\d+\.\d+; install/)
  })

  it('knows four targets', async () => {
    const ended = await launch(clone(), ['deploy'])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(/^error: expected a target .* found deploy/)
  })

  it('tells of packages that cannot be installed', async () => {
    const root = clone()
    write(root, 'package-lock.json', '{"packages":{"":{},"node_modules/none":{"version":"1.0.0"}}}')
    const ended = await launch(root, ['bitwright', 'presets'])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/^bitwright: installing .* npm ci .*\nerror: npm was not found/)
  })

  it('stops testing at the first failure', async () => {
    const ended = await launch(
      clone({
        'node_modules/vite/bin/vite.js': '',
        'node_modules/typescript/bin/tsc': 'console.error("types are right")',
        'node_modules/vue-tsc/bin/vue-tsc.js': '',
        'node_modules/eslint/bin/eslint.js': 'console.error("lint is not"); process.exit(3)',
        'node_modules/vitest/vitest.mjs': 'console.error("never run")',
      }),
      ['test'],
    )
    expect(ended.code).toBe(3)
    expect(ended.stderr).toMatch(/bitwright: types\ntypes are right\nbitwright: types of components\nbitwright: types of their tests\nbitwright: lint\nlint is not\n$/)
  })
})
