import { stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { homeFolders, homePath, openHome } from '../../../main/services/home.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const base = { userFolder: '/people/ada', platform: 'linux', env: {} } as const

describe('homePath', () => {
  it('is --home before BITWRIGHT_HOME before the data folder of the platform', () => {
    const env = { BITWRIGHT_HOME: '/b', XDG_DATA_HOME: '/x' }
    expect(homePath({ ...base, home: '/h', env })).toBe(resolve('/h'))
    expect(homePath({ ...base, env })).toBe(resolve('/b'))
    expect(homePath({ ...base, env: { ...env, BITWRIGHT_HOME: '' } })).toBe(join('/x', 'bitwright'))
    expect(homePath({ ...base, home: 'here' })).toBe(resolve('here'))
  })

  it('knows the platforms', () => {
    expect(homePath(base)).toBe(join('/people/ada', '.local', 'share', 'bitwright'))
    expect(homePath({ ...base, env: { XDG_DATA_HOME: 'relative' } })).toBe(join('/people/ada', '.local', 'share', 'bitwright'))
    expect(homePath({ ...base, platform: 'darwin' })).toBe(join('/people/ada', 'Library', 'Application Support', 'Bitwright'))
    expect(homePath({ ...base, platform: 'win32' })).toBe(join('/people/ada', 'AppData', 'Local', 'Bitwright'))
    expect(homePath({ ...base, platform: 'win32', env: { LOCALAPPDATA: '/local' } })).toBe(join('/local', 'Bitwright'))
  })

  it('refuses an empty --home', () => {
    expect(() => homePath({ ...base, home: ' ' })).toThrow(/expected a folder after --home/)
  })
})

describe('openHome', () => {
  it('makes the folder on demand, again and again', async () => {
    const home = join(await temporaryFolder(), 'deep', 'home')
    expect(await openHome({ home })).toBe(home)
    expect(await openHome({ home })).toBe(home)
    expect((await stat(home)).isDirectory()).toBe(true)
    expect(homeFolders(home)).toEqual(Object.fromEntries(['datasets', 'runs', 'models', 'tuning', 'projects', 'drafts', 'trash', 'uploads'].map(name => [name, join(home, name)])))
  })

  it('says when a file is in the way', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(openHome({ home: file })).rejects.toThrow(/found a file.*name another folder with --home or BITWRIGHT_HOME/)
    await expect(openHome({ home: join(file, 'under') })).rejects.toThrow(/found a file/)
  })
})
