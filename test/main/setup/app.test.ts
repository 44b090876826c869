import { rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensureApp, isStale } from '../../../main/setup/app.mjs'
import { hasDisplay } from '../../../main/setup/display.mjs'
import { electronProgram, ensureElectron, whyNoElectron } from '../../../main/setup/electron.mjs'
import { folderOf, machineWith, write } from './fixture.ts'

const SOURCES = { 'renderer/main.ts': '', 'core/a/b.ts': '', 'main/contract/c.ts': '', 'package-lock.json': '{}' }
const ELECTRON = { 'node_modules/electron/install.js': '', 'node_modules/electron/path.txt': 'electron', 'node_modules/electron/dist/electron': '' }
const BUILT = { 'out/renderer/index.html': '', 'out/main/index.js': '' }

/** Makes what was built newer than all else. */
function finished(root: string): void {
  const later = new Date(Date.now() + 60_000)
  for (const path of Object.keys(BUILT)) {
    write(root, path, '')
    utimesSync(join(root, path), later, later)
  }
}

const window = { env: { PATH: '/bin', DISPLAY: ':0' } }

describe('what is built', () => {
  it('is built when it is not there or older than a source, and not otherwise', () => {
    const root = folderOf(SOURCES)
    expect(isStale(root, ['renderer', 'core'], 'out/renderer/index.html')).toBe(true)
    finished(root)
    expect(isStale(root, ['renderer', 'core', 'not-there'], 'out/renderer/index.html')).toBe(false)
    const newest = new Date(Date.now() + 120_000)
    utimesSync(join(root, 'core/a/b.ts'), newest, newest)
    expect(isStale(root, ['renderer'], 'out/renderer/index.html')).toBe(false)
    expect(isStale(root, ['core'], 'out/renderer/index.html')).toBe(true)
  })

  it('is the page alone where there is no display, and also the window where Electron is', async () => {
    const bare = folderOf(SOURCES)
    const there = machineWith(bare, () => undefined)
    await ensureApp(bare, there.machine, { desktop: true })
    expect(there.ran.map(line => line.replace(/^.*node_modules/, ''))).toEqual(['/vite/bin/vite.js build renderer --logLevel warn'])
    expect(there.said[0]).toBe('building the page of the workbench')

    const full = folderOf({ ...SOURCES, ...ELECTRON })
    const { machine, ran } = machineWith(full, () => undefined, window)
    await ensureApp(full, machine, { desktop: true })
    expect(ran.map(line => line.replace(/^.*node_modules/, ''))).toEqual(['/vite/bin/vite.js build renderer --logLevel warn', '/electron-vite/bin/electron-vite.js build --logLevel warn'])
    finished(full)
    const again = machineWith(full, () => undefined, window)
    await ensureApp(full, again.machine, { desktop: true })
    expect(again.ran).toEqual([])
  })

  it('says what went wrong', async () => {
    const root = folderOf(SOURCES)
    const { machine } = machineWith(root, () => ({ code: 1, output: 'no such module' }))
    await expect(ensureApp(root, machine, { desktop: false })).rejects.toMatchObject({ message: expect.stringContaining('building the page of the workbench failed with exit code 1') as unknown, details: 'no such module' })
  })
})

describe('Electron', () => {
  it('is looked for where its package keeps it', () => {
    const root = folderOf(ELECTRON)
    expect(electronProgram(root, {})).toBe(join(root, 'node_modules/electron/dist/electron'))
    rmSync(join(root, 'node_modules/electron/dist/electron'))
    expect(electronProgram(root, {})).toBeUndefined()
    expect(electronProgram(folderOf({}), {})).toBeUndefined()
  })

  it('is not used without a display', () => {
    const root = folderOf(ELECTRON)
    expect(whyNoElectron(root, { platform: 'linux', env: {} })).toContain('no display')
    expect(whyNoElectron(root, { platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } })).toBeUndefined()
    expect(whyNoElectron(folderOf({}), { platform: 'win32', env: {} })).toContain('not here')
    expect(hasDisplay({ platform: 'darwin', env: { SSH_CONNECTION: 'x' } })).toBe(false)
    expect(hasDisplay({ platform: 'darwin', env: {} })).toBe(true)
  })

  it('is fetched once where there is a display; an attempt in vain is not made again the same day', async () => {
    const root = folderOf({ 'node_modules/electron/install.js': '' })
    const { machine, ran, said } = machineWith(root, () => ({ code: 1, output: 'getaddrinfo ENOTFOUND' }), window)
    await ensureElectron(root, machine)
    await ensureElectron(root, machine)
    expect(ran).toHaveLength(1)
    expect(said.join()).toContain('getaddrinfo ENOTFOUND')
    const headless = machineWith(folderOf({ 'node_modules/electron/install.js': '' }), () => undefined)
    await ensureElectron(root, headless.machine)
    expect(headless.ran).toEqual([])
  })
})
