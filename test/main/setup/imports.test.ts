import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
// The files of these snippets do not exist, so rules that need types cannot look at them; the import rules need none.
const eslint = new ESLint({ cwd: root, overrideConfig: tseslint.configs.disableTypeChecked })

const WALLS = ['no-restricted-imports', 'no-restricted-syntax', 'no-restricted-globals', 'no-restricted-properties']

/** The messages of the rules that hold the folders apart. */
async function refusals(path: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath: path })
  const messages = results.flatMap(result => result.messages)
  expect(messages.filter(({ fatal }) => fatal), code).toEqual([])
  return messages.filter(({ ruleId }) => ruleId !== null && WALLS.includes(ruleId)).map(({ message }) => message)
}

const using = (specifier: string): string => `import { thing } from '${specifier}'\nexport const used = thing\n`

const allowed: [path: string, code: string][] = [
  ['core/training/new.ts', using('../gpu/device.ts')],
  ['core/training/new.ts', using('zod')],
  ['core/new.ts', using('./errors.ts')],
  ['core/new.ts', 'export const bytes = new TextEncoder().encode("a")\n'],
  ['main/services/new.ts', using('../../core/errors.ts')],
  ['main/services/new.ts', using('node:fs')],
  ['main/services/new.ts', using('../contract/routes.ts')],
  ['main/engine/new.ts', using('webgpu')],
  ['main/contract/new.ts', using('../../core/architecture/graph.ts')],
  ['main/contract/new.ts', using('zod')],
  ['main/shell/new.ts', using('electron')],
  ['main/shell/new.ts', using('./menu.ts')],
  ['main/setup/new.mjs', using('./json.mjs')],
  ['main/setup/probe.mjs', using('webgpu')],
  ['renderer/features/new.ts', using('../../core/architecture/graph.ts')],
  ['renderer/features/new.ts', using('../../core/analysis/repetition.ts')],
  ['renderer/features/new.ts', using('../../main/contract/routes.ts')],
  ['renderer/features/new.ts', using('vue')],
  ['test/core/new.test.ts', using('../../main/services/home.ts')],
  ['test/core/new.test.ts', using('../../core/errors.ts')],
]

const refused: [path: string, code: string][] = [
  ['core/new.ts', using('../main/services/home.ts')],
  ['core/gpu/new.ts', using('../../main/services/home.ts')],
  ['core/gpu/new.ts', using('../../renderer/app.ts')],
  ['core/gpu/new.ts', using('../../test/oracle/network.ts')],
  ['core/gpu/new.ts', using('node:fs')],
  ['core/gpu/new.ts', using('fs/promises')],
  ['core/gpu/new.ts', using('electron')],
  ['core/gpu/new.ts', using('webgpu')],
  ['core/gpu/new.ts', using('/main/services/home.ts')],
  ['core/gpu/new.ts', using('./../../main/services/home.ts')],
  ['core/gpu/new.ts', using('../layers/../../main/services/home.ts')],
  ['core/gpu/new.ts', `import type { Home } from '../../main/services/home.ts'\nexport type Used = Home\n`],
  ['core/gpu/new.ts', `export * from '../../main/services/home.ts'\n`],
  ['core/gpu/new.ts', `export const late = await import('../../main/services/home.ts')\n`],
  ['core/gpu/new.ts', `export const late = await import('node:fs')\n`],
  ['core/gpu/new.ts', 'export const arguments_ = process.argv\n'],
  ['core/gpu/new.ts', 'export const now = Date.now()\n'],
  ['core/gpu/new.ts', 'export const usage = GPUBufferUsage.STORAGE\n'],
  ['core/gpu/new.ts', 'export const chance = Math.random()\n'],
  ['core/gpu/new.ts', 'setTimeout(() => undefined, 1)\n'],
  ['main/services/new.ts', using('electron')],
  ['main/services/new.ts', using('electron/main')],
  ['main/services/new.ts', `export const late = await import('electron')\n`],
  ['main/services/new.ts', using('../shell/window.ts')],
  ['main/new.ts', using('./shell/window.ts')],
  ['main/services/new.ts', using('../../renderer/app.ts')],
  ['main/cli/new.ts', using('../../test/oracle/network.ts')],
  ['main/shell/new.ts', using('../../renderer/app.ts')],
  ['main/services/new.ts', using('fs')],
  ['main/contract/new.ts', using('node:fs')],
  ['main/contract/new.ts', using('../services/home.ts')],
  ['main/contract/new.ts', 'export const home = process.env.HOME\n'],
  ['main/setup/new.mjs', using('zod')],
  ['main/setup/new.mjs', using('../services/home.ts')],
  ['renderer/features/new.ts', using('../../core/gpu/device.ts')],
  ['renderer/features/new.ts', using('../../core/errors.ts')],
  ['renderer/features/new.ts', using('../../main/services/home.ts')],
  ['renderer/features/new.ts', using('../../main/contract-of-another/a.ts')],
  ['renderer/features/new.ts', using('../../test/oracle/network.ts')],
  ['renderer/features/new.ts', using('node:fs')],
  ['renderer/features/new.ts', using('path')],
  ['renderer/features/new.ts', using('electron')],
  ['renderer/features/new.ts', `export const late = await import('../../main/services/home.ts')\n`],
  ['renderer/features/new.ts', 'export const home = process.env.HOME\n'],
  ['test/core/new.test.ts', 'export const chance = Math.random()\n'],
]

describe('imports point one way', () => {
  it.each(allowed)('%s may: %s', async (path, code) => {
    expect(await refusals(path, code)).toEqual([])
  })
  it.each(refused)('%s may not: %s', async (path, code) => {
    expect(await refusals(path, code)).not.toEqual([])
  })
  it('no comment switches a rule off', async () => {
    expect(await refusals('core/gpu/new.ts', ['// eslint', 'disable', 'next', `line\n${using('node:fs')}`].join('-'))).not.toEqual([])
  })
})
