import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import config from '../../../electron-builder.config.js'

interface Validator {
  validateConfiguration(config: object, debug: { add(): void; isEnabled: boolean }): Promise<void>
}
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'))
const { validateConfiguration } = builder('app-builder-lib/out/util/config/config.js') as Validator
const debug = { add: () => undefined, isEnabled: false }

describe('packages', () => {
  it('are described as electron-builder wants it', async () => {
    await validateConfiguration(config, debug)
    await expect(validateConfiguration({ ...config, electronFuses: { ...config.electronFuses, unknown: true } }, debug)).rejects.toThrow('unknown')
  })

  it('are for every system, without what could run other code in them', () => {
    expect(Object.keys(config)).toEqual(expect.arrayContaining(['linux', 'mac', 'win']))
    expect(config.electronFuses).toMatchObject({ runAsNode: false, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false, onlyLoadAppFromAsar: true, enableEmbeddedAsarIntegrityValidation: true, enableCookieEncryption: true, grantFileProtocolExtraPrivileges: false })
    expect(config.extraResources).toEqual([{ from: 'out/node', to: 'node' }])
  })
})
