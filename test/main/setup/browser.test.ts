import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensureBrowser, findBrowser } from '../../../main/setup/browser.mjs'
import { folderOf, machineWith } from './fixture.ts'

const policy = (candidate: string): string => `chromium:\n  Installed: (none)\n  Candidate: ${candidate}\n  Version table:\n`

describe('the browser of browser tests', () => {
  it('is the one that is named, else the first that is installed', () => {
    const files = folderOf({ 'bin/google-chrome': '', 'usr/bin/chromium': '' })
    const { machine } = machineWith(files, () => undefined, { env: { PATH: '/bin:/usr/bin' } })
    expect(findBrowser(machine)).toBe(join(files, 'usr/bin/chromium'))
    expect(findBrowser({ ...machine, env: { BITWRIGHT_BROWSER: '/my/chrome' } })).toBe('/my/chrome')
    expect(findBrowser({ ...machine, env: { PATH: '/sbin' } })).toBeUndefined()
  })

  it('is installed as root from apt', async () => {
    const { machine, ran, said } = machineWith(folderOf({ 'bin/apt-get': '' }), command => (command.startsWith('apt-cache') ? policy('156.0') : undefined))
    await ensureBrowser(machine)
    expect(ran.at(-1)).toMatch(/^apt-get install -y chromium /)
    expect(said.join()).not.toMatch(/skipped/)
  })

  it.each([
    ['not root', 'none is installed', { isRoot: false }, policy('156.0')],
    ['a package that only asks for a snap', 'no Chromium of its own', {}, policy('2:1snap1-0ubuntu2')],
    ['no such package', 'no Chromium of its own', {}, ''],
  ])('is done without, aloud: %s', async (_, reason, overrides, answer) => {
    const { machine, ran, said } = machineWith(folderOf({ 'bin/apt-get': '' }), command => (command.startsWith('apt-cache') ? answer : undefined), overrides)
    await ensureBrowser(machine)
    expect(ran.some(command => command.startsWith('apt-get install'))).toBe(false)
    expect(said.at(-1)).toMatch(new RegExp(`browser tests will be skipped: .*${reason}`))
  })

  it('is done without when the install fails', async () => {
    const { machine, said } = machineWith(folderOf({ 'bin/apt-get': '' }), command => (command.startsWith('apt-cache') ? policy('156.0') : { code: command.includes(' install ') ? 100 : 0 }))
    await ensureBrowser(machine)
    expect(said.at(-1)).toMatch(/skipped: apt-get could not install chromium/)
  })
})
