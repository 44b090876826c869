import { describe, expect, it } from 'vitest'
import { computingEnv, findAdapter } from '../../../main/setup/adapter.mjs'
import { type Answer, folderOf, machineWith, write } from './fixture.ts'

const clone = (): string => folderOf({ 'node_modules/webgpu/package.json': '{"version":"0.6.2"}' })

const LAVAPIPE = '{"adapter":"llvmpipe","driver":"Mesa 25.0.7"}\n'
const NONE = '{"adapter":null,"reason":"no driver offers one"}\n'
const SWIFTSHADER = '{"adapter":"SwiftShader Device","driver":"SwiftShader driver"}\n'
const POLICY = 'x:\n  Installed: (none)\n  Candidate: 25.0.7-2\n  Version table:\n     25.0.7-2 500\n        500 http://mirror.test/debian trixie/main amd64 Packages\n'

const isProbe = (command: string): boolean => command.includes('probe.mjs')

/** A system with apt, where the probe finds an adapter once mesa is installed. */
function installable(): Answer {
  let installed = false
  return command => {
    if (isProbe(command)) return installed ? LAVAPIPE : NONE
    if (command.startsWith('apt-get install')) installed = true
    return command.startsWith('apt-cache') ? POLICY : undefined
  }
}

describe('finding an adapter', () => {
  it('tries once, and remembers as long as drivers and packages stay the same', async () => {
    const root = clone()
    const files = folderOf({ 'usr/share/vulkan/icd.d/lvp_icd.json': '{}' })
    const { machine, ran } = machineWith(files, () => LAVAPIPE)
    expect(await findAdapter(root, machine)).toEqual({ name: 'llvmpipe', driver: 'Mesa 25.0.7' })
    await findAdapter(root, machine)
    expect(ran).toHaveLength(1)
    write(files, 'usr/share/vulkan/icd.d/nvidia_icd.json', '{}')
    await findAdapter(root, machine)
    expect(ran).toHaveLength(2)
    write(files, 'dev/dri/renderD128', '')
    await findAdapter(root, machine)
    expect(ran).toHaveLength(3)
    write(root, 'node_modules/webgpu/package.json', '{"version":"0.6.3"}')
    await findAdapter(root, machine)
    expect(ran).toHaveLength(4)
    await findAdapter(root, { ...machine, env: { ...machine.env, VK_DRIVER_FILES: '/another.json' } })
    expect(ran).toHaveLength(5)
    await findAdapter(root, machine)
    expect(ran).toHaveLength(6)
  })

  it('tries again when what it remembers cannot be read', async () => {
    const root = clone()
    const { machine, ran } = machineWith(folderOf({}), () => LAVAPIPE)
    write(root, 'node_modules/.cache/bitwright/adapter.json', '{"key": tr')
    await findAdapter(root, machine)
    expect(ran).toHaveLength(1)
  })

  it('installs a software one as root', async () => {
    const { machine, ran } = machineWith(folderOf({ 'bin/apt-get': '' }), installable())
    expect(await findAdapter(clone(), machine, { install: true })).toEqual({ name: 'llvmpipe', driver: 'Mesa 25.0.7' })
    expect(ran.filter(command => command.startsWith('apt-get install'))).toHaveLength(1)
  })

  it.each([
    ['it is not told to', { install: false }, true],
    ['it is not root', { install: true }, false],
  ])('installs nothing when %s, and says what to run', async (_, options, isRoot) => {
    const { machine, ran } = machineWith(folderOf({ 'bin/apt-get': '' }), installable(), { isRoot })
    await expect(findAdapter(clone(), machine, options)).rejects.toThrow(/no WebGPU adapter.*run: .*apt-get install/)
    expect(ran.filter(command => command.startsWith('apt-get'))).toEqual([])
  })

  it('takes the SwiftShader of a browser when nothing else is to be had, and says so', async () => {
    const files = folderOf({ 'usr/lib/chromium/vk_swiftshader_icd.json': '{}' })
    const { machine, said } = machineWith(files, (command, env) => (isProbe(command) ? (env.VK_DRIVER_FILES ? SWIFTSHADER : NONE) : undefined))
    const found = await findAdapter(clone(), machine, { install: true })
    expect(found).toMatchObject({ name: 'SwiftShader Device', driverFile: `${files}/usr/lib/chromium/vk_swiftshader_icd.json` })
    expect(said.join()).toMatch(/SwiftShader.*slow/)
    expect(computingEnv(machine, found.driverFile).VK_DRIVER_FILES).toBe(found.driverFile)
  })

  it('leaves drivers that the person chose alone', async () => {
    const { machine, ran } = machineWith(folderOf({ 'bin/apt-get': '' }), installable())
    const chosen = { ...machine, env: { ...machine.env, VK_DRIVER_FILES: '/chosen.json' } }
    await expect(findAdapter(clone(), chosen, { install: true })).rejects.toThrow(/VK_DRIVER_FILES=\/chosen\.json; unset/)
    expect(ran).toHaveLength(1)
  })

  it('takes a driver that crashes the process for none, and tells how', async () => {
    const { machine } = machineWith(folderOf({}), () => ({ code: 139, output: 'Segmentation fault\n' }))
    await expect(findAdapter(clone(), machine)).rejects.toThrow(/code 139 \(Segmentation fault\)/)
  })

  it('installs nothing on systems that bring their drivers', async () => {
    const { machine, ran } = machineWith(folderOf({}), () => NONE, { platform: 'darwin' })
    await expect(findAdapter(clone(), machine, { install: true })).rejects.toThrow(/update the graphics driver/)
    expect(ran).toHaveLength(1)
  })
})

describe('the environment of what computes', () => {
  it('has a runtime folder of its own where the system gives none', () => {
    const { machine } = machineWith(folderOf({}), () => undefined)
    expect(computingEnv(machine).XDG_RUNTIME_DIR).toBe('/run/user/1')
    expect(computingEnv({ ...machine, env: {} }).XDG_RUNTIME_DIR).toMatch(/bitwright-runtime/)
    expect(computingEnv({ ...machine, platform: 'win32', env: {} })).toEqual({})
  })
})
