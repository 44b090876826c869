import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import config from '../../../electron-builder.config.js'
import build from '../../../electron.vite.config.ts'

const MAIN = fileURLToPath(new URL('../../../main', import.meta.url))

interface Validator {
  readonly validateConfiguration: (config: object, debug: { add: () => void; isEnabled: boolean }) => Promise<void>
}
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as Validator
const debug = { add: () => undefined, isEnabled: false }

describe('packages', () => {
  it('are described as electron-builder wants it', async () => {
    await validateConfiguration(config, debug)
    await expect(validateConfiguration({ ...config, electronFuses: { ...config.electronFuses, unknown: true } }, debug)).rejects.toThrow('configuration.electronFuses')
    // A second where nothing else runs: its schema is long.
  }, 60_000)

  it('hold every thread that is started by the name of its file', () => {
    const sources = readdirSync(MAIN, { recursive: true, encoding: 'utf8' }).filter(path => path.endsWith('.ts')).map(path => readFileSync(join(MAIN, path), 'utf8')).join('\n')
    const started = [...sources.matchAll(/threadEntry\('([\w-]+)'/g)].map(match => match[1])
    expect(started).not.toEqual([])
    const { main } = build as { main: { build: { rollupOptions: { input: Record<string, string> } } } }
    expect(Object.keys(main.build.rollupOptions.input).sort()).toEqual([...new Set(started), 'engine', 'index'].sort())
  })

  it('are for every system, without what could run other code in them', () => {
    expect(Object.keys(config)).toEqual(expect.arrayContaining(['linux', 'mac', 'win']))
    expect(config.electronFuses).toMatchObject({ runAsNode: false, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false, onlyLoadAppFromAsar: true, enableEmbeddedAsarIntegrityValidation: true, enableCookieEncryption: true, grantFileProtocolExtraPrivileges: false })
    expect(config.extraResources).toEqual([{ from: 'out/node', to: 'node' }])
  })
})
