import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ensurePackages, isInstalledByHand } from '../../../main/setup/dependencies.mjs'
import { folderOf, machineWith, write } from './fixture.ts'

const lockOf = (packages: Record<string, object>): string => JSON.stringify({ lockfileVersion: 3, packages: { '': { name: 'clone' }, ...packages } })
const ZOD = { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-a' } }
const clone = (): string => folderOf({ 'package-lock.json': lockOf(ZOD) })

describe('installing the packages', () => {
  it('runs npm ci once, and again when package-lock.json changes', async () => {
    const root = clone()
    const { machine, ran, said } = machineWith('/', () => undefined)
    await ensurePackages(root, machine)
    expect(ran).toHaveLength(1)
    expect(ran[0]).toMatch(/^npm ci .*--no-audit --no-fund/)
    expect(said[0]).toMatch(/npm ci/)
    await ensurePackages(root, machine)
    expect(ran).toHaveLength(1)
    write(root, 'package-lock.json', lockOf({ ...ZOD, 'node_modules/tsx': { version: '4.0.0' } }))
    await ensurePackages(root, machine)
    expect(ran).toHaveLength(2)
    rmSync(join(root, 'node_modules'), { recursive: true })
    await ensurePackages(root, machine)
    expect(ran).toHaveLength(3)
  })

  it('uses the npm that started it', async () => {
    const { machine, ran } = machineWith('/', () => undefined, { env: { npm_execpath: '/lib/npm/bin/npm-cli.js' } })
    await ensurePackages(clone(), machine)
    expect(ran[0]).toMatch(/node\S* \/lib\/npm\/bin\/npm-cli\.js ci /)
  })

  it('installs once when two launches meet', async () => {
    const root = clone()
    const { machine, ran, said } = machineWith('/', () => undefined)
    const slow = {
      ...machine,
      run: async (...[command, args]: Parameters<typeof machine.run>) => {
        await sleep(300)
        return machine.run(command, args)
      },
    }
    await Promise.all([ensurePackages(root, slow), ensurePackages(root, slow)])
    expect(ran).toHaveLength(1)
    expect(said.filter(line => line.includes(`process ${process.pid}`))).toHaveLength(1)
  })

  it('says what to do without a network, and tries again the next time', async () => {
    const root = clone()
    const failing = machineWith('/', () => ({ code: 1, output: 'npm error code ENOTFOUND\n' }))
    await expect(ensurePackages(root, failing.machine)).rejects.toThrow(/no connection \(ENOTFOUND\).*connect to the network/)
    expect(existsSync(join(root, 'node_modules', '.bitwright-lock'))).toBe(false)
    await expect(ensurePackages(root, failing.machine)).rejects.toThrow()
    expect(failing.ran).toHaveLength(2)
  })

  it('shows what npm says when it fails for another reason', async () => {
    const { machine } = machineWith('/', () => ({ code: 1, output: 'npm error code EUSAGE\n' }))
    await expect(ensurePackages(clone(), machine)).rejects.toMatchObject({ details: 'npm error code EUSAGE\n' })
  })

  it('is content with what npm has installed by hand', async () => {
    const root = clone()
    write(root, 'node_modules/.package-lock.json', lockOf(ZOD))
    const { machine, ran } = machineWith('/', () => undefined)
    await ensurePackages(root, machine)
    expect(ran).toEqual([])
  })
})

describe('packages installed by hand', () => {
  const cases: [what: string, wanted: Record<string, object>, found: Record<string, object>, expected: boolean][] = [
    ['the same', ZOD, ZOD, true],
    ['one missing', { ...ZOD, 'node_modules/tsx': { version: '4.0.0' } }, ZOD, false],
    ['one too many', ZOD, { ...ZOD, 'node_modules/tsx': { version: '4.0.0' } }, false],
    ['another version', ZOD, { 'node_modules/zod': { version: '4.6.6', integrity: 'sha512-a' } }, false],
    ['other contents', ZOD, { 'node_modules/zod': { version: '4.6.7', integrity: 'sha512-b' } }, false],
    ['an optional one missing', { ...ZOD, 'node_modules/mac': { version: '1.0.0', optional: true, os: ['darwin'] } }, ZOD, true],
    ['one of another system', { 'node_modules/mac': { version: '1.0.0', optional: true, os: ['darwin'] } }, { 'node_modules/mac': { version: '1.0.0', optional: true, os: ['darwin'] } }, false],
    ['one for all systems but another', { 'node_modules/a': { os: ['!win32'] } }, { 'node_modules/a': { os: ['!win32'] } }, true],
  ]
  it.each(cases)('%s', (_, wanted, found, expected) => {
    const root = folderOf({ 'package-lock.json': lockOf(wanted), 'node_modules/.package-lock.json': lockOf(found) })
    expect(isInstalledByHand(root, 'linux')).toBe(expected)
  })

  it('are none without npm\'s own record, or with a damaged one', () => {
    const root = clone()
    mkdirSync(join(root, 'node_modules'))
    expect(isInstalledByHand(root, 'linux')).toBe(false)
    write(root, 'node_modules/.package-lock.json', '{"packages": ')
    expect(isInstalledByHand(root, 'linux')).toBe(false)
  })
})
