import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from 'vite'
import { findBrowser } from '../../../main/setup/browser.mjs'
import { thisMachine } from '../../../main/setup/machine.mjs'
import { nodeHost, openGpu } from '../../../main/engine/dawn.ts'
import { openShaders } from '../../../main/services/shaders.ts'
import { chainProject } from '../../oracle/examples.ts'
import { adapters } from '../../support/adapters.ts'
import { trainSteps } from './trainSteps.ts'

const program = findBrowser(thisMachine())
const swiftShader = adapters.find(name => /swiftshader/i.test(name))
const missing = program === undefined ? 'no browser of the Chromium family is installed' : !swiftShader ? 'its SwiftShader is not there for the comparison' : undefined
if (missing) console.warn(`skipped: the engine's core in a browser, because ${missing}`)

const project = chainProject(
  [
    ['image', 'input', { height: 12, width: 12, channels: 1 }], ['flat', 'flatten'],
    ['dense1', 'dense', { units: 70 }], ['norm1', 'batchNorm'], ['sign1', 'sign'], ['drop', 'dropout', { rate: 0.2 }],
    ['dense2', 'dense', { units: 45 }], ['norm2', 'batchNorm', { mode: 'shift' }], ['sign2', 'sign', { mode: 'stochastic' }],
    ['scores', 'dense', { units: 5 }], ['scored', 'batchNorm'], ['head', 'head'],
  ],
  { batchSize: 32, optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, learningRate: { start: 3e-3, schedule: { kind: 'constant' } }, layerScale: { mode: 'exact', batchNormScale: false } },
)

describe.skipIf(missing !== undefined)('core in a browser', () => {
  let browser: Browser
  let server: Server
  let address = ''
  beforeAll(async () => {
    const built = await build({
      configFile: false,
      logLevel: 'error',
      root: fileURLToPath(new URL('../../..', import.meta.url)),
      build: { write: false, minify: false, target: 'es2023', rolldownOptions: { input: fileURLToPath(new URL('page.ts', import.meta.url)), output: { format: 'iife', entryFileNames: 'page.js' } } },
    })
    const [bundle] = (Array.isArray(built) ? built : [built]).flatMap(result => ('output' in result ? result.output : []))
    const script = bundle?.type === 'chunk' ? bundle.code : ''
    server = createServer((request, response) => {
      if (request.url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script)
      else response.setHeader('content-type', 'text/html').end('<!doctype html><script src="page.js"></script>')
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    browser = await chromium.launch({
      ...(program !== undefined && { executablePath: program }),
      args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    })
  })
  afterAll(async () => {
    await browser.close()
    server.close()
  })

  it('trains 20 steps on navigator.gpu and ends with the weights that Node gets on the same driver', async () => {
    const page = await browser.newPage()
    const errors: string[] = []
    page.on('pageerror', error => errors.push(error.message))
    await page.goto(address)
    const there = await page.evaluate(([document, steps]) => (globalThis as unknown as { train: (project: unknown, steps: number) => ReturnType<typeof trainSteps> }).train(document, steps), [project, 20] as const)
    const here = await trainSteps(openGpu(swiftShader), openShaders(), nodeHost, project, 20)
    expect(errors).toEqual([])
    expect(there.adapter).toMatch(/swiftshader/i)
    const first = await trainSteps(openGpu(swiftShader), openShaders(), nodeHost, project, 1)
    expect(here.loss).toBeLessThan(first.loss)
    expect(Object.keys(there.bits)).toEqual(['dense1.weight', 'dense2.weight', 'scores.weight'])
    expect(there.bits).toEqual(here.bits)
    console.info(`20 steps: loss ${first.loss.toFixed(3)} to ${here.loss.toFixed(3)} in Node, ${there.loss.toFixed(3)} in Chromium`)
  })
})
