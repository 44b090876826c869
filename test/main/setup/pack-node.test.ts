import { expect, it } from 'vitest'
import { nodeFor } from '../../../main/setup/pack-node.mjs'

const linux = { platform: 'linux', arch: 'x64', execPath: '/usr/bin/node', env: {} }

it('a package gets the Node of its own system, or none', () => {
  expect(nodeFor({ platform: 'linux', arch: 'x64' }, linux)).toBe('/usr/bin/node')
  expect(() => nodeFor({ platform: 'win32', arch: 'x64' }, linux)).toThrow('a package for win32-x64 needs the node program of that system, this is linux-x64')
  expect(() => nodeFor({ platform: 'linux', arch: 'arm64' }, linux)).toThrow('BITWRIGHT_PACK_NODE')
  expect(nodeFor({ platform: 'win32', arch: 'x64' }, { ...linux, env: { BITWRIGHT_PACK_NODE: process.execPath } })).toBe(process.execPath)
  expect(() => nodeFor({ platform: 'linux', arch: 'x64' }, { ...linux, env: { BITWRIGHT_PACK_NODE: '/none/node.exe' } })).toThrow('found nothing')
})
