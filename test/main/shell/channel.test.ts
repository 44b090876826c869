import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isLinked, isPage, isTrusted, mayLoad, PAGE_ADDRESS } from '../../../main/shell/channel.ts'
import { placesOf } from '../../../main/shell/places.ts'

describe('addresses', () => {
  it.each([PAGE_ADDRESS, 'app://workbench/index.html', 'app://workbench/assets/main.js?x#y'])('%s is of our page', address => {
    expect(isPage(address)).toBe(true)
    expect(mayLoad(address)).toBe(true)
  })

  it.each(['', 'about:blank', 'file:///etc/passwd', 'http://workbench/', 'app://workbench.evil/', 'app://evil/', 'app://x@evil/', 'https://app//workbench/', 'javascript:alert(1)', 'data:text/html,x', 'blob:https://evil/1'])('%s is not', address => {
    expect(isPage(address)).toBe(false)
    expect(mayLoad(address)).toBe(false)
  })

  it('of what the page makes itself may be loaded', () => {
    expect(mayLoad('blob:app://workbench/5f2c')).toBe(true)
    expect(mayLoad('data:image/png;base64,AA')).toBe(true)
  })

  it.each([
    ['https://arxiv.org/abs/1602.02830', true],
    ['http://arxiv.org/abs/1602.02830', false],
    ['https://arxiv.org.evil.example/', false],
    ['https://arxiv.org@evil.example/', false],
    ['https://user:secret@arxiv.org/', false],
    ['file:///usr/bin/xterm', false],
    ['ms-settings:', false],
  ])('%s may be opened outside: %s', (address, expected) => {
    expect(isLinked(address)).toBe(expected)
  })

  it('only the page itself is answered', () => {
    expect(isTrusted({ url: PAGE_ADDRESS, parent: null })).toBe(true)
    expect(isTrusted({ url: PAGE_ADDRESS, parent: {} })).toBe(false)
    expect(isTrusted({ url: 'https://evil.example/', parent: null })).toBe(false)
    expect(isTrusted(null)).toBe(false)
  })
})

it('the engine is started with a plain Node, from outside the archive', () => {
  const clone = { packaged: false, root: '/clone', resources: '/electron/resources', platform: 'linux', env: {} } as const
  expect(placesOf(clone)).toEqual({ page: join('/clone', 'out', 'renderer'), nodePath: 'node', entry: join('/clone', 'out', 'main', 'engine.js') })
  expect(placesOf({ ...clone, env: { BITWRIGHT_NODE: '/n/node' } }).nodePath).toBe('/n/node')
  const packaged = { ...clone, packaged: true, root: '/app/resources/app.asar', resources: '/app/resources', env: { BITWRIGHT_NODE: '/evil' } }
  expect(placesOf(packaged)).toEqual({ page: join('/app/resources/app.asar', 'out', 'renderer'), nodePath: join('/app/resources', 'node', 'node'), entry: join('/app/resources', 'app.asar.unpacked', 'out', 'main', 'engine.js') })
  expect(placesOf({ ...packaged, platform: 'win32' }).nodePath).toContain('node.exe')
})
